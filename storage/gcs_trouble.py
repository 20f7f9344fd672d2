"""What Google Cloud Storage says when it cannot serve, in our words."""

from collections.abc import Iterator
from contextlib import contextmanager

from google.api_core.exceptions import (
    Forbidden,
    GoogleAPICallError,
    GoogleAPIError,
    NotFound,
    RetryError,
    Unauthorized,
)
from google.auth.exceptions import DefaultCredentialsError, GoogleAuthError, TransportError
from google.cloud.storage.exceptions import (  # type: ignore[import-untyped]  # has no types
    DataCorruption,
    InvalidResponse,
)
from requests import RequestException
from urllib3.exceptions import HTTPError

from jobs.errors import StoreUnavailable


@contextmanager
def telling_trouble(bucket: str) -> Iterator[None]:
    """Raises `StoreUnavailable` for all that Google's client raises; fact `status`: its answer."""
    try:
        yield
    except (
        GoogleAPIError,
        GoogleAuthError,
        DataCorruption,
        InvalidResponse,
        RequestException,
        HTTPError,
    ) as error:
        raise StoreUnavailable(_sentence(bucket, error), status=_status(error)) from error


def is_bucket_missing(error: Exception) -> bool:
    """Whether a 404 is about the bucket and not about an object or an upload in it.

    Google answers both with the same status and reason; only the text differs.
    """
    return isinstance(error, NotFound) and "bucket does not exist" in str(error)


def _sentence(bucket: str, error: Exception) -> str:
    if is_bucket_missing(error):
        return f"the bucket {bucket} does not exist"
    if isinstance(error, Forbidden | Unauthorized):
        return f"the bucket {bucket} is closed to this account: it needs roles/storage.objectUser"
    if isinstance(error, DefaultCredentialsError):
        return f"this machine has no Google credentials to open the bucket {bucket} with"
    if isinstance(error, TransportError) and "signBlob" in str(error):
        return (
            f"links into the bucket {bucket} cannot be signed: "
            "the account needs roles/iam.serviceAccountTokenCreator on itself"
        )
    if isinstance(error, GoogleAuthError):
        return f"Google does not take the credentials meant for the bucket {bucket}"
    if isinstance(error, RetryError):
        return f"the bucket {bucket} could not be used in time ({_name(error.cause)})"
    return f"the bucket {bucket} could not be used ({_name(error)})"


def _name(error: Exception | None) -> str:
    status = _status(error)
    return f"answer {status}" if status else type(error).__name__


def _status(error: Exception | None) -> int | None:
    if isinstance(error, RetryError):
        return _status(error.cause)
    if isinstance(error, GoogleAPICallError) and error.code:
        return int(error.code)
    if isinstance(error, InvalidResponse):
        return int(error.response.status_code)
    return None
