"""Finished files, where the user looks for them."""

import contextlib
import errno
import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jobs.errors import InvalidInput, ResourceLimit


def deliver(root: str, job_id: str, files: Mapping[str, Path], manifest: dict[str, Any]) -> str:
    """Puts files and then manifest.json into the job's folder; returns the manifest's path.

    Each file appears whole or not at all. Files of an earlier run of the same job that this run
    does not have are removed, after the manifest no longer names them.

    Raises:
      InvalidInput: The folder cannot be written. ResourceLimit: the disk is full.
    """
    folder = Path(root) / job_id
    try:
        folder.mkdir(parents=True, exist_ok=True)
        before = _delivered(folder)
        for name, path in files.items():
            _place(folder / name, path.open("rb"))
        text = json.dumps(manifest, indent=2, ensure_ascii=False).encode() + b"\n"
        with tempfile.TemporaryFile() as written:
            written.write(text)
            written.seek(0)
            _place(folder / "manifest.json", written)
        for old in before - set(files):
            (folder / old).unlink(missing_ok=True)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise ResourceLimit(f"the disk is full: {folder} takes no more data") from error
        raise InvalidInput(f"cannot write into {folder}: {error.strerror}") from error
    return str(folder / "manifest.json")


def _delivered(folder: Path) -> set[str]:
    """Names that an earlier run of the job delivered; other files here are the user's."""
    try:
        found = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["files"]
    except (OSError, ValueError, KeyError, TypeError):
        return set()
    return {name for name in found if "/" not in name and name != "manifest.json"}


def _place(target: Path, source: Any) -> None:
    descriptor, temporary = tempfile.mkstemp(prefix=".new-", dir=target.parent)
    try:
        with os.fdopen(descriptor, "wb") as file, source:
            shutil.copyfileobj(source, file, 1 << 20)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(target)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            Path(temporary).unlink()
        raise
