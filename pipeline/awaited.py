"""How a job of the service ended, and where its files are on this machine."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer

from jobs.formats import film_names
from jobs.states import Status
from pipeline.answers import Job
from pipeline.client import Client
from pipeline.downloading import MANIFEST, fetch_files
from pipeline.event_stream import Event
from pipeline.progress import Display
from pipeline.telling import shown
from pipeline.watching import follow


@dataclass(frozen=True)
class Awaited:
    """A job that has ended.

    Attributes:
      folder: Where its files are, if it is done and they were fetched.
      seconds: What it took since it was handed in; None when that was not here.
    """

    job: Job
    folder: Path | None
    seconds: float | None

    @property
    def videos(self) -> tuple[str, ...]:
        """Where the videos are, one for each variant of the job."""
        if not (self.folder and self.job.video):
            return ()
        names = film_names(file.name for file in self.job.video.files)
        return tuple(str(self.folder / name) for name in names)

    def as_json(self) -> dict[str, Any]:
        """The summary that `--json` prints, with the members that `render` has."""
        return {
            "id": self.job.id,
            "status": self.job.status.value,
            "video": self.videos[0] if self.videos else None,
            "videos": list(self.videos),
            "manifest": str(self.folder / MANIFEST) if self.folder else None,
            "seconds": None if self.seconds is None else round(self.seconds, 2),
            "problems": [problem.as_json() for problem in self.job.problems],
        }

    def tell(self, as_json: bool) -> None:
        """Says how it ended, as `render` does; failures on standard error."""
        is_done = self.job.status is Status.DONE
        problems = self.job.problems
        if is_done:
            lines = ["  done" if self.seconds is None else f"  done in {self.seconds:.1f} s"]
            lines += [f"  note: {shown(problem.message)}" for problem in problems]
            lines += [f"  {video}" for video in self.videos]
        else:
            lines = [f"  {self.job.status.value}"]
            lines += [
                f"  {problem.stage}: {shown(problem.message)} [{problem.code}]"
                for problem in problems
            ]
        typer.echo("\n".join(lines), err=as_json or not is_done)


def await_job(
    client: Client,
    job_id: str,
    out: Path | None,
    display: Display,
    *,
    since: float | None = None,
    tell: Callable[[Event], None] = lambda _: None,
) -> Awaited:
    """Waits for a job to end, and fetches its files into `out` when it is done.

    Args:
      since: When it was handed in, by the monotonic clock.
      tell: Given each event.
    """
    job = follow(client, job_id, display, tell)
    is_done = job.status is Status.DONE
    folder = fetch_files(client, job, out, display) if out and is_done else None
    return Awaited(job, folder, None if since is None else time.monotonic() - since)
