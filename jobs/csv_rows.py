"""Rows from CSV: RFC 4180 as spreadsheets write it."""

import csv
import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from jobs.errors import InvalidInput
from jobs.mistakes import shown
from jobs.rows import Row, broken_row

_DELIMITERS = ",;\t"  # spreadsheets of countries with decimal commas write semicolons
_CSV_ERRORS = {
    "unexpected end of data": "a quoted cell does not end: close its quote, or write quotes twice",
    "field larger than field limit": "a cell has over 131,072 characters: is its quote closed?",
    "new-line character seen": "lines end with a carriage return alone: save it with LF or CRLF",
    "expected after": "text follows a closing quote: write quotes inside of a quoted cell twice",
}


def csv_rows(lines: Iterable[str], name: str) -> tuple[tuple[str, ...], Iterator[Row]]:
    """Columns and rows of CSV. Spaces around cells are dropped, rows without any value skipped.

    Cells are divided as the header is: by commas, else by semicolons or tabs.

    Raises:
      InvalidInput: No header, or one that names a column twice or not at all. While rows are
        read: quotes that are not closed, after which nothing can be trusted.
    """
    source = iter(lines)
    blank = 0
    for first in source:
        if first.strip():
            break
        blank += 1
    else:
        raise InvalidInput(f"{name}: empty: give a header with the names of columns, then rows")
    reader = csv.reader(chain([first], source), delimiter=_delimiter(first), strict=True)
    records = _records(reader, blank, name)
    line, header = next(records)
    columns = tuple(cell.strip() for cell in header)
    for index, column in enumerate(columns):
        if not column:
            raise InvalidInput(f"{name}:{line}: column {index + 1} of the header has no name")
        if column in columns[:index]:
            raise InvalidInput(f"{name}:{line}: the header has two columns {shown(column)}")
    return columns, _csv_rows(records, columns)


def _delimiter(header: str) -> str:
    """What divides most; commas if nothing does."""
    bare = re.sub('"[^"]*"', "", header)
    return max(_DELIMITERS, key=bare.count)


def _records(reader: Any, skipped: int, name: str) -> Iterator[tuple[int, list[str]]]:
    """Each record that is not blank, with the line it begins in."""
    while True:
        line = skipped + reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            told = (text for part, text in _CSV_ERRORS.items() if part in str(error))
            problem = next(told, str(error))
            raise InvalidInput(f"{name}:{line}: the CSV is broken: {problem}") from None
        if any(cell.strip() for cell in cells):
            yield line, cells


def _csv_rows(records: Iterator[tuple[int, list[str]]], columns: tuple[str, ...]) -> Iterator[Row]:
    for number, (line, cells) in enumerate(records, 1):
        if len(cells) == len(columns):
            cells = [cell.strip() for cell in cells]
            yield Row(number, line, dict(zip(columns, cells, strict=True)), is_text=True)
        else:
            count = f"{len(cells)} cell{'' if len(cells) == 1 else 's'}"
            yield broken_row(
                number, line, f"the row has {count}, the header has {len(columns)}: give as many; "
                "a cell with a comma or a line break in it stands in quotes.",
            )  # fmt: skip
