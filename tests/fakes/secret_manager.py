"""Secret Manager: the one call that reads a version of a secret."""

import base64
import re

import google_crc32c
from google.api_core.client_options import ClientOptions
from google.auth.credentials import AnonymousCredentials
from google.cloud.secretmanager import SecretManagerServiceClient

from tests.fakes.service import Asked, FakeService, Refused, Reply

_VERSION = re.compile(r"/v1/projects/[^/]+/secrets/([^/]+)/versions/([^/:]+):access")


class FakeSecretManager(FakeService):
    """The service on a socket. It asks for no credentials: its client has none.

    Attributes:
      secrets: By name of the secret, its versions from 1 on; empty: it may not be read.
      is_damaged: Whether checksums are of something else.
    """

    name = "secret_manager"

    def __init__(self, key: str = "", port: int = 0) -> None:
        super().__init__(key, port)
        self.secrets: dict[str, list[str]] = {}
        self.is_damaged = False

    def answer(self, asked: Asked) -> Reply:
        found = _VERSION.fullmatch(asked.path)
        versions = self.secrets.get(found[1]) if found else None
        if found is None or versions is None:
            raise Refused(404, {"error": {"code": 404, "message": "no such secret"}})
        if not versions:
            raise Refused(403, {"error": {"code": 403, "message": "not for you"}})
        number = len(versions) if found[2] == "latest" else int(found[2])
        if not 0 < number <= len(versions):
            raise Refused(404, {"error": {"code": 404, "message": "no such version"}})
        value = versions[number - 1].encode(errors="surrogateescape")
        checksum = google_crc32c.value(value + (b"?" if self.is_damaged else b""))
        data = base64.b64encode(value).decode()
        return Reply({"payload": {"data": data, "dataCrc32c": str(checksum)}})

    def client(self) -> SecretManagerServiceClient:
        """A client that asks this one."""
        return SecretManagerServiceClient(
            credentials=AnonymousCredentials(),  # type: ignore[no-untyped-call]  # google-auth
            transport="rest",
            client_options=ClientOptions(  # type: ignore[no-untyped-call]  # google-api-core
                api_endpoint=self.url
            ),
        )
