"""Folders and files of the service that nobody else on the machine can read.

The data folder holds secrets that sign, the API key of this machine, and what all tenants made.
"""

import contextlib
import os
from pathlib import Path

from jobs.errors import InvalidInput

_FOR_OTHERS = 0o077


def make_private(folder: Path) -> None:
    """Creates a data folder that only its owner may enter; one that is there stays as it is.

    Raises:
      InvalidInput: It cannot be created.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidInput(f"cannot create the data folder {folder}: {error.strerror}") from error


def keep_private(database: Path) -> None:
    """Creates the file of an SQLite database for its owner alone; closes one that others can read.

    What cannot be created or changed here is left to whoever opens it, and then says why. SQLite
    gives the files that it makes beside it (`-wal`, `-shm`) the same mode.
    """
    with contextlib.suppress(OSError):
        os.close(os.open(database, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    for path in (database, *(database.with_name(database.name + end) for end in ("-wal", "-shm"))):
        with contextlib.suppress(OSError):
            mode = path.stat().st_mode
            if path.is_file() and mode & _FOR_OTHERS:
                path.chmod(mode & 0o7777 & ~_FOR_OTHERS)
