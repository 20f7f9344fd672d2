import base64
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from google.auth import compute_engine
from google.auth.credentials import AnonymousCredentials
from google.auth.exceptions import TransportError
from google.oauth2 import credentials as of_a_person

from jobs.errors import StoreUnavailable
from storage.gcs import GcsConfig
from storage.gcs_signing import signing_credentials
from storage.gcs_trouble import telling_trouble

# Google's types for these are incomplete.
MACHINE: Any = compute_engine.Credentials
PERSON: Any = of_a_person.Credentials
NOBODY: Any = AnonymousCredentials

ACCOUNT = "worker@a-project.iam.gserviceaccount.com"


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def machine_with_a_key(
    key: rsa.RSAPrivateKey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    about = {
        "type": "service_account",
        "client_email": ACCOUNT,
        "private_key": pem.decode(),
        "private_key_id": "1",
        "token_uri": "https://oauth2.googleapis.com/token",
    }
    path = tmp_path / "account.json"
    path.write_text(json.dumps(about))
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(path))


@dataclass
class Answer:
    status: int
    data: bytes
    headers: dict[str, str] = field(default_factory=lambda: {"content-type": "application/json"})


@dataclass
class Google:
    """The metadata server of a machine, and the IAM API, where requests would leave for them."""

    signing: Answer
    asked: list[str] = field(default_factory=list)
    waits: dict[str, Any] = field(default_factory=dict)

    def __call__(self, url: str, *, timeout: float | None = None, **_: Any) -> Answer:
        path = urlsplit(url).path
        self.waits[path] = timeout
        self.asked.append(path)
        if path.endswith(":signBlob"):
            return self.signing
        if path.endswith("/token"):
            return self._told({"access_token": "a-token", "expires_in": 3600})
        if path.endswith("/allowedLocations"):  # asked for beside, on a thread of its own
            return self._told({"locations": [], "encodedLocations": "0x0"})
        return self._told({"email": ACCOUNT, "scopes": ["cloud-platform"]})

    def _told(self, value: dict[str, Any]) -> Answer:
        headers = {"content-type": "application/json", "metadata-flavor": "Google"}
        return Answer(200, json.dumps(value).encode(), headers)


@pytest.mark.usefixtures("machine_with_a_key")
def test_an_address_is_signed_with_the_key_of_the_account(key: rsa.RSAPrivateKey) -> None:
    blobs = GcsConfig("a-bucket", "store").open()

    url = blobs.signed_url(
        "media/ab/c.mp4", filename='Ünder "sea".mp4', content_type="video/mp4", expires_s=3600
    )

    assert url is not None
    address = urlsplit(url)
    signed, _, signature = address.query.rpartition("&X-Goog-Signature=")
    query = parse_qs(signed)
    assert (address.netloc, address.path) == (
        "storage.googleapis.com",
        "/a-bucket/store/media/ab/c.mp4",
    )
    assert query["X-Goog-Expires"] == ["3600"]
    assert query["response-content-type"] == ["video/mp4"]
    assert query["response-content-disposition"] == [
        "attachment; filename*=UTF-8''%C3%9Cnder%20%22sea%22.mp4"
    ]
    key.public_key().verify(
        bytes.fromhex(signature),
        _signed_text(address.path, signed),
        padding.PKCS1v15(),
        hashes.SHA256(),
    )


def _signed_text(path: str, query: str) -> bytes:
    """https://cloud.google.com/storage/docs/authentication/canonical-requests"""
    request = f"GET\n{path}\n{query}\nhost:storage.googleapis.com\n\nhost\nUNSIGNED-PAYLOAD"
    digest = hashes.Hash(hashes.SHA256())
    digest.update(request.encode())
    given = parse_qs(query)
    scope = given["X-Goog-Credential"][0].partition("/")[2]
    lines = ("GOOG4-RSA-SHA256", given["X-Goog-Date"][0], scope, digest.finalize().hex())
    return "\n".join(lines).encode()


def test_an_account_without_its_key_lets_google_sign() -> None:
    signature = base64.b64encode(b"signature").decode()
    google: Any = Google(Answer(200, json.dumps({"signedBlob": signature}).encode()))

    signing: Any = signing_credentials(MACHINE(universe_domain="googleapis.com"), google, 7.0)

    assert signing is not None
    assert signing.signer_email == ACCOUNT
    assert signing.sign_bytes(b"text") == b"signature"
    assert google.waits[f"/v1/projects/-/serviceAccounts/{ACCOUNT}:signBlob"] == 7.0


def test_an_account_that_may_not_sign_names_the_role_that_is_missing() -> None:
    google: Any = Google(Answer(403, b'{"error": {"code": 403}}'))
    signing: Any = signing_credentials(MACHINE(universe_domain="googleapis.com"), google, 7.0)

    assert signing is not None
    with (
        pytest.raises(StoreUnavailable, match="serviceAccountTokenCreator") as caught,
        telling_trouble("a-bucket"),
    ):
        signing.sign_bytes(b"text")

    assert isinstance(caught.value.__cause__, TransportError)


@pytest.mark.parametrize(
    "credentials",
    [
        pytest.param(PERSON(token="a-token"), id="of a person"),  # noqa: S106
        pytest.param(NOBODY(), id="of nobody"),
    ],
)
def test_who_is_no_service_account_cannot_sign(credentials: Any) -> None:
    google: Any = Google(Answer(500, b""))

    assert signing_credentials(credentials, google, 7.0) is None
    assert google.asked == []
