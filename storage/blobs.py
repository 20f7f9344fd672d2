"""Where bytes live: immutable, named by content or by key, written once."""

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

PATIENCE_S = 120.0  # of a worker with a bucket that does not answer: covers a short outage
BLOCK_BYTES = 64 << 10  # what a reader of a range gets at a time; memory per open download
RENEW_AFTER_S = 600.0  # a bucket bills for renewing, and allows it once a second: not every time

_NAME = re.compile(r"[a-z0-9_-]+(/[A-Za-z0-9_-][A-Za-z0-9._-]*)+")


def check_name(name: str) -> None:
    """Refuses what is no relative path of at least two parts; a part never starts with a dot.

    Raises:
      ValueError: It could lead out of the store, or hide in it.
    """
    if not _NAME.fullmatch(name):
        raise ValueError(f"not a blob name: {name!r}")


@dataclass(frozen=True)
class Listed:
    """A blob as a listing shows it.

    Attributes:
      renewed_at: When it was written, or renewed since; seconds since 1970 by the store's clock.
      version: Changes whenever it is renewed, or removed and written again.
    """

    name: str
    size_bytes: int
    renewed_at: float
    version: str


class Blobs(Protocol):
    """A store of immutable blobs.

    Names are relative paths of `[A-Za-z0-9._/-]`. Writing is create-only: the first writer of a
    name wins, later writers of the same name only renew it and see success. Readers never see a
    partly written blob.

    A blob that was renewed counts as new: whoever relies on one that he has found renews it, and
    `remove` then leaves it alone.

    All methods raise `ResourceLimit` when a disk is full, `StoreUnavailable` when the store does
    not answer or lets nobody in.
    """

    def create(self, name: str, data: bytes) -> bool:
        """Stores data under a name; false when the name already existed: then it is renewed."""
        ...

    def create_from(self, name: str, path: Path) -> bool:
        """Stores the content of a local file under a name; false when the name existed: then it
        is renewed.

        Raises:
          InvalidInput: The file cannot be read.
        """
        ...

    def read(self, name: str) -> bytes | None:
        """The whole blob, or None when there is none of that name."""
        ...

    def open_range(self, name: str, start: int, end: int) -> Iterator[bytes]:
        """Bytes `start` up to, not including, `end`, in blocks of at most `BLOCK_BYTES`.

        `0 <= start <= end <= size(name)`.

        Raises:
          InvalidInput: At the first block: there is no blob of that name.
        """
        ...

    def delete(self, name: str) -> None:
        """Removes a blob; one that is not there is no error."""
        ...

    def exists(self, name: str) -> bool:
        """Whether there is a blob of that name."""
        ...

    def size(self, name: str) -> int | None:
        """How many bytes the blob has, or None when there is none of that name."""
        ...

    def as_file(self, name: str) -> AbstractContextManager[Path]:
        """The blob as a local file that must not be changed, valid inside the block.

        Raises:
          InvalidInput: There is no blob of that name.
        """
        ...

    def renew(self, name: str) -> bool:
        """Makes a blob as good as new; false when there is none of that name.

        One that is younger than `RENEW_AFTER_S` may stay as it is.
        """
        ...

    def listed(self, prefix: str) -> Iterator[Listed]:
        """The blobs whose names start with a prefix ending in `/`, in no order, as they are found:
        memory does not grow with their number. What comes or goes meanwhile may be missing."""
        ...

    def remove(self, blob: Listed) -> bool:
        """Removes a blob as it was listed; false when it was renewed since, or is gone."""
        ...

    def signed_url(
        self, name: str, *, filename: str, content_type: str, expires_s: int
    ) -> str | None:
        """An address at which anybody may download the blob until it expires.

        None when this store has no such addresses, or nothing to sign them with: the caller then
        sends the blob itself. The blob need not exist.

        Args:
          filename: The name a browser saves it under.
          expires_s: Seconds from now, at most seven days.
        """
        ...

    def check(self) -> None:
        """Returns when the store can be used now, within some seconds.

        Raises:
          StoreUnavailable: It cannot.
        """
        ...

    def close(self) -> None:
        """Lets go of connections; the store is not used afterwards."""
        ...
