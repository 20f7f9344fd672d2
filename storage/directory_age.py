"""How old files of a folder store are: their time of modification, set anew when they are renewed.

Removing one looks at its age and unlinks it, which is two steps. A lock on the folder makes them
one for those who renew: they hold it together, and whoever removes holds it alone.
"""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from jobs.errors import StoreUnavailable
from storage.blobs import Listed


def renew(root: Path, path: Path) -> bool:
    """Makes a file as good as new; false when there is none.

    Raises:
      StoreUnavailable: It belongs to somebody else.
    """
    try:
        with _lock(root, fcntl.LOCK_SH):
            os.utime(path)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise StoreUnavailable(f"cannot renew {path}: {error.strerror}") from error
    return True


def remove_unless_renewed(root: Path, path: Path, as_listed: Listed) -> bool:
    """Removes a file; false when it was renewed since it was listed, or is gone.

    Raises:
      StoreUnavailable: It cannot be removed.
    """
    try:
        with _lock(root, fcntl.LOCK_EX):
            if _version(path.stat()) != as_listed.version:
                return False
            path.unlink()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise StoreUnavailable(f"cannot remove {path}: {error.strerror}") from error
    return True


def listed(root: Path, prefix: str) -> Iterator[Listed]:
    """The files below `root`/`prefix`, one by one; hidden ones and symbolic links are not ours."""
    folders = [root / prefix]
    while folders:
        folder = folders.pop()
        with contextlib.suppress(FileNotFoundError), os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.startswith("."):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    folders.append(Path(entry.path))
                    continue
                if entry.is_file(follow_symlinks=False) and (found := _found(entry)):
                    name = Path(entry.path).relative_to(root).as_posix()
                    yield Listed(name, found.st_size, found.st_mtime, _version(found))


def _found(entry: os.DirEntry[str]) -> os.stat_result | None:
    try:
        return entry.stat(follow_symlinks=False)
    except FileNotFoundError:  # it went between two looks
        return None


def _version(found: os.stat_result) -> str:
    # The number, too: a file that was removed and written again is another one.
    return f"{found.st_ino}.{found.st_mtime_ns}"


@contextlib.contextmanager
def _lock(root: Path, kind: int) -> Iterator[None]:
    folder = os.open(root, os.O_RDONLY)
    try:
        fcntl.flock(folder, kind)
        yield
    finally:
        os.close(folder)  # which lets go of the lock, as dying does
