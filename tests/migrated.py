"""An embedded database that is migrated: to migrate takes longer than most of what tests do."""

import atexit
import contextlib
import shutil
import tempfile
from functools import cache
from pathlib import Path

from storage.database import DATABASE_FILE, open_database, sqlite_url
from storage.migrate import prepare


def put_database(folder: Path) -> None:
    """Copies one to a data folder that has none."""
    if not (folder / DATABASE_FILE).exists():
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(_migrated(), folder)


@cache
def _migrated() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="aiprod-migrated-"))
    atexit.register(shutil.rmtree, folder)
    with contextlib.closing(open_database(sqlite_url(folder))) as opened:
        prepare(opened)
    return folder / DATABASE_FILE
