"""Where bytes live: immutable, named by content or by key, written once."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol


class Blobs(Protocol):
    """A store of immutable blobs.

    Names are relative paths of `[a-z0-9._/-]`. Writing is create-only: the first writer of a name
    wins, later writers of the same name change nothing and see success. Readers never see a
    partly written blob.

    All methods raise `ResourceLimit` when the store is full.
    """

    def create(self, name: str, data: bytes) -> bool:
        """Stores data under a name; false when the name already existed."""
        ...

    def create_from(self, name: str, path: Path) -> bool:
        """Stores the content of a local file under a name; false when the name existed."""
        ...

    def read(self, name: str) -> bytes | None:
        """The whole blob, or None when there is none of that name."""
        ...

    def delete(self, name: str) -> None:
        """Removes a blob; one that is not there is no error."""
        ...

    def exists(self, name: str) -> bool:
        """Whether there is a blob of that name."""
        ...

    def as_file(self, name: str) -> AbstractContextManager[Path]:
        """The blob as a local file that must not be changed, valid inside the block.

        Raises:
          InvalidInput: There is no blob of that name.
        """
        ...

    def names(self, prefix: str) -> Iterator[str]:
        """Names that start with a prefix ending in `/`, in no order."""
        ...
