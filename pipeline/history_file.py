"""Jobs that are to be run again, listed in a file: JSONL or CSV."""

import io
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from jobs.csv_rows import csv_rows
from jobs.decode import decode_json, plain_tree
from jobs.errors import InputUnreachable, InvalidInput
from jobs.jsonl_rows import in_one_line
from jobs.mistakes import shown
from storage.reprocessings import Listed
from storage.stores import is_bucket

MAX_FILE_BYTES = 512 * 2**20  # a million lines with patches of their own
_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,79}")
_NAME_LENGTH = 160  # of the file, in places
_NOT_UTF8 = "not UTF-8"
_LINE = 'give an id, or an object such as {"id": "tide-pools-1a2b3c4d"}'


def is_id(text: str) -> bool:
    """Whether a job may be called so."""
    return _ID.fullmatch(text) is not None


def read_bytes(name: str) -> bytes:
    """The content of such a file.

    Args:
      name: A path, or `gs://bucket/name`, read with the credentials of this machine.

    Raises:
      InvalidInput: It cannot be read, or is larger than 512 MiB.
    """
    try:
        if is_bucket(name):
            from storage.bucket_input import read_object  # takes as long to load as all the rest

            return read_object(name, MAX_FILE_BYTES)
        path = Path(name)
        if path.stat().st_size > MAX_FILE_BYTES:
            raise InvalidInput(f"{name}: larger than {MAX_FILE_BYTES // 2**20} MiB")
        return path.read_bytes()
    except InputUnreachable as error:
        raise InvalidInput(error.message) from error
    except OSError as error:
        raise InvalidInput(f"{name}: cannot be read: {error.strerror}") from error


def read_listed(name: str, content: bytes) -> tuple[Listed, ...]:
    """The jobs of a file, each with its place. A broken line is among them, with what is wrong, and
    so is one that wants another patch for a job of a line before it.

    JSONL: a line is an id, or an object with `id` and maybe `patch`, a merge patch for that job
    alone. CSV: a column is called `id`; the others are left alone.

    Raises:
      InvalidInput: The file as a whole cannot be read.
    """
    # What is not UTF-8 becomes surrogates, which UTF-8 has not: each line is judged by itself.
    text = content.decode("utf-8-sig", "surrogateescape")
    read = _csv if name.lower().endswith(".csv") else _jsonl
    listed = tuple(_agreed(read(Path(name).name[-_NAME_LENGTH:], text)))
    if not listed:
        raise InvalidInput(f"{name}: there are no jobs in it")
    return listed


def _agreed(listed: Iterable[Listed]) -> Iterator[Listed]:
    first: dict[str, Listed] = {}
    for one in listed:
        before = first.setdefault(one.job_id, one)
        if (one.patch or {}) == (before.patch or {}):
            yield one
        else:
            other = f"{one.job_id} stands at {before.place}, too, with another patch; give one"
            yield _broken(str(one.place), other)


def _csv(name: str, text: str) -> Iterator[Listed]:
    columns, rows = csv_rows(io.StringIO(text, newline=""), name)
    if "id" not in columns:
        raise InvalidInput(f"{name}: no column is called id; give one")
    for row in rows:
        place = f"{name}:{row.line}"
        if row.mistakes:
            yield _broken(place, row.mistakes[0].message)
        elif not _is_utf8(row.values["id"]):
            yield _broken(place, _NOT_UTF8)
        else:
            yield _listed(place, row.values["id"], None)


def _jsonl(name: str, text: str) -> Iterator[Listed]:
    # Not by splitlines(): it also breaks lines at characters that JSON has within texts.
    for number, line in enumerate(io.StringIO(text), 1):
        if line.strip():
            yield _of_line(f"{name}:{number}", line.strip())


def _of_line(place: str, line: str) -> Listed:
    if not _is_utf8(line):
        return _broken(place, _NOT_UTF8)
    if line[0] not in '{["':
        return _listed(place, line, None)
    try:
        value, mistakes = plain_tree(decode_json(line))
    except InvalidInput as error:
        return _broken(place, in_one_line(error))
    if mistakes:
        return _broken(place, mistakes[0].message)
    if not isinstance(value, dict):
        return _listed(place, value, None)
    patch = value.get("patch")
    if patch is not None and not isinstance(patch, dict):
        return _broken(place, f"patch is {json.dumps(patch)[:60]}; give an object")
    if unknown := sorted(value.keys() - {"id", "patch"}):
        return _broken(place, f"{shown(unknown[0])} is not known; give id and patch")
    return _listed(place, value.get("id"), patch)


def _listed(place: str, job_id: Any, patch: dict[str, Any] | None) -> Listed:
    if not isinstance(job_id, str):
        return _broken(place, _LINE)
    if not is_id(job_id):
        return _broken(place, f"{shown(job_id)} is no id of a job")
    return Listed(job_id, place, patch)


def _is_utf8(text: str) -> bool:
    return not any("\udc80" <= character <= "\udcff" for character in text)


def _broken(place: str, why: str) -> Listed:
    return Listed(place, place, why=why)  # there is no id that it could be known by
