"""One job from a file to a video, in this process."""

import contextlib
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import FrameType
from typing import Any

from jobs.elements import Problem
from jobs.errors import InvalidInput, LedgerUnavailable
from jobs.message import Ring
from jobs.slate import LOCAL_TENANT
from jobs.states import TERMINAL, Status
from jobs.submission import job_id
from jobs.variants import film_names
from jobs.wire import plain
from media.run import ffmpeg_version, find_ffmpeg
from pipeline.alone import alone
from pipeline.graph_failure import raise_cause
from pipeline.ingest import JobFile, read_job_file, submit_files
from pipeline.options import Settings
from pipeline.progress import Display
from storage.artefacts import Artefacts
from storage.catalogue import Catalogue
from storage.database import Database, open_database, sqlite_url
from storage.directory import DirectoryBlobs
from storage.intake import Intake
from storage.leftovers import clear_leftovers
from storage.migrate import prepare
from storage.rows import PartRow

REFRESH_S = 0.2


@dataclass(frozen=True)
class Rendered:
    """How a render ended.

    Attributes:
      made, reused: How many parts were made now, and how many were there already.
      videos: Names of the finished videos in the folder, one for each variant.
    """

    id: str
    status: Status
    folder: Path
    made: int
    reused: int
    seconds: float
    problems: tuple[Problem, ...]
    videos: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The summary that `--json` prints."""
        videos = [str(self.folder / name) for name in self.videos]
        return {
            "id": self.id,
            "status": self.status.value,
            "video": videos[0] if videos else None,
            "videos": videos,
            "manifest": str(self.folder / "manifest.json") if self.status is Status.DONE else None,
            "made": self.made,
            "reused": self.reused,
            "seconds": round(self.seconds, 2),
            "problems": [plain(problem) for problem in self.problems],
        }


def render(
    path: Path, out: Path, overrides: Sequence[str], settings: Settings, display: Display
) -> Rendered:
    """Renders one job file. What was made before, for this job or another, is not made again.

    Raises:
      InvalidInput: The job, its files, or a folder cannot be used; nothing has been started.
      ToolMissing: This machine lacks FFmpeg.
    """
    file = read_job_file(path, overrides, casting=settings.roster.casting())
    if file.note:
        display.note(f"note: {path}: {file.note}")
    return render_file(file, path.name, out, settings, display)


def render_file(
    file: JobFile, label: str, out: Path, settings: Settings, display: Display
) -> Rendered:
    """Renders a job that was read; otherwise as `render`. `label`: what the display calls it."""
    started = time.monotonic()
    ffmpeg_version(find_ffmpeg(settings.ffmpeg))
    _check_writable(out)
    url = sqlite_url(settings.data)
    submission = submit_files(file, Artefacts(DirectoryBlobs(settings.data.absolute())))
    job = job_id(file.name, submission)
    with (
        alone(settings.data, job, f"job {job} is being rendered"),
        contextlib.closing(open_database(url)) as database,
    ):
        prepare(database)
        generation = Intake(database).put(job, submission, file.job.title)
        display.start(label, job)
        with _stopping_on_signals(database, job, display):
            _work(job, settings, out, database, generation, display)
        row = Catalogue(database).job(LOCAL_TENANT, job)
        parts = Catalogue(database).parts(LOCAL_TENANT, job, generation)
        video = Catalogue(database).video(LOCAL_TENANT, job, generation)
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
    # Beam takes over a second to import, so it starts after the job has been checked.
    from pipeline.execute import execute
    from pipeline.workshop import studio_config

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


def _check_writable(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
        probe = out / ".aiprod-writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise InvalidInput(f"cannot write into {out}: {error.strerror}") from error


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
