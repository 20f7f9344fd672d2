"""Working off a reprocessing on this machine, some jobs at a time."""

import contextlib
import json
import logging
import os
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from jobs.errors import AiprodError
from jobs.reprocessing import State
from pipeline.alone import alone
from pipeline.calling_off import holder_of
from pipeline.graph_failure import raise_cause
from pipeline.options import Settings
from storage.database import Database
from storage.directory import disk_trouble
from storage.ledger import Ledger
from storage.leftovers import clear_leftovers, owned_prefix
from storage.reprocessing_report import report
from storage.reprocessings import Reprocessing, Reprocessings
from storage.reruns import Reruns

if TYPE_CHECKING:
    from transforms.studio import Studio, StudioConfig

LOG = logging.getLogger(__name__)
AHEAD = 100  # jobs that are looked at before it is told how many are how far
REFRESH_S = 0.5
BUSY_PAUSE_S = 2.0  # while others work on all the jobs that are left
NICE = 10  # jobs of people who wait come first

Told = Callable[[dict[State, int]], None]


@dataclass(frozen=True)
class Work:
    """How a reprocessing is worked off.

    Attributes:
      out: Folder for finished videos.
      side_by_side: Jobs that are worked on at a time.
      processes: Worker processes, or 0 to work in this one.
    """

    settings: Settings
    out: Path
    side_by_side: int
    processes: int = 0


def work_off(reprocessing: Reprocessing, work: Work, database: Database, told: Told) -> bool:
    """Runs what may be begun and is left; false when a signal stopped it.

    What was made for one job is kept, whatever happens to the next: running again goes on with the
    jobs that are left.

    Args:
      told: Is called with how many jobs are how far, whenever that may have changed.

    Raises:
      InvalidInput: Another process works on it.
    """
    from pipeline.workshop import studio_config  # imports Beam, which takes over a second

    holder = holder_of(reprocessing.id)
    studio = replace(studio_config(work.settings, work.out), holder=holder)
    stop = _Stop(database, holder)
    what = f"{reprocessing.id} is being worked on"
    with alone(work.settings.data, reprocessing.id, what), stop.on_signals():
        Reruns(database).let_go(holder)  # of a process of this machine that died
        clear_leftovers(Path(studio.scratch))
        _step_back()
        with contextlib.closing(studio.open()) as opened:  # not anew with every wave
            return _in_waves(reprocessing, opened, work, Reprocessings(database), told, stop)


def _in_waves(
    reprocessing: Reprocessing,
    studio: "Studio",
    work: Work,
    reprocessings: Reprocessings,
    told: Told,
    stop: "_Stop",
) -> bool:
    def tell() -> None:
        told(reprocessings.counts(reprocessing.id))

    after, has_moved = 0, False
    while not stop.is_set():
        numbers = reprocessings.left(reprocessing.id, max(AHEAD, work.side_by_side), after)
        if not numbers and after == 0:
            return True
        if not numbers:
            if not has_moved:
                stop.wait(BUSY_PAUSE_S)
            after, has_moved = 0, False
            continue
        wave, after = _open_wave(reprocessing, numbers, studio, work, stop)
        if wave and not stop.is_set():
            _run_wave(reprocessing.id, wave, studio.config, work, tell, stop)
        left = reprocessings.left(reprocessing.id, len(numbers), numbers[0] - 1)
        has_moved = has_moved or not {one for one in numbers if one <= after} <= set(left)
        tell()
    return False


def _open_wave(
    reprocessing: Reprocessing,
    numbers: Sequence[int],
    studio: "Studio",
    work: Work,
    stop: "_Stop",
) -> tuple[list[int], int]:
    """Numbers of as many jobs as are worked on at a time, and the last number that was looked at.

    Jobs that are not to be run are settled here: a graph for them would take a second, and most
    of those that a query finds may be such.
    """
    from transforms.open_runs import open_run

    wave: list[int] = []
    looked_at = numbers[0] - 1
    for number in numbers:
        if stop.is_set() or len(wave) == work.side_by_side:
            break
        if open_run(reprocessing, number, studio):
            wave.append(number)
        looked_at = number
    return wave, looked_at


def _run_wave(
    reprocessing_id: str,
    numbers: Sequence[int],
    studio: "StudioConfig",
    work: Work,
    told: Callable[[], None],
    stop: "_Stop",
) -> None:
    """Works on these jobs in a thread of its own; this one tells how they get on."""
    from pipeline.batch import run_here
    from transforms.open_runs import Piece

    pieces = [Piece(reprocessing_id, number, number).to_bytes() for number in numbers]
    failure: list[BaseException] = []

    def run() -> None:
        try:
            run_here(pieces, studio, processes=work.processes)
        except BaseException as error:
            failure.append(error)

    thread = threading.Thread(target=run, name="graph")
    thread.start()
    while thread.is_alive():
        thread.join(REFRESH_S)
        if stop.is_set():
            stop.put_back()  # what was claimed after the signal came, too
        told()
    told()
    if failure:
        raise_cause(failure[0])


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


class _Stop:
    """Ctrl-C and SIGTERM: jobs are put back, FFmpeg is killed within a second, parts are kept."""

    def __init__(self, database: Database, holder: str) -> None:
        self._ledger = Ledger(database, patience_s=0.0)
        self._reruns = Reruns(database, patience_s=0.0)
        self._holder = holder
        self._event = threading.Event()

    def is_set(self) -> bool:
        return self._event.is_set()

    def wait(self, seconds: float) -> None:
        self._event.wait(seconds)

    @contextlib.contextmanager
    def on_signals(self) -> Iterator[None]:
        if threading.current_thread() is not threading.main_thread():
            yield  # only the main thread may handle signals
            return
        numbers = (signal.SIGINT, signal.SIGTERM)
        before = {number: signal.signal(number, self._take) for number in numbers}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _take(self, _number: int, _frame: FrameType | None) -> None:
        self._event.set()
        self.put_back()

    def put_back(self) -> None:
        """Gives back what is worked on: whoever works on it stops within a second."""
        try:
            for job_id, token in self._reruns.held_by(self._holder):
                self._ledger.release(job_id, token)
        except AiprodError as error:
            LOG.warning("jobs are found by their leases: %s", error.message)
