"""Rows of values for a template, and what can be wrong with them."""

import codecs
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from jobs.errors import InvalidInput

_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True)
class RowMistake:
    """One thing that is wrong with a row.

    Attributes:
      columns: Whose values it comes from; empty if that cannot be said.
      path: Place in the document, such as `scenes[0].duration_s`; empty for the row itself.
      message: What is wrong and what would be right.
    """

    columns: tuple[str, ...]
    path: str
    message: str

    def __str__(self) -> str:
        if not self.columns:
            return self.message
        unit = "column" if len(self.columns) == 1 else "columns"
        return f"{unit} {', '.join(self.columns)}: {self.message}"


@dataclass(frozen=True)
class Row:
    """Values by column.

    Attributes:
      number: 1 for the first row of values.
      line: The line of the file that it begins in; the first one is 1.
      is_text: Whether all values are text, as in CSV.
      mistakes: Why it has no values.
    """

    number: int
    line: int
    values: Mapping[str, Any] = field(hash=False)
    is_text: bool
    mistakes: tuple[RowMistake, ...] = ()

    @property
    def id(self) -> str:
        """What the row calls itself, in a column `id`, else in `name`; empty if it has neither."""
        value = self.values.get("id", self.values.get("name"))
        return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def decoded_lines(lines: Iterable[bytes], name: str) -> Iterator[str]:
    """Lines of a UTF-8 file, a byte order mark before it allowed.

    Raises:
      InvalidInput: Not UTF-8; says in which line.
    """
    for number, line in enumerate(lines, 1):
        try:
            text = line.decode("utf-8")
        except UnicodeDecodeError as error:
            if number == 1 and line.startswith(_UTF16):
                problem = "it is in UTF-16"
            else:
                problem = f"the line is not UTF-8 (byte 0x{line[error.start]:02x})"
            raise InvalidInput(f"{name}:{number}: {problem}: save the file as UTF-8") from None
        yield text.removeprefix("\ufeff") if number == 1 else text


def broken_row(number: int, line: int, message: str) -> Row:
    """A row that has no values, and why."""
    return Row(number, line, {}, False, (RowMistake((), "", message),))
