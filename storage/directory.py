"""The blob store of one machine: a directory."""

import contextlib
import errno
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from jobs.errors import InvalidInput, ResourceLimit

_NAME = re.compile(r"[a-z0-9_-]+(/[A-Za-z0-9_-][A-Za-z0-9._-]*)+")


@dataclass(frozen=True)
class DirectoryBlobs:
    """Blobs as files below `root`.

    Create-only by `link(2)`: the data is written to a temporary file, synced, and linked to its
    name, which fails when the name exists. A crash leaves at most a temporary file.
    """

    root: Path

    def create(self, name: str, data: bytes) -> bool:
        return self._create(name, lambda file: file.write(data))

    def create_from(self, name: str, path: Path) -> bool:
        def copy(file: IO[bytes]) -> None:
            with path.open("rb") as source:
                shutil.copyfileobj(source, file, 1 << 20)

        return self._create(name, copy)

    def read(self, name: str) -> bytes | None:
        try:
            return self._path(name).read_bytes()
        except FileNotFoundError:
            return None

    def delete(self, name: str) -> None:
        self._path(name).unlink(missing_ok=True)

    def exists(self, name: str) -> bool:
        return self._path(name).exists()

    def as_file(self, name: str) -> AbstractContextManager[Path]:
        return self._as_file(name)

    def names(self, prefix: str) -> Iterator[str]:
        for path in (self.root / prefix).rglob("*"):
            if path.is_file() and not path.name.startswith("."):
                yield path.relative_to(self.root).as_posix()

    @contextmanager
    def _as_file(self, name: str) -> Iterator[Path]:
        path = self._path(name)
        if not path.exists():
            raise InvalidInput(f"the stored file {name} is gone")
        yield path

    def _path(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise ValueError(f"not a blob name: {name!r}")
        return self.root / name

    def _create(self, name: str, write: Callable[[IO[bytes]], object]) -> bool:
        path = self._path(name)
        if path.exists():
            return False
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            descriptor, temporary = tempfile.mkstemp(prefix=".new-", dir=path.parent)
            try:
                with os.fdopen(descriptor, "wb") as file:
                    write(file)
                    file.flush()
                    os.fsync(file.fileno())
                Path(temporary).chmod(0o644)
                os.link(temporary, path)
                _sync_folder(path.parent)
            finally:
                with contextlib.suppress(FileNotFoundError):
                    Path(temporary).unlink()
        except FileExistsError:
            return False
        except OSError as error:
            raise _translated(error, path) from error
        return True


def _sync_folder(folder: Path) -> None:
    # Without it a power cut may keep a record and lose the media it names.
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _translated(error: OSError, path: Path) -> ResourceLimit | InvalidInput:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return ResourceLimit(f"the disk is full: {path.parent} takes no more data")
    return InvalidInput(f"cannot write into {path.parent}: {error.strerror}")
