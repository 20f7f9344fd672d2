"""A video that is made by the graph in this process, while somebody watches."""

import contextlib
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import FrameType

from jobs.errors import LedgerUnavailable
from jobs.formats import film_names
from jobs.message import Ring
from jobs.slate import LOCAL_TENANT
from jobs.states import TERMINAL, Status
from jobs.submission import Submission
from pipeline.graph_failure import raise_cause
from pipeline.options import Settings
from pipeline.progress import Display
from pipeline.quick_start import loaded
from pipeline.rendered import Rendered
from storage.catalogue import Catalogue
from storage.database import Database, open_database, sqlite_url
from storage.intake import Intake
from storage.leftovers import clear_leftovers
from storage.migrate import prepare
from storage.rows import PartRow

REFRESH_S = 0.5


def make_video(
    job: str,
    submission: Submission,
    title: str | None,
    out: Path,
    settings: Settings,
    display: Display,
) -> Rendered:
    """Makes what is missing of a job, and delivers it; `seconds` are its own.

    Raises:
      LedgerUnavailable: The run did not end.
    """
    started = time.monotonic()
    with contextlib.closing(open_database(sqlite_url(settings.data))) as database:
        prepare(database)
        generation = Intake(database).put(job, submission, title)
        catalogue = Catalogue(database)
        with _stopping_on_signals(database, job, display):
            _work(job, settings, out, database, generation, display)
            row = catalogue.job(LOCAL_TENANT, job)
            if row and row.status is Status.QUEUED:  # something that was there is damaged, or gone
                _work(job, settings, out, database, generation, display)
        row = catalogue.job(LOCAL_TENANT, job)
        parts = catalogue.parts(LOCAL_TENANT, job, generation)
        video = catalogue.video(LOCAL_TENANT, job, generation)
    if row is None or row.status not in TERMINAL:
        raise LedgerUnavailable(f"job {job} did not end; run the same command again to go on")
    return Rendered(
        job,
        row.status,
        out / job,
        _count(parts, "done"),
        _count(parts, "cached"),
        time.monotonic() - started,
        row.problems,
        film_names(video.files) if video and row.status is Status.DONE else (),
    )


def _work(
    job: str, settings: Settings, out: Path, database: Database, generation: int, display: Display
) -> None:
    """Runs the graph in a thread of its own; this one watches the ledger and shows progress."""
    # Beam takes over a second to import; meanwhile the job can be cancelled as it can later.
    from pipeline.execute import execute
    from pipeline.workshop import studio_config

    loaded()
    # One job of one process: always here, whatever a service on this machine may use.
    studio = studio_config(replace(settings, database_url=None, bucket=None), out)
    clear_leftovers(Path(studio.scratch))
    failure: list[BaseException] = []

    def run() -> None:
        try:
            execute([Ring(job).to_bytes()], studio)
        except BaseException as error:
            failure.append(error)

    catalogue = Catalogue(database)
    thread = threading.Thread(target=run, name="graph")
    thread.start()
    while thread.is_alive():
        thread.join(REFRESH_S)
        display.update(catalogue.parts(LOCAL_TENANT, job, generation))
    display.update(catalogue.parts(LOCAL_TENANT, job, generation))
    if failure:
        raise_cause(failure[0])


@contextlib.contextmanager
def _stopping_on_signals(database: Database, job: str, display: Display) -> Iterator[None]:
    """Ctrl-C and SIGTERM cancel the job: FFmpeg is killed within a second, parts are kept."""

    def stop(number: int, _frame: FrameType | None) -> None:
        display.note(f"{signal.Signals(number).name}: stopping; finished parts are kept")
        Intake(database).cancel(LOCAL_TENANT, job)

    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread may handle signals; whoever called us has its own way to stop
        return
    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _count(parts: Sequence[PartRow], status: str) -> int:
    return sum(part.status == status for part in parts)
