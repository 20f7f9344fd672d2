"""Videos that lie finished in their folder."""

import hashlib
import json
from pathlib import Path
from typing import Any

from jobs.elements import Problem
from jobs.states import Status
from jobs.submission import job_id
from jobs.variants import film_names
from jobs.version import VERSION
from jobs.wire import canonical, from_json, sha256, to_json
from pipeline.ingest import JobFile, named_files
from pipeline.render import Rendered

MANIFEST = "manifest.json"


def delivered(file: JobFile, out: Path) -> Rendered | None:
    """The render of this very job by this version, if all its files are there, whole.

    None also when something was left out of the video that another try may find.
    """
    submission = named_files(file)
    job = job_id(file.name, submission)
    folder = out / job
    manifest = _manifest(folder / MANIFEST)
    try:
        # A job that was run again with something changed keeps its id.
        is_this = (
            manifest["id"] == job
            and manifest["submission"] == sha256(to_json(submission))
            and manifest["versions"]["aiprod"] == VERSION
        )
        notes = tuple(from_json(Problem, canonical(note)) for note in manifest["notes"])
        if not is_this or any(note.retryable for note in notes):
            return None
        files: dict[str, str] = manifest["files"]
        if not all(_sha256(folder / name) == digest for name, digest in files.items()):
            return None
        parts = len(manifest["parts"])
        return Rendered(job, Status.DONE, folder, 0, parts, 0.0, notes, film_names(files))
    except (KeyError, TypeError, AttributeError, ValueError, OSError):
        return None  # not as we write it, or files are gone: it is made again


def _manifest(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
