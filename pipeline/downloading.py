"""Fetching what a job left behind, each file whole or not at all."""

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from pipeline.answers import Job
from pipeline.client import RETRY_PAUSES_S, Client, job_path
from pipeline.progress import Display, StageState
from pipeline.refusals import ServiceUnavailable
from storage.directory import disk_trouble

MANIFEST = "manifest.json"


def check_folder(out: Path) -> None:
    """Raises `InvalidInput` when nothing can be written there: known before the job is made."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=out).close()
    except OSError as error:
        raise disk_trouble(error, out) from error


def fetch_files(client: Client, job: Job, out: Path, display: Display) -> Path:
    """Puts the files of a finished job, its manifest last, into a folder of its own.

    Files that are there already are not fetched again.

    Returns:
      The folder, `<out>/<job id>`.

    Raises:
      InvalidInput, ResourceLimit: The folder cannot be written.
      ServiceUnavailable: The service does not answer, or a file arrives changed.
    """
    folder = out / job.id
    files = job.video.files if job.video else ()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        absent = [one for one in files if not _is_there(folder / one.name, one.sha256)]
        arrived = _Arrived(display, sum(one.size_bytes or 0 for one in absent))
        for one in absent:
            _fetch(client, job.id, one.name, folder, one.sha256, arrived.more)
        _fetch(client, job.id, MANIFEST, folder, None, lambda _: None)
    except OSError as error:
        raise disk_trouble(error, folder) from error
    return folder


class _Arrived:
    """Counts bytes, and shows them as megabytes."""

    def __init__(self, display: Display, total: int) -> None:
        self._display = display
        self._total = total
        self._bytes = 0

    def more(self, count: int) -> None:
        self._bytes += count
        done, total = (-(-size // 1_000_000) for size in (self._bytes, self._total))
        self._display.show([StageState("download", done, total)])


def _is_there(path: Path, sha256: str) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == sha256


def _fetch(
    client: Client,
    job_id: str,
    name: str,
    folder: Path,
    sha256: str | None,
    more: Callable[[int], None],
) -> None:
    target = folder / name
    target.parent.mkdir(parents=True, exist_ok=True)
    what = f"file {name} of job {job_id}"
    digest = hashlib.sha256()
    with _becoming(target) as file:
        for piece in _pieces(client, job_path(job_id, "files", name), what):
            file.write(piece)
            digest.update(piece)
            more(len(piece))
        if sha256 and digest.hexdigest() != sha256:
            raise ServiceUnavailable(f"{what} is not what the service announced; fetch it again")


def _pieces(client: Client, path: str, what: str) -> Iterator[bytes]:
    """The content of a file; after a cut, from where it was cut."""
    size = 0
    pauses = iter(RETRY_PAUSES_S)
    while True:
        try:
            for piece in client.download(path, what, start=size):
                size += len(piece)
                yield piece
        except ServiceUnavailable:
            pause_s = next(pauses, None)
            if pause_s is None:
                raise
            client.wait(pause_s)
        else:
            return


@contextmanager
def _becoming(target: Path) -> Iterator[BinaryIO]:
    """A file that takes its name when it is whole."""
    descriptor, temporary = tempfile.mkstemp(prefix=".new-", dir=target.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
