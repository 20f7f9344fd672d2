"""Jobs that are to be run again, listed in a file: JSONL or CSV, here or in a bucket."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jobs.errors import InvalidInput
from storage.reprocessings import Listed

MAX_FILE_BYTES = 512 * 2**20  # a million lines with patches of their own
_LINE = 'give an id, or an object such as {"id": "tide-pools-1a2b3c4d"}'


def read_listed(name: str, content: bytes) -> tuple[Listed, ...]:
    """The jobs of a file, each with its place. A broken line is among them, with what is wrong.

    JSONL: a line is an id, or an object with `id` and maybe `patch`, a merge patch for that job
    alone. CSV: a column is called `id`; the others are left alone.

    Raises:
      InvalidInput: The file as a whole cannot be read.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{name}: not UTF-8 at byte {error.start}") from error
    read = _csv if name.lower().endswith(".csv") else _jsonl
    listed = tuple(read(Path(name).name, text))
    if not listed:
        raise InvalidInput(f"{name}: there are no jobs in it")
    return listed


def _csv(name: str, text: str) -> Iterator[Listed]:
    rows = csv.DictReader(text.splitlines(keepends=True), strict=True)
    try:
        if "id" not in (rows.fieldnames or ()):
            raise InvalidInput(f"{name}:1: no column is called id")
        for row in rows:
            place = f"{name}:{rows.line_num}"
            job_id = (row["id"] or "").strip()
            yield Listed(job_id, place) if job_id else _broken(place, "the id is empty")
    except csv.Error as error:
        yield _broken(f"{name}:{rows.line_num}", f"no CSV: {error}")


def _jsonl(name: str, text: str) -> Iterator[Listed]:
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            yield _of_line(f"{name}:{number}", line.strip())


def _of_line(place: str, line: str) -> Listed:
    if line[0] not in '{["':
        return Listed(line, place)
    try:
        value: Any = json.loads(line)
    except (ValueError, RecursionError) as error:
        return _broken(place, f"no JSON: {error}")
    if isinstance(value, str) and value:
        return Listed(value, place)
    if not isinstance(value, dict) or not isinstance(value.get("id"), str) or not value["id"]:
        return _broken(place, _LINE)
    patch = value.get("patch")
    if patch is not None and not isinstance(patch, dict):
        return _broken(place, f"patch is {json.dumps(patch)[:60]}; give an object")
    if unknown := sorted(value.keys() - {"id", "patch"}):
        return _broken(place, f"{unknown[0]} is not known; give id and patch")
    return Listed(value["id"], place, patch)


def _broken(place: str, why: str) -> Listed:
    return Listed(place, place, why=why)  # there is no id that it could be known by
