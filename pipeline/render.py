"""One job from a file to a video, in this process."""

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from jobs.errors import InvalidInput
from jobs.submission import job_id
from media.run import ffmpeg_version, find_ffmpeg
from pipeline.alone import alone
from pipeline.delivered import delivered
from pipeline.ingest import JobFile, read_job_file, submit_files
from pipeline.options import Settings
from pipeline.progress import Display
from pipeline.rendered import Rendered
from storage.artefacts import Artefacts
from storage.directory import DirectoryBlobs


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
    """Renders a job that was read; otherwise as `render`. `label`: what the display calls it.

    Of a video that is there, whole, with nothing to be made anew, nothing is started.
    """
    started = time.monotonic()
    ffmpeg_version(find_ffmpeg(settings.ffmpeg))
    _check_writable(out)
    submission = submit_files(file, Artefacts(DirectoryBlobs(settings.data.absolute())))
    job = job_id(file.name, submission)
    with alone(settings.data, job, f"job {job} is being rendered"):
        found = delivered(job, submission, out, settings)
        if found is None:
            # It loads the database, and then Beam: only when there is work.
            from pipeline.make_video import make_video

            display.start(label, job)
            found = make_video(job, submission, file.job.title, out, settings, display)
    return replace(found, seconds=time.monotonic() - started)


def _check_writable(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
        probe = out / ".aiprod-writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise InvalidInput(f"cannot write into {out}: {error.strerror}") from error
