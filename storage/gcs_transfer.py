"""Bytes into and out of a bucket: whole, or not at all."""

import base64
from collections.abc import Callable
from typing import IO, Any

import google_crc32c
from google.api_core.exceptions import GoogleAPICallError
from google.api_core.retry import Retry
from google.cloud.storage.exceptions import (  # type: ignore[import-untyped]  # has no types
    DataCorruption,
    InvalidResponse,
)
from google.cloud.storage.retry import DEFAULT_RETRY  # type: ignore[import-untyped]

from jobs.errors import StoreUnavailable
from storage.content_types import content_type_of
from storage.gcs_trouble import is_bucket_missing

# Google's client sends larger files part by part, smaller ones in one request. A part is what is
# sent again after a fault, and the memory that an upload takes.
PART_BYTES = 8 << 20

_SILENCE_S = (10.0, 60.0)  # to connect; until the next bytes. Google answers within a second
_LEAST_S = 0.1  # a time-out is above 0
_TRIES = 3  # of a whole transfer: what is damaged three times is not damaged by chance

Fault = Callable[[Exception], object]


def limits(patience_s: float, on_fault: Fault | None = None) -> dict[str, Any]:
    """How long a request waits, and that it is tried again; arguments for Google's client.

    Args:
      patience_s: For all tries of a request together; its last one may take as long once more.
      on_fault: Told of each fault after which the request is tried again.
    """

    def let_go(error: Exception) -> None:
        # Google's client leaves the answer to a download unread, and so its connection in use.
        if isinstance(error, InvalidResponse):
            error.response.close()
        if on_fault:
            on_fault(error)

    retry = Retry(
        predicate=DEFAULT_RETRY._predicate,  # 408, 429, 5xx and lost connections
        initial=0.25,
        maximum=16.0,
        multiplier=2.0,
        timeout=patience_s,
        on_error=let_go,
    )
    connect_s, silence_s = (min(limit_s, max(patience_s, _LEAST_S)) for limit_s in _SILENCE_S)
    return {"timeout": (connect_s, silence_s), "retry": retry}


def upload(blob: Any, source: IO[bytes], patience_s: float, on_fault: Fault) -> None:
    """Makes an object of all of a file, provided that there is no object of its name.

    Args:
      blob: A `storage.Blob` in parts of `PART_BYTES`.
      on_fault: Told of each fault after which something is sent again: an answer that is lost may
        have been "done".

    Raises:
      PreconditionFailed: There is an object of that name.
      StoreUnavailable: It did not arrive in several tries. And all that Google's client raises.
    """
    crc32c = _crc32c_of(source)
    size = source.tell()
    for tries_left in reversed(range(_TRIES)):
        source.seek(0)
        try:
            blob.upload_from_file(
                source,
                size=size,
                content_type=content_type_of(blob.name),
                if_generation_match=0,
                checksum="crc32c",
                crc32c_checksum_value=crc32c,  # Google, too, compares it before it keeps a file
                **limits(patience_s, on_fault),
            )
            return
        except (GoogleAPICallError, DataCorruption, ValueError) as error:
            if not _may_start_over(error):
                raise
            if not tries_left:
                whole = f"{blob.name} did not get into the bucket {blob.bucket.name} whole"
                raise StoreUnavailable(whole) from error
            on_fault(error)


def _may_start_over(error: Exception) -> bool:
    if isinstance(error, GoogleAPICallError):
        # It was damaged on the way (400), or forgotten between two of its parts (404, 410).
        is_damaged = error.code == 400 and "CRC32C" in str(error)
        return is_damaged or (error.code in (404, 410) and not is_bucket_missing(error))
    # Of parts that Google has less of than was sent, its client makes a ValueError:
    # github.com/googleapis/python-storage/issues/611.
    return True


def download(blob: Any, sink: IO[bytes], patience_s: float) -> None:
    """Writes all of an object into an empty file, its CRC32C compared.

    Raises:
      NotFound: There is no such object.
      StoreUnavailable: It came damaged several times. And all that Google's client raises.
    """
    for _ in range(_TRIES):
        sink.seek(0)
        sink.truncate()
        received = _Received(sink)
        # Google's client compares checksums only of downloads that nothing has interrupted.
        blob.download_to_file(received, checksum=None, **limits(patience_s))
        if blob.crc32c is None:  # the rest of an interrupted download may come without it
            blob.reload(**limits(patience_s))
        if received.crc32c == blob.crc32c:
            return
    raise StoreUnavailable(f"{blob.name} comes damaged out of the bucket {blob.bucket.name}")


class _Received:
    """A file that knows the checksum of what was written into it."""

    def __init__(self, sink: IO[bytes]) -> None:
        self._sink = sink
        self._checksum = 0

    def write(self, data: bytes) -> int:
        self._checksum = google_crc32c.extend(self._checksum, data)
        return self._sink.write(data)

    @property
    def crc32c(self) -> str:
        return _as_text(self._checksum)


def _crc32c_of(source: IO[bytes]) -> str:
    """Of a whole file, which is read to its end."""
    source.seek(0)
    checksum = 0
    while piece := source.read(1 << 20):
        checksum = google_crc32c.extend(checksum, piece)
    return _as_text(checksum)


def _as_text(checksum: int) -> str:
    # Big-endian and in base64: https://cloud.google.com/storage/docs/hashes-etags
    return base64.b64encode(checksum.to_bytes(4, "big")).decode()
