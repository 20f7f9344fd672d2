"""From validation errors to sentences: where the mistake is, what was given, what is accepted."""

import difflib
import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from jobs.accepted import Path, accepted_at, choices_at, fields_at, known_paths
from jobs.errors import InvalidInput
from jobs.model import REFUSED

MAX_DESCRIBED = 200  # a document that is wrong throughout is not worth a megabyte of sentences
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,60}")
_CREDENTIALS = re.compile(r"(?<=://)[^/\s@]*@")
_SHOWN = 60  # characters of a value that are shown
_NOTHING = "nothing"
_LONGEST_NAMES = {"metadata": 100, "words": 200}  # others are tags of languages


@dataclass(frozen=True)
class Mistake:
    """One thing that is wrong with a job document.

    Attributes:
      path: Where, such as `scenes[2].effects[0].gain_db`; empty for the document as a whole.
      given: What is there, shortened.
      accepted: What would be right.
      message: All of that in a sentence.
    """

    path: str
    given: str
    accepted: str
    message: str


def invalid(name: str, mistakes: tuple[Mistake, ...], more: int = 0) -> InvalidInput:
    """The error that lists mistakes, a line each. Facts: `mistakes`, and how many `more`."""
    lines = [mistake.message for mistake in mistakes[:MAX_DESCRIBED]]
    more += max(0, len(mistakes) - MAX_DESCRIBED)
    mistakes = mistakes[:MAX_DESCRIBED]
    if more:
        lines.append(f"... and {more:,} more mistakes.")
    if len(lines) == 1:
        return InvalidInput(f"{name}: {lines[0]}", mistakes=mistakes, more=more)
    head = f"{name}: {len(mistakes) + more:,} mistakes"
    return InvalidInput("\n".join([head, *lines]), mistakes=mistakes, more=more)


def mistakes_of(
    error: ValidationError, data: object, schema: Mapping[str, Any]
) -> tuple[tuple[Mistake, ...], int]:
    """The mistakes behind a validation error, in its order: the first 200, and how many more.

    Args:
      data: What was validated.
      schema: JSON Schema of the document: it knows what each field accepts.
    """
    found = [one for one in error.errors(include_url=False) if not _is_echo(one)]
    described = tuple(_mistake(one, data, schema) for one in found[:MAX_DESCRIBED])
    return described, len(found) - len(described)


def path_text(path: Iterable[str | int]) -> str:
    """A path as people write it; names that are not plain words in brackets and quotes."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif _NAME.fullmatch(part):
            text += f".{part}" if text else part
        else:
            text += f"[{shown(part)}]"
    return text


def shown(value: object) -> str:
    """A value for a message: short, on one line, without control characters or credentials."""
    if isinstance(value, Mapping):
        return "an object" if value else "an empty object"
    if isinstance(value, list | tuple):
        return f"a list of {len(value)}" if value else "an empty list"
    if isinstance(value, str):
        cut = value if len(value) <= _SHOWN else value[: _SHOWN - 3] + "..."
        quoted = json.dumps(_CREDENTIALS.sub("***@", cut), ensure_ascii=False)
        return "".join(c if c.isprintable() else _escaped(c) for c in quoted)
    if isinstance(value, bool) or value is None:
        return json.dumps(value)
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "an infinite number"
    if isinstance(value, int) and abs(value) >= 10**_SHOWN:
        return f"a number of more than {_SHOWN} digits"
    return str(value)[:_SHOWN]


def _escaped(character: str) -> str:
    return f"\\u{ord(character):04x}"


def _is_echo(error: ErrorDetails) -> bool:
    # A list with wrong items is also said to be too short, because only the good ones are counted.
    return error["type"] == "too_short" and len(error["input"]) >= error["ctx"]["min_length"]


def _mistake(error: ErrorDetails, data: object, schema: Mapping[str, Any]) -> Mistake:
    kind = error["type"]
    facts = error.get("ctx", {})
    path = _without_tags(error["loc"])
    if kind == "extra_forbidden":
        return _unknown_field(path, error["input"], data, schema)
    if kind.startswith("union_tag_"):
        path = (*path, "type")
    if path[-1:] == ("[key]",):  # pydantic means the name before it, and not what it stands for
        return _wrong_name(path[:-1], kind, facts)
    if kind == REFUSED:
        path = _moved(path, facts["at"])
    value = _value_at(data, path)
    given = _NOTHING if value is _ABSENT else shown(value)
    if kind == REFUSED:
        problem = facts["problem"]
        if given != _NOTHING and not isinstance(value, Mapping | list):
            problem = f"({given}) {problem}"
        return _sentence(path, problem, given, facts["accepted"])
    accepted = accepted_at(schema, path, data)
    if value is _ABSENT:
        return _sentence(path, "is missing", given, accepted)
    if kind in ("string_too_long", "too_long", "too_short") and isinstance(
        value, str | list | dict
    ):
        unit = "character" if isinstance(value, str) else "item"
        given = f"{len(value):,} {unit}{'' if len(value) == 1 else 's'}"
        return _sentence(path, f"has {given}", given, accepted)
    hint = _hint(value, accepted, choices_at(schema, path, data))
    return _sentence(path, f"is {given}", given, accepted, hint)


def _wrong_name(path: Path, kind: str, facts: Mapping[str, Any]) -> Mistake:
    if kind == REFUSED:
        return _sentence(path, facts["problem"], shown(path[-1]), facts["accepted"])
    accepted = f"a name of 1 to {_LONGEST_NAMES.get(str(path[-2]), 35)} characters"
    return _sentence(path, "has a name that is empty or too long", shown(path[-1]), accepted)


def _sentence(path: Path, problem: str, given: str, accepted: str, hint: str = "") -> Mistake:
    where = path_text(path)
    message = f"{where or 'the document'} {problem}: give {accepted}{hint}."
    return Mistake(where, given, accepted, message)


def _unknown_field(path: Path, value: object, data: object, schema: Mapping[str, Any]) -> Mistake:
    name = str(path[-1])
    known = fields_at(schema, path[:-1], data)
    accepted = f"one of the fields {', '.join(known)}"
    if name in fields_at(schema, path[:-1], None):
        meant = " of this type:"
    else:
        close = difflib.get_close_matches(name[:60], known, n=1)
        elsewhere = [place for place in known_paths(schema) if place.rpartition(".")[2] == name]
        meant = f": did you mean {(close or elsewhere)[0]}?" if close or elsewhere else ":"
    where = path_text(path)
    owner = path_text(path[:-1]) or "the document"
    message = f"{where} is not a known field{meant} {owner} takes {', '.join(known)}."
    return Mistake(where, shown(value), accepted, message)


def _hint(value: object, accepted: str, choices: tuple[str, ...]) -> str:
    if not isinstance(value, str):
        return ""
    if re.fullmatch(r"-?\d+(\.\d+)?|true|false|null", value.strip()):
        is_quoted = "number" in accepted or "true" in accepted or value in choices
        return ", without quotes" if is_quoted else ""
    wanted = value.lower()[:60]
    close = difflib.get_close_matches(wanted, choices, n=1)
    close += [choice for choice in choices if wanted and choice.startswith(wanted)]
    return f" (did you mean {close[0]}?)" if close else ""


def _without_tags(path: Path) -> Path:
    # pydantic names the chosen kind in the path; the document has no such level.
    if path[:1] == ("scenes",) and path[2:3] == ("visual",) and len(path) > 4:
        return path[:3] + path[4:]
    if path[:1] == ("scenes",) and path[2:3] == ("motion",):
        return path[:3] + path[4:]
    return path


def _moved(path: Path, to: str) -> Path:
    for part in to.split("/"):
        if part == "..":
            path = path[:-1]
        elif part.startswith("["):
            path = (*path, int(part[1:-1]))
        elif part != ".":
            path = (*path, part)
    return path


_ABSENT = object()


def _value_at(data: Any, path: Path) -> Any:
    for part in path:
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            return _ABSENT
    return data
