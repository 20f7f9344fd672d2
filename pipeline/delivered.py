"""Videos that lie finished in their folder, of which nothing would be made anew."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from api.forecast import Desk
from api.shelf import Shelf
from jobs.changes import compare
from jobs.elements import Problem
from jobs.formats import film_names
from jobs.slate import Slate
from jobs.stages import Stage
from jobs.states import Status
from jobs.submission import Submission
from jobs.wire import canonical, from_json, sha256, to_json
from media.run import ffmpeg_version, find_ffmpeg
from pipeline.options import Settings
from pipeline.rendered import Rendered
from pipeline.renderings import Renderings
from storage.artefacts import Artefacts
from storage.directory import DirectoryBlobs

MANIFEST = "manifest.json"
_LAST = (Stage.FINISH, Stage.FORMAT)


def delivered(job: str, submission: Submission, out: Path, settings: Settings) -> Rendered | None:
    """The render of this very job, if its files are there, whole, and a run would make nothing.

    What a run would make is what `aiprod plan` says: parts that are gone, that a newer stage or
    another FFmpeg makes otherwise, for which somebody else is asked by now. None also when
    something was left out of the video that another try may find.
    """
    folder = out / job
    manifest = _manifest(folder / MANIFEST)
    try:
        # A job that was run again with something changed keeps its id.
        if (manifest["id"], manifest["submission"]) != (job, sha256(to_json(submission))):
            return None
        notes = tuple(from_json(Problem, canonical(note)) for note in manifest["notes"])
        if any(note.retryable for note in notes):
            return None
        files: dict[str, str] = manifest["files"]
        if not _is_current(manifest["parts"], submission, settings):
            return None
        if not all(_sha256(folder / name) == digest for name, digest in files.items()):
            return None
        parts = len(manifest["parts"])
        return Rendered(job, Status.DONE, folder, 0, parts, 0.0, notes, film_names(files))
    except (KeyError, TypeError, AttributeError, ValueError, OSError):
        return None  # not as we write it, or files are gone: it is made again


def _is_current(parts: list[dict[str, Any]], submission: Submission, settings: Settings) -> bool:
    """Whether a run would find all its parts, and finish with the files of these."""
    failed = frozenset(part["key"] for part in parts if part["status"] == "failed")
    shelf = Shelf(Artefacts(DirectoryBlobs(settings.data.absolute())))
    renderings = Renderings(ffmpeg_version(find_ffmpeg(settings.ffmpeg)), shelf.artefacts.blobs)
    desk = Desk(shelf, Slate(), settings.roster.casting(), renderings, failed)
    forecast = desk.forecast(compare(submission, submission).after)
    wanted = [part for part in forecast.parts.values() if part.key not in failed]
    finished = {part.key for part in wanted if part.stage in _LAST}
    return finished == set(_finished(parts)) and all(
        shelf.has(part.stage, part.key) for part in wanted
    )


def _finished(parts: list[dict[str, Any]]) -> Iterator[str]:
    return (part["key"] for part in parts if Stage(part["stage"]) in _LAST)


def _manifest(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
