"""Finished files, where the user looks for them."""

import json
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from jobs.errors import Cancelled
from storage.directory import disk_trouble
from storage.leftovers import clear_leftovers, owned_prefix
from storage.stores import is_bucket, open_blobs

_MANIFEST = "manifest.json"
# Files of variants are in a folder of each, and those of a stream in one in that. The user may have
# changed what a manifest names.
_FILE = re.compile(r"(?:\w[\w-]*/){0,2}\w[\w.-]*", re.ASCII)


def deliver(
    root: str,
    job_id: str,
    run: str,
    files: Mapping[str, Path],
    manifest: dict[str, Any],
    *,
    is_late: Callable[[], bool] = lambda: False,
) -> str:
    """Puts the files of a run, and last its manifest, where finished jobs go.

    In a folder the files are `<root>/<job_id>/<name>`; a name may have one or two folders. Files
    of an earlier run of the same job that this run does not have are removed, after the manifest no
    longer names them. In a bucket they are `<root>/jobs/<job_id>/<run>/<name>`; every run keeps its
    own, and delivering a run again changes nothing. Each file appears whole or not at all.

    Args:
      root: A folder, or `gs://bucket/prefix`.
      run: Which run of the job this is: its generation.
      is_late: Asked when the folder has files of a run with a higher number: whether that one came
        after this. Another ledger counts its own runs, and a user may go back to an earlier one.

    Returns:
      The path or address of the manifest.

    Raises:
      InvalidInput: The folder cannot be written. ResourceLimit: the disk is full. StoreUnavailable:
        the bucket cannot be written. Cancelled: the folder has files of a later run.
    """
    text = json.dumps(manifest, indent=2, ensure_ascii=False).encode() + b"\n"
    if is_bucket(root):
        return _into_bucket(root, f"jobs/{job_id}/{run}", files, text)
    folder = Path(root) / job_id
    try:
        _into_folder(folder, int(run), is_late, files, text)
    except OSError as error:
        raise disk_trouble(error, folder) from error
    return str(folder / _MANIFEST)


def is_in_bucket(root: str, job_id: str, run: int) -> bool:
    """Whether a run was delivered into a bucket: each keeps its files there, the manifest last."""
    if not is_bucket(root):
        return False
    with closing(open_blobs(root)) as blobs:
        return blobs.exists(f"jobs/{job_id}/{run}/{_MANIFEST}")


def _into_bucket(root: str, folder: str, files: Mapping[str, Path], manifest: bytes) -> str:
    with closing(open_blobs(root)) as blobs:
        for name, path in files.items():
            blobs.create_from(f"{folder}/{name}", path)
        blobs.create(f"{folder}/{_MANIFEST}", manifest)
    return f"{root.rstrip('/')}/{folder}/{_MANIFEST}"


def _into_folder(
    folder: Path,
    run: int,
    is_late: Callable[[], bool],
    files: Mapping[str, Path],
    manifest: bytes,
) -> None:
    for inner in {folder, *((folder / name).parent for name in files)}:
        inner.mkdir(parents=True, exist_ok=True)
        clear_leftovers(inner)
    before, latest = _delivered(folder)
    if latest > run and is_late():  # this run was frozen, and others have come and gone
        raise Cancelled(f"run {latest} has been delivered into {folder}")
    for name, path in files.items():
        _place(folder / name, path.open("rb"))
    with tempfile.TemporaryFile() as written:
        written.write(manifest)
        written.seek(0)
        _place(folder / _MANIFEST, written)
    for old in before - set(files):
        (folder / old).unlink(missing_ok=True)
        for inner in (folder / old).relative_to(folder).parents[:-1]:
            with suppress(OSError):  # there is no such folder, or it has files of the user's
                (folder / inner).rmdir()


def _delivered(folder: Path) -> tuple[set[str], int]:
    """Names that an earlier run of the job delivered, and which run that was; other files here are
    the user's."""
    try:
        found = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
        names, run = list(found["files"]), int(found.get("run", 0))
    except (OSError, ValueError, KeyError, TypeError):
        return set(), 0
    return {name for name in names if _FILE.fullmatch(name) and name != _MANIFEST}, run


def _place(target: Path, source: Any) -> None:
    descriptor, temporary = tempfile.mkstemp(prefix=owned_prefix(), dir=target.parent)
    try:
        with os.fdopen(descriptor, "wb") as file, source:
            shutil.copyfileobj(source, file, 1 << 20)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(target)
    except BaseException:
        with suppress(FileNotFoundError):
            Path(temporary).unlink()
        raise
