"""Files of users in buckets of Google Cloud Storage."""

import base64
import re
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import google_crc32c
from google.cloud.storage import Client  # type: ignore[import-untyped]  # has no types

from jobs.errors import InputUnreachable, StoreUnavailable
from storage.gcs_transfer import limits
from storage.gcs_trouble import telling_trouble
from storage.guarded_wire import InputInterrupted
from storage.landing import Landing

_SCOPE = "https://www.googleapis.com/auth/devstorage.read_only"
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
_CLOSED = (401, 403)
OPERATOR_S = 60.0  # of silence


def copy_object(uri: str, buckets: frozenset[str], landing: Landing) -> None:
    """Copies the object of a gs:// address: one generation of it, its CRC32C compared.

    It is read with the credentials of this machine, so `buckets` is all that keeps a stranger from
    reading, through us, whatever they can.

    Raises:
      InputUnreachable: The bucket is not one of `buckets`, or the object may not be read or is not
        there.
      InputInterrupted: The object did not come whole.
      UnsupportedMedia, Cancelled: As `landing` says.
    """
    bucket, _, name = uri.removeprefix("gs://").partition("/")
    if bucket not in buckets:
        raise InputUnreachable(f"the bucket {bucket} is not reachable or not allowed")
    if _CONTROL.search(name) or {"", ".", ".."} & set(name.split("/")):
        raise InputUnreachable("is not the plain name of an object, such as gs://bucket/a/b.jpg")
    try:
        with (
            telling_trouble(bucket),
            closing(Client(project=None, client_options={"scopes": [_SCOPE]})) as client,
        ):
            _copy(client.bucket(bucket), name, landing)
    except StoreUnavailable as error:
        if error.facts["status"] in _CLOSED:
            raise InputUnreachable(f"the bucket {bucket} is closed to this service") from error
        raise InputInterrupted(error.message) from error


def read_object(uri: str, max_bytes: int) -> bytes:
    """The object of a gs:// address that an operator has named, with the credentials of this
    machine.

    Raises:
      InputUnreachable: It is not there, is larger, or may not be read.
      StoreUnavailable: The bucket does not answer.
    """
    bucket, _, name = uri.removeprefix("gs://").partition("/")
    if not bucket or not name:
        raise InputUnreachable(f"{uri}: names no object in a bucket (gs://bucket/name)")
    with (
        telling_trouble(bucket),
        closing(Client(project=None, client_options={"scopes": [_SCOPE]})) as client,
    ):
        blob = client.bucket(bucket).get_blob(name, timeout=OPERATOR_S)
        if blob is None:
            raise InputUnreachable(f"{uri}: there is no such object")
        if blob.size > max_bytes:
            raise InputUnreachable(f"{uri}: larger than {max_bytes // 2**20} MiB")
        content: bytes = blob.download_as_bytes(checksum="crc32c", timeout=OPERATOR_S)
        return content


def _copy(bucket: Any, name: str, landing: Landing) -> None:
    def limited() -> dict[str, Any]:
        deadline = landing.deadline
        return limits(deadline.left_s, on_fault=lambda _fault: deadline.check_wanted())

    blob = bucket.get_blob(name, **limited())
    if blob is None:
        raise InputUnreachable(f"the bucket {bucket.name} has no such object")
    if blob.content_encoding:
        raise InputUnreachable("is stored compressed (accepted: as it is)")
    landing.expect(blob.size)
    expected = blob.crc32c
    checked = _Checked(landing)
    # Of the generation that was just looked up. Raw: nothing is unpacked on the way. Google's
    # client compares checksums only of downloads that nothing has interrupted.
    blob.download_to_file(checked, raw_download=True, checksum=None, **limited())
    if checked.crc32c != expected:
        raise InputInterrupted(f"came damaged out of the bucket {bucket.name}")


@dataclass
class _Checked:
    landing: Landing
    checksum: int = 0

    def write(self, data: bytes) -> int:
        self.checksum = google_crc32c.extend(self.checksum, data)
        return self.landing.write(data)

    @property
    def crc32c(self) -> str:
        # Big-endian and in base64: https://cloud.google.com/storage/docs/hashes-etags
        return base64.b64encode(self.checksum.to_bytes(4, "big")).decode()
