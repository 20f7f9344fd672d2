"""What a collection of garbage must leave: a set that may have ten million members."""

import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Self

from jobs.errors import ResourceLimit
from storage.kept_runs import Delivered

_MEDIA = re.compile(r"media/[0-9a-f]{2}/([0-9a-f]{64})")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_CACHE_KIB = 64 << 10


class Staying:
    """Keys of artefacts and digests of media, in a temporary file that the system removes, however
    this process ends. All are SHA-256 of different things, so one set holds both.

    Methods raise `ResourceLimit` when the disk with temporary files is full.
    """

    def __init__(self) -> None:
        self._file = sqlite3.connect("", isolation_level=None)  # "": private, and unlinked already
        for statement in (
            f"PRAGMA cache_size=-{_CACHE_KIB}",
            "PRAGMA journal_mode=OFF",
            "CREATE TABLE staying (digest BLOB PRIMARY KEY) WITHOUT ROWID",
            "CREATE TABLE going (digest BLOB PRIMARY KEY, stage TEXT) WITHOUT ROWID",
            "CREATE TABLE let_go (job TEXT, run INT, PRIMARY KEY (job, run)) WITHOUT ROWID",
        ):
            self._file.execute(statement)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add_keys(self, keys: Iterable[str]) -> None:
        """Lets the artefacts of these keys stay."""
        digests = ((bytes.fromhex(key),) for key in keys if _DIGEST.fullmatch(key))
        self._insert("INSERT OR IGNORE INTO staying VALUES (?)", digests)

    def add_media_in(self, texts: Iterable[str]) -> None:
        """Lets all media stay whose names appear anywhere in these texts."""
        digests = ((digest,) for text in texts for digest in media_in(text))
        self._insert("INSERT OR IGNORE INTO staying VALUES (?)", digests)

    def has(self, digest: str) -> bool:
        """Whether a key, or the content of that hash, stays."""
        found = self._file.execute(
            "SELECT 1 FROM staying WHERE digest = ?", (bytes.fromhex(digest),)
        )
        return found.fetchone() is not None

    def note_going(self, stage: str, text: str) -> None:
        """Notes of which stage the media is that an artefact names which goes."""
        rows = ((digest, stage) for digest in media_in(text))
        self._insert("INSERT OR IGNORE INTO going VALUES (?, ?)", rows)

    def stage_of(self, digest: str) -> str | None:
        """Which stage made the content of that hash, if an artefact that goes has named it."""
        found = self._file.execute(
            "SELECT stage FROM going WHERE digest = ?", (bytes.fromhex(digest),)
        ).fetchone()
        return None if found is None else str(found[0])

    def note_let_go(self, run: Delivered) -> None:
        """Notes a run that is no longer offered."""
        self._insert("INSERT OR IGNORE INTO let_go VALUES (?, ?)", [(run.job_id, run.generation)])

    def is_let_go(self, run: Delivered | None) -> bool:
        if run is None:
            return False
        found = self._file.execute(
            "SELECT 1 FROM let_go WHERE job = ? AND run = ?", (run.job_id, run.generation)
        )
        return found.fetchone() is not None

    def _insert(self, statement: str, rows: Iterable[tuple[object, ...]]) -> None:
        with _translating():
            self._file.execute("BEGIN")  # a transaction for each row would be slow
            self._file.executemany(statement, rows)
            self._file.execute("COMMIT")


def media_in(text: str) -> Iterator[bytes]:
    """SHA-256 of all media whose names appear in a text."""
    for found in _MEDIA.finditer(text):
        yield bytes.fromhex(found[1])


@contextmanager
def _translating() -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        raise ResourceLimit(f"no room for the list of what is kept: {error}") from error
