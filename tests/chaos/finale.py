"""The last job: whoever works on it is frozen until another has taken it over, then wakes.

What the chaos before it finds by chance, this finds every time: that somebody rings for a job
whose worker fell silent, that the silent one can write no more, and that what it had made by then
is not made again.
"""

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
from sqlalchemy import Row, select

from storage.database import Database, open_database, sqlite_url
from storage.tables import JOBS
from tests.chaos.service import Victim, resume

# A chunk a scene, long enough that a worker can be caught between the first and the last.
LONG_JOB = {
    "title": "The last one",
    "scenes": [
        {"duration_s": 4, "visual": {"type": "title", "text": f"Part {number}"}}
        for number in range(6)
    ],
    "music": None,
    "output": {"height": 480, "fps": 30, "quality": "standard"},
}


def freeze_and_wake(victim: Victim, job_id: str, deadline: float) -> bool:
    """Freezes the worker of a job while it renders, and wakes it when another has claimed the job.

    False: the job was over before, or nobody took it over in time.
    """
    database = open_database(victim.database_url or sqlite_url(victim.data))
    try:
        held = _caught(victim, database, job_id, deadline)
        if held is None:
            return False
        worker, token = held
        try:
            return _until(lambda: _state(database, job_id).token > token, deadline)
        finally:
            resume(worker)
    finally:
        database.close()


def _caught(
    victim: Victim, database: Database, job_id: str, deadline: float
) -> tuple[psutil.Process, int] | None:
    """The worker, frozen where it holds no lock of an SQLite database, and the token it has."""
    while time.monotonic() < deadline:
        state = _state(database, job_id)
        if state.status in ("done", "failed", "cancelled"):
            return None
        if state.status == "rendering":
            worker = psutil.Process(int(state.worker.rpartition("-")[2]))
            worker.suspend()
            holds_no_lock = victim.database_url or _can_write(victim.data / "aiprod.db")
            if holds_no_lock and _state(database, job_id).status == "rendering":
                return worker, state.token
            resume(worker)
        time.sleep(0.02)
    return None


def _state(database: Database, job_id: str) -> Row[Any]:
    with database.reading() as connection:
        found = select(JOBS.c.status, JOBS.c.worker, JOBS.c.token).where(JOBS.c.id == job_id)
        return connection.execute(found).one()


def _can_write(file: Path) -> bool:
    connection = sqlite3.connect(file, timeout=1.0, isolation_level=None)
    try:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("ROLLBACK")
    except sqlite3.OperationalError:
        return False
    finally:
        connection.close()
    return True


def _until(condition: Callable[[], bool], deadline: float) -> bool:
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return False
