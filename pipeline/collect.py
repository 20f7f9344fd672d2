"""Where garbage is collected: the store that the settings name, and every ledger that names things
in it."""

import re
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager

from jobs.errors import InvalidInput
from pipeline.options import Settings
from storage.database import open_database, sqlite_url
from storage.garbage import Collection
from storage.kept_runs import KeptRuns
from storage.migrate import prepare
from storage.stores import open_blobs

_EMBEDDED = "aiprod.db"
_UNITS_S = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_DURATION = re.compile(r"(\d{1,6})([smhdw])|0")


def seconds_of(text: str) -> float:
    """`--older-than`: `90m`, `12h`, `7d` or `0`, in seconds. Raises `InvalidInput`."""
    found = _DURATION.fullmatch(text)
    if found is None:
        raise InvalidInput(f"--older-than {text!r} is no duration; give 0, 90m, 12h, 7d or 2w")
    return float(int(found[1]) * _UNITS_S[found[2]]) if found[1] else 0.0


@contextmanager
def opened_collection(
    settings: Settings, keep: int | None, older_than_s: float, *, is_dry: bool
) -> Iterator[Collection]:
    """A collection of garbage in the store of these settings.

    A folder store is shared by `aiprod render`, whose ledger is always the embedded one, and a
    service here, whose ledger may be another: both are read.

    Raises:
      InvalidInput: There is no store, or what was asked cannot be.
    """
    data = settings.data.absolute()
    has_embedded = (data / _EMBEDDED).exists()
    urls = [settings.database_url] if settings.database_url else []
    if has_embedded and not (settings.bucket and settings.database_url):
        urls.append(sqlite_url(data))
    if not urls:
        raise InvalidInput(f"nothing was made here: there is no ledger in {data}")
    with ExitStack() as stack:
        ledgers = []
        for url in urls:
            database = stack.enter_context(closing(open_database(url, pool_size=1)))
            prepare(database)
            ledgers.append(KeptRuns(database, older_than_s))
        store = f"gs://{settings.bucket}" if settings.bucket else str(data)
        blobs = stack.enter_context(closing(open_blobs(store)))
        yield Collection(blobs, ledgers, keep, older_than_s, is_dry=is_dry)
