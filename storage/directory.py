"""The blob store of one machine: a directory."""

import contextlib
import errno
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from jobs.errors import InvalidInput, ResourceLimit, StoreUnavailable
from storage.blobs import BLOCK_BYTES, Listed, check_name
from storage.directory_age import listed, remove_unless_renewed, renew
from storage.leftovers import owned_prefix

TEMPORARIES = "unfinished"


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
        try:
            with path.open("rb") as source:
                return self._create(name, lambda file: shutil.copyfileobj(source, file, 1 << 20))
        except OSError as error:
            raise InvalidInput(f"cannot read {path}: {error.strerror}") from error

    def read(self, name: str) -> bytes | None:
        try:
            return self._path(name).read_bytes()
        except FileNotFoundError:
            return None

    def open_range(self, name: str, start: int, end: int) -> Iterator[bytes]:
        with self.as_file(name) as path, path.open("rb") as file:
            file.seek(start)
            for at in range(start, end, BLOCK_BYTES):
                yield file.read(min(BLOCK_BYTES, end - at))

    def delete(self, name: str) -> None:
        self._path(name).unlink(missing_ok=True)

    def exists(self, name: str) -> bool:
        return self._path(name).exists()

    def size(self, name: str) -> int | None:
        try:
            return self._path(name).stat().st_size
        except FileNotFoundError:
            return None

    def as_file(self, name: str) -> AbstractContextManager[Path]:
        return self._as_file(name)

    def renew(self, name: str) -> bool:
        return renew(self.root, self._path(name))

    def listed(self, prefix: str) -> Iterator[Listed]:
        return listed(self.root, prefix)

    def remove(self, blob: Listed) -> bool:
        return remove_unless_renewed(self.root, self._path(blob.name), blob)

    def signed_url(
        self, name: str, *, filename: str, content_type: str, expires_s: int
    ) -> str | None:
        del name, filename, content_type, expires_s  # a folder has no addresses
        return None

    def check(self) -> None:
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.root) as file:
                file.write(bytes(BLOCK_BYTES))  # a disk that is full still takes an empty file
        except OSError as error:
            raise StoreUnavailable(f"cannot write into {self.root}: {error.strerror}") from error

    def close(self) -> None:
        """Nothing is held open."""

    @contextmanager
    def _as_file(self, name: str) -> Iterator[Path]:
        path = self._path(name)
        if not path.exists():
            raise InvalidInput(f"the stored file {name} is gone")
        yield path

    def _path(self, name: str) -> Path:
        check_name(name)
        return self.root / name

    def _create(self, name: str, write: Callable[[IO[bytes]], object]) -> bool:
        path = self._path(name)
        if self.renew(name):
            return False
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            descriptor, temporary = self._temporary()
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
            raise disk_trouble(error, path.parent) from error
        return True

    def _temporary(self) -> tuple[int, str]:
        # In one folder for all, so that what killed processes left is found when the store opens.
        folder = self.root / TEMPORARIES
        if not folder.exists():
            folder.mkdir(parents=True, exist_ok=True)
        return tempfile.mkstemp(prefix=owned_prefix(), dir=folder)


def _sync_folder(folder: Path) -> None:
    # Without it a power cut may keep a record and lose the media it names.
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def disk_trouble(error: OSError, folder: Path) -> ResourceLimit | InvalidInput:
    """What to raise when a local folder takes no file."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return ResourceLimit(f"the disk is full: {folder} takes no more data")
    return InvalidInput(f"cannot write into {folder}: {error.strerror}")
