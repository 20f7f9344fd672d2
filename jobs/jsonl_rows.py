"""Rows from JSONL: a JSON object in every line."""

from collections.abc import Iterable, Iterator
from typing import cast

from jobs.decode import decode_json, plain_tree
from jobs.errors import InvalidInput
from jobs.mistakes import Mistake, shown
from jobs.rows import Row, RowMistake, broken_row


def jsonl_rows(lines: Iterable[str], name: str) -> Iterator[Row]:
    """Rows of JSONL: an object in every line. Blank lines are skipped."""
    number = 0
    for line, text in enumerate(lines, 1):
        if not text.strip():
            continue
        number += 1
        try:
            values, mistakes = plain_tree(decode_json(text.rstrip(), name=name))
        except InvalidInput as error:
            yield broken_row(number, line, in_one_line(error))
            continue
        if mistakes:
            found = tuple(
                RowMistake((one.path,) if one.path else (), "", one.message) for one in mistakes
            )
            yield Row(number, line, {}, False, found)
        elif isinstance(values, dict):
            yield Row(number, line, values, is_text=False)
        else:
            message = f'the line is {shown(values)}: give an object such as {{"name": "Ann"}}.'
            yield broken_row(number, line, message)


def in_one_line(error: InvalidInput) -> str:
    """What `decode_json` says of a text of one line, without that line: it is always the first."""
    (mistake,) = cast(tuple[Mistake], error.facts["mistakes"])
    return mistake.message.replace(" in line 1, column", " in column")
