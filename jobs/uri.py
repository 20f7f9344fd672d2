"""Where media files and receivers are: the addresses a job document may hold."""

import re
from enum import Enum
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, ValidationInfo

from jobs.model import refusal

_SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*)://|(blob|data|file|javascript|mailto):", re.I)
_UNSAFE = re.compile("[\x00-\x20\x7f-\x9f]")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
_UPLOAD = re.compile(r"upload://([a-z0-9][a-z0-9_-]{0,79})")
_MEDIA = "a file path, or an address that starts with gs:// or https://"
_RECEIVER = "an address such as https://example.com/hook"


class Place(Enum):
    """Where the bytes of a media file are."""

    LOCAL = "local"
    BUCKET = "bucket"
    WEB = "web"
    UPLOAD = "upload"  # a file handed to the service before
    BLOB = "blob"  # in our own store; only documents we wrote ourselves may say so


def place_of(uri: str) -> Place | None:
    """Where an address leads; None when it is of a kind that is never read."""
    match = _SCHEME.match(uri)
    if not match:
        return Place.LOCAL
    schemes = {
        "gs": Place.BUCKET,
        "https": Place.WEB,
        "upload": Place.UPLOAD,
        "blob": Place.BLOB,
    }
    return schemes.get((match[1] or match[2]).lower())


def upload_address(upload_id: str) -> str:
    """How documents name a file that was handed to the service."""
    return f"upload://{upload_id}"


def upload_id_of(uri: str) -> str | None:
    """Id of the upload that an address names; None when it names none."""
    match = _UPLOAD.fullmatch(uri)
    return match[1] if match else None


def media_uri(uri: str, info: ValidationInfo) -> str:
    """The address of a media file, checked; for validators."""
    place = place_of(uri)
    trusted = isinstance(info.context, dict) and info.context.get("trusted") is True
    if place is None or (place is Place.BLOB and not trusted):
        raise refusal("is a kind of address that is not read", _MEDIA)
    if not uri.strip():
        raise refusal("is blank", _MEDIA)
    if _CONTROL.search(uri):
        raise refusal("has control characters in it", f"{_MEDIA}, without them")
    if place is Place.WEB:
        _check_web(uri, _MEDIA)
    if place is Place.BUCKET and not re.fullmatch(r"gs://[a-z0-9][a-z0-9._-]+/.+", uri):
        raise refusal("names no object in a bucket", "an address such as gs://bucket/name.jpg")
    if place is Place.UPLOAD and not upload_id_of(uri):
        raise refusal("names no upload", "the uri that the upload was answered with")
    return uri


def _receiver(url: str) -> str:
    if not url.lower().startswith("https://"):
        raise refusal("is not an https address", _RECEIVER)
    _check_web(url, _RECEIVER)
    return url


def _check_web(url: str, accepted: str) -> None:
    if _UNSAFE.search(url):
        raise refusal("has control characters or spaces in it", f"{accepted}, without them")
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError:
        raise refusal("is not a web address", accepted) from None
    if not host or "\\" in url:
        raise refusal("names no host", accepted)
    if "@" in parts.netloc:
        raise refusal("has a user name or password in it", f"{accepted}, without them")


MediaUri = Annotated[
    str, Field(max_length=4096, examples=["media/pool.jpg"]), AfterValidator(media_uri)
]
"""Path of a local file, or a gs:// or https:// address; kept exactly as written."""

WebhookUrl = Annotated[
    str, Field(max_length=2048, examples=["https://example.com/hook"]), AfterValidator(_receiver)
]
"""An https address without credentials."""
