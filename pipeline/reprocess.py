"""Working off a reprocessing on this machine, some jobs at a time."""

import contextlib
import json
import os
import signal
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from jobs.reprocessing import State
from pipeline.alone import alone
from pipeline.calling_off import holder_of
from pipeline.options import Settings
from storage.database import Database
from storage.directory import disk_trouble
from storage.ledger import Claim
from storage.leftovers import owned_prefix
from storage.reprocessing_report import report
from storage.reprocessings import Reprocessing, Reprocessings
from storage.reruns import Reruns

if TYPE_CHECKING:
    from transforms.studio import Studio

AHEAD = 100  # jobs that are read from the ledger at once
REFRESH_S = 0.5  # between two looks at how many are how far
COUNTING = 20  # times as long as it took to count them: of a million jobs 0.3 s of CPU
BUSY_PAUSE_S = 2.0  # before jobs that others work on are looked at again
NICE = 10  # jobs of people who wait come first

Told = Callable[[dict[State, int]], None]


@dataclass(frozen=True)
class Work:
    """How a reprocessing is worked off.

    Attributes:
      out: Folder for finished videos.
      side_by_side: Jobs that are worked on at a time.
    """

    settings: Settings
    out: Path
    side_by_side: int


def work_off(reprocessing: Reprocessing, work: Work, database: Database, told: Told) -> bool:
    """Runs what may be begun and is left; false when a signal stopped it.

    As one job ends, the next begins. What was made for one is kept, whatever happens to the next:
    running again goes on with the jobs that are left.

    Args:
      told: Is called with how many jobs are how far, whenever that may have changed.

    Raises:
      Conflict: Another process works on it.
    """
    from pipeline.worker import Worker  # imports Beam, which takes over a second
    from pipeline.workshop import studio_config

    jobs = _Jobs(reprocessing, holder_of(reprocessing.id))
    what = f"{reprocessing.id} is being worked on"
    with alone(work.settings.data, reprocessing.id, what), _signals_taken() as signals:
        Reruns(database).let_go(jobs.holder)  # of a process of this machine that died
        _step_back()
        worker = Worker(studio_config(work.settings, work.out), work.side_by_side, jobs.take)
        worker.start()
        try:
            return _attend(worker.ring, jobs, Reprocessings(database), told, signals)
        finally:
            jobs.is_closed = True
            while not worker.stop():
                pass  # FFmpeg is killed within a second; whatever hangs is waited for


def _attend(
    ring: Callable[[], None],
    jobs: "_Jobs",
    reprocessings: Reprocessings,
    told: Told,
    signals: list[int],
) -> bool:
    """Tells how the jobs get on, until none is left; false when a signal came before that."""
    reprocessing_id = jobs.reprocessing.id
    ring_at = time.monotonic() + BUSY_PAUSE_S
    tell_at = 0.0
    while not signals:
        are_through = jobs.are_through.wait(REFRESH_S)
        jobs.are_through.clear()
        if jobs.failure:
            raise jobs.failure
        is_over = are_through and not reprocessings.left(reprocessing_id, 1)
        now = time.monotonic()
        if is_over or now >= tell_at:
            told(reprocessings.counts(reprocessing_id))
            tell_at = now + COUNTING * (time.monotonic() - now)
        if is_over:
            return True
        if time.monotonic() >= ring_at:
            ring()
            ring_at = time.monotonic() + BUSY_PAUSE_S
    return False


class _Jobs:
    """The jobs of a reprocessing that are left, in order, and again from the first. Thread-safe.

    Attributes:
      holder: Who works on them, for the ledger: the same again after a death.
      are_through: Set when the last was looked at; some may be worked on, here or elsewhere.
      failure: Why no more can be begun.
      is_closed: Whether no more are to be begun.
    """

    def __init__(self, reprocessing: Reprocessing, holder: str) -> None:
        self.reprocessing, self.holder = reprocessing, holder
        self.are_through = threading.Event()
        self.failure: Exception | None = None
        self.is_closed = False
        self._lock = threading.Lock()
        self._numbers: deque[int] = deque()
        self._last = 0

    def take(self, studio: "Studio") -> Claim | None:
        """Begins the next job that can be worked on; None when there is none now."""
        with self._lock:  # none is looked at by two at once
            try:
                while not self.is_closed and (number := self._next(studio)):
                    if claim := self._begun(number, studio):
                        return claim
            except Exception as error:
                self.failure, self.is_closed = error, True
        self.are_through.set()
        return None

    def _next(self, studio: "Studio") -> int | None:
        if not self._numbers:
            reprocessings = Reprocessings(studio.ledger.database)
            left = reprocessings.left(self.reprocessing.id, AHEAD, self._last)
            self._numbers.extend(left)
        self._last = self._numbers.popleft() if self._numbers else 0
        return self._last or None

    def _begun(self, number: int, studio: "Studio") -> Claim | None:
        from transforms.open_runs import open_run

        ring = open_run(self.reprocessing, number, studio)
        if ring is None:
            return None
        return replace(studio.ledger, worker=self.holder).claim(ring.job_id)


def write_report(database: Database, reprocessing_id: str, path: Path) -> None:
    """Writes a line of JSON per job; the file appears whole.

    Raises:
      InvalidInput: The folder cannot be written. ResourceLimit: the disk is full.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=owned_prefix())
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                for line in report(database, reprocessing_id):
                    file.write(json.dumps(line.as_json(), ensure_ascii=False) + "\n")
            Path(temporary).chmod(0o644)
            Path(temporary).replace(path)
        finally:
            Path(temporary).unlink(missing_ok=True)
    except OSError as error:
        raise disk_trouble(error, path.parent) from error


def _step_back() -> None:
    """Lowers the priority of this process and of all it starts, unless it is that low already."""
    if (now := os.getpriority(os.PRIO_PROCESS, 0)) < NICE:
        os.nice(NICE - now)


@contextlib.contextmanager
def _signals_taken() -> Iterator[list[int]]:
    """Ctrl-C and SIGTERM are noted in a list. Whoever takes them does no more than that: it may
    have interrupted this thread while that holds a lock."""
    taken: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield taken  # only the main thread may handle signals
        return

    def take(number: int, _frame: FrameType | None) -> None:
        taken.append(number)

    before = {number: signal.signal(number, take) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield taken
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
