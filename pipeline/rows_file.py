"""A file of rows on this machine: read a line at a time, however long it is."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from jobs.csv_rows import csv_rows
from jobs.decode import MAX_DOCUMENT_BYTES
from jobs.errors import InvalidInput
from jobs.jsonl_rows import jsonl_rows
from jobs.rows import Row, decoded_lines

_KINDS = {".csv": True, ".jsonl": False, ".ndjson": False}  # whether it is CSV


@contextmanager
def open_rows(path: Path) -> Iterator[tuple[tuple[str, ...] | None, Iterator[Row]]]:
    """Columns, where a header names them, and rows of a CSV or JSONL file; closed at the end.

    Raises:
      InvalidInput: It cannot be read, or its name says neither. Also while rows are read: when
        what follows cannot be understood.
    """
    is_csv = _KINDS.get(path.suffix.lower())
    if is_csv is None:
        raise InvalidInput(f"{path} is neither CSV nor JSONL: give a file called .csv or .jsonl")
    try:
        # Rows are read twice, to be checked and to be made: a pipe could be read once.
        if path.exists() and not path.is_file():
            raise InvalidInput(f"{path} is not a file")
        with path.open("rb") as file:
            lines = decoded_lines(_lines(file, path), str(path))
            if is_csv:
                yield csv_rows(lines, str(path))
            else:
                yield None, jsonl_rows(lines, str(path))
    except OSError as error:
        raise InvalidInput(f"{path}: cannot be read: {error.strerror}") from error


def _lines(file: BinaryIO, path: Path) -> Iterator[bytes]:
    number = 0
    while line := file.readline(MAX_DOCUMENT_BYTES + 1):
        number += 1
        if len(line) > MAX_DOCUMENT_BYTES:
            size = MAX_DOCUMENT_BYTES // 2**20
            raise InvalidInput(f"{path}:{number}: the line is longer than {size} MiB")
        yield line
