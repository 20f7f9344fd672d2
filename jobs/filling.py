"""Filling a template with a row: once, on decoded data, so that a value stays a value."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from jobs.decode import MAX_TEXT
from jobs.rows import Row, RowMistake
from jobs.template import Slot, Template, Variable

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_MAX_DIGITS = 400  # as in JSON documents; the largest float has 309
_LEFT_OUT = object()


@dataclass(frozen=True)
class Filled:
    """A document without gaps.

    Attributes:
      left_out: Places of fields that an empty cell leaves out.
      mistakes: What could not be filled in; the document is of no use then.
    """

    document: dict[str, Any] = field(hash=False)
    left_out: tuple[str, ...]
    mistakes: tuple[RowMistake, ...]


def fill(template: Template, row: Row) -> Filled:
    """The document that a row makes of a template. What is filled in is not looked at again.

    A string that is one placeholder takes the value with its type. The text of a CSV cell is read
    as a number or as true or false where the document wants one, and an empty cell leaves the
    field out. A placeholder within text is inserted as text.
    """
    left_out: list[str] = []
    mistakes: list[RowMistake] = []

    def filled(node: Any) -> Any:
        match node:
            case Slot():
                value = _value(node, row, mistakes)
                if value is _LEFT_OUT:
                    left_out.append(node.where)
                return value
            case dict():
                members = ((name, filled(item)) for name, item in node.items())
                return {name: item for name, item in members if item is not _LEFT_OUT}
            case list():
                return [item for item in map(filled, node) if item is not _LEFT_OUT]
        return node

    return Filled(filled(template.tree), tuple(left_out), tuple(mistakes))


def _value(slot: Slot, row: Row, mistakes: list[RowMistake]) -> Any:
    values = row.values
    if missing := [name for name in slot.names if name not in values]:
        mistakes += [_missing(name, slot) for name in missing]
        return None
    match slot.pieces:
        case (Variable(name),):
            value = values[name]
            return _read(value, slot.kinds) if row.is_text else value
    return _text(slot, values, mistakes)


def _read(text: str, kinds: frozenset[str]) -> Any:
    """The text of a cell as the document wants it."""
    if not text:
        return _LEFT_OUT
    if "number" in kinds and len(text) <= _MAX_DIGITS and _NUMBER.fullmatch(text):
        return float(text) if re.search("[.eE]", text) else int(text)
    if "boolean" in kinds and text.lower() in ("true", "false"):
        return text.lower() == "true"  # spreadsheets write TRUE
    return text


def _text(slot: Slot, values: Mapping[str, Any], mistakes: list[RowMistake]) -> str | None:
    pieces = []
    for piece in slot.pieces:
        value = values[piece.name] if isinstance(piece, Variable) else piece
        if isinstance(piece, Variable) and isinstance(value, list | dict):
            kind = "a list" if isinstance(value, list) else "an object"
            mistakes.append(_unfit(piece.name, slot, f"is {kind}", "text or a number"))
            return None
        pieces.append(_inserted(value))
    length = sum(map(len, pieces))
    if length > MAX_TEXT:
        name = slot.names[0]
        problem = f"makes text of {length:,} characters"
        mistakes.append(_unfit(name, slot, problem, f"at most {MAX_TEXT:,}"))
        return None
    return "".join(pieces)


def _inserted(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)


def _missing(name: str, slot: Slot) -> RowMistake:
    message = f"is missing: {slot.where} needs it; give null to leave it empty."
    return RowMistake((name,), slot.where, message)


def _unfit(name: str, slot: Slot, problem: str, accepted: str) -> RowMistake:
    return RowMistake((name,), slot.where, f"{problem}, inside of {slot.where}: give {accepted}.")
