"""Values that are passed by name, and read where they are needed."""

import re

import google_crc32c
from google.api_core.exceptions import FailedPrecondition, Forbidden, GoogleAPIError, NotFound
from google.auth.exceptions import GoogleAuthError
from google.cloud.secretmanager import SecretManagerServiceClient

from jobs.errors import InvalidInput, StoreUnavailable

PREFIX = "secret://"
_NAME = re.compile(r"projects/[^/]+/secrets/[^/]+(/versions/[^/]+)?")
_DEADLINE_S = 30.0  # a worker starts with it, and may wait for the network of a fresh machine


def reference(name: str, given_as: str) -> str:
    """Stands for a secret wherever its value is expected; `resolve` reads it.

    Args:
      name: `projects/<project>/secrets/<secret>`, and `/versions/<version>` unless the latest.
      given_as: The option it was given as, for the message, which must not repeat the name: it may
        be the secret itself.

    Raises:
      InvalidInput: The name is not of that form.
    """
    if not _NAME.fullmatch(name):
        raise InvalidInput(
            f"{given_as} is not the name of a secret; give projects/<project>/secrets/<secret>"
        )
    return PREFIX + name


def resolve(value: str, client: SecretManagerServiceClient | None = None) -> str:
    """The value, or what Secret Manager keeps, when it is a reference.

    Args:
      client: How to ask; by default with the credentials of this machine.

    Raises:
      InvalidInput: There is no such secret, or it may not be read here.
      StoreUnavailable: Secret Manager does not answer, or its answer was damaged on the way.
    """
    if not value.startswith(PREFIX):
        return value
    return read_secret(value.removeprefix(PREFIX), client)


def read_secret(name: str, client: SecretManagerServiceClient | None = None) -> str:
    """What Secret Manager keeps under a name, as `resolve`; white space at its end is dropped."""
    version = name if "/versions/" in name else f"{name}/versions/latest"
    try:
        client = client or SecretManagerServiceClient()
        found = client.access_secret_version(name=version, timeout=_DEADLINE_S)
    except (NotFound, Forbidden, FailedPrecondition, GoogleAuthError) as error:
        raise InvalidInput(f"the secret {name} cannot be read: {error}") from error
    except GoogleAPIError as error:
        raise StoreUnavailable(f"Secret Manager does not answer for {name}: {error}") from error
    payload = found.payload
    if payload.data_crc32c and google_crc32c.value(payload.data) != payload.data_crc32c:
        raise StoreUnavailable(f"what Secret Manager sent for {name} was damaged on the way")
    try:
        return str(payload.data.decode()).rstrip()
    except UnicodeDecodeError:  # which would show some of it
        raise InvalidInput(f"the secret {version} is not UTF-8; give one that is") from None
