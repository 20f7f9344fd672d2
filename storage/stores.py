"""Which store a location means."""

import re
from pathlib import Path

from jobs.errors import InvalidInput
from storage.blobs import PATIENCE_S, Blobs
from storage.directory import TEMPORARIES, DirectoryBlobs
from storage.leftovers import clear_leftovers

_SCHEME = "gs://"
# https://cloud.google.com/storage/docs/buckets#naming
_BUCKET = re.compile(r"[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]")
_PREFIX = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")


def is_bucket(location: str) -> bool:
    """Whether a location is in Google Cloud Storage and not on this machine."""
    return location.startswith(_SCHEME)


def open_blobs(location: str, scratch: Path | None = None, patience_s: float = PATIENCE_S) -> Blobs:
    """The store at a location: a local folder, or `gs://bucket` or `gs://bucket/prefix`.

    Args:
      scratch: Local folder for downloads; None for the system's own.
      patience_s: How long each request to a bucket waits and is tried again.

    Raises:
      InvalidInput: The location is neither. StoreUnavailable: no credentials for a bucket.
    """
    if not is_bucket(location):
        if "://" in location:
            raise InvalidInput(f"cannot keep files at {location}; give a folder or gs://bucket")
        clear_leftovers(Path(location) / TEMPORARIES)
        return DirectoryBlobs(Path(location))
    bucket, _, prefix = location.removeprefix(_SCHEME).rstrip("/").partition("/")
    if not _BUCKET.fullmatch(bucket) or not (prefix == "" or _PREFIX.fullmatch(prefix)):
        raise InvalidInput(f"cannot keep files at {location}; give gs://bucket or gs://bucket/name")
    # Imported when there is a bucket to open: it takes 0.3 s, and one machine alone needs none.
    from storage.gcs import GcsConfig

    return GcsConfig(bucket, prefix, scratch, patience_s).open()
