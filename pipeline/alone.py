"""One process at a time for one piece of work on this machine."""

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path

from jobs.errors import Conflict


@contextlib.contextmanager
def alone(data: Path, name: str, what: str) -> Iterator[None]:
    """Holds a name while this process works; the system lets go of it if the process dies.

    Args:
      data: The data folder.
      what: What is done, for the message: `job x is being rendered`.

    Raises:
      Conflict: Another process holds it.
    """
    folder = data / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / name).open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Conflict(f"{what} by another process") from error
        yield
