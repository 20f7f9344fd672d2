"""Reading JSON that people wrote: strictly, and with a sentence for every way to get it wrong."""

import codecs
import json
import math
from collections.abc import Mapping, Sized
from typing import Any, TypeVar

from jobs.accepted import Path
from jobs.mistakes import Mistake, invalid, path_text, shown
from jobs.text import forbidden_character

T = TypeVar("T")

MAX_DOCUMENT_BYTES = 8 * 1024 * 1024  # 500 scenes of 5,000 characters fit twice
MAX_DEPTH = 64  # a job document itself is 6 levels deep
MAX_TEXT = 200_000  # characters; no field takes more, and cleaning longer text would take seconds
MAX_MEMBERS = 1000  # of a list or an object; the longest list of a job document has 500
_WHOLE = 2**53  # floats beyond it no longer tell neighbouring whole numbers apart
_MAX_DIGITS = 400  # the largest float has 309

_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_WHAT = {
    "Expecting property name enclosed in double quotes": 'a field name in double quotes or "}"',
    "Expecting ':' delimiter": "a colon after the field name",
    "Expecting ',' delimiter": "a comma or the closing bracket",
    "Expecting value": "a value",
    "Unterminated string starting at": "a closing double quote",
    "Invalid control character at": "text on one line; a line break is written \\n, a tab \\t",
    "Invalid \\escape": "a backslash written twice, \\\\",
    "Invalid \\uXXXX escape": "four hexadecimal digits after \\u",
    "Extra data": "the end of the document",
}


class _Repeating(dict[str, Any]):
    """An object in which some names are written twice."""

    repeated: tuple[str, ...] = ()


def decode_json(content: bytes | str, *, name: str = "job") -> Any:
    """The JSON value in a text, a byte order mark before it allowed.

    Names written twice and numbers that are not finite are marked, for `plain_tree` to report with
    their paths.

    Raises:
      InvalidInput: Not JSON, not UTF-8, empty, too long or too deep; says where, and what was
        expected. Fact `mistakes`: a tuple of one Mistake.
    """
    size = len(content)
    if size > MAX_DOCUMENT_BYTES:
        raise _unreadable(
            name, f"{size:,} characters", f"at most {MAX_DOCUMENT_BYTES:,} characters"
        )
    text = _decoded(content, name) if isinstance(content, bytes) else content
    text = text.removeprefix("\ufeff")
    if not text.strip():
        raise _unreadable(name, "empty", 'a JSON object such as {"prompt": "..."}')
    try:
        return json.loads(text, object_pairs_hook=_object, parse_int=_whole_number)
    except json.JSONDecodeError as error:
        raise _syntax(name, error) from None
    except RecursionError:
        raise _unreadable(name, "nested too deeply", f"at most {MAX_DEPTH} levels") from None


def plain_tree(data: object) -> tuple[Any, tuple[Mistake, ...]]:
    """Plain JSON data, and what no field could accept: its mistakes.

    1.0 becomes 1, as JSON does not tell them apart. Values that are mistakes are replaced by
    harmless ones, so that the rest can still be checked.
    """
    mistakes: list[Mistake] = []
    return _plain(data, (), mistakes), tuple(mistakes)


def _plain(value: object, path: Path, mistakes: list[Mistake]) -> Any:
    if len(path) > MAX_DEPTH:
        return _reject(path, mistakes, "is nested too deeply", f"at most {MAX_DEPTH} levels", None)
    match value:
        case None | bool():
            return value
        case int() | float():
            return _number(value, path, mistakes)
        case str():
            return _text(value, path, mistakes)
        case Mapping() if len(value) <= MAX_MEMBERS:
            return _members(value, path, mistakes)
        case Mapping():
            return _reject(path, mistakes, *_too_many(value, "fields"), {})
        case list() | tuple() if len(value) > MAX_MEMBERS:
            return _reject(path, mistakes, *_too_many(value, "items"), [])
        case list() | tuple():
            return [_plain(item, (*path, i), mistakes) for i, item in enumerate(value)]
    kind = type(value).__name__
    return _reject(path, mistakes, f"is of the type {kind}", "a JSON value", None)


def _too_many(value: Sized, unit: str) -> tuple[str, str]:
    return f"has {len(value):,} {unit}", f"at most {MAX_MEMBERS:,} {unit}"


def _members(value: Mapping[Any, Any], path: Path, mistakes: list[Mistake]) -> dict[str, Any]:
    if isinstance(value, _Repeating):
        for name in value.repeated:
            _reject((*path, name), mistakes, "is written twice", "each field once", None)
    members = {}
    for name, item in value.items():
        if not isinstance(name, str) or forbidden_character(name):
            problem = f"has a field called {shown(name)}"
            _reject(path, mistakes, problem, "names that are text", None)
        else:
            members[name] = _plain(item, (*path, name), mistakes)
    return members


def _number(value: float, path: Path, mistakes: list[Mistake]) -> float:
    try:
        finite = math.isfinite(value)
    except OverflowError:
        finite = False
    if not finite:
        return _reject(path, mistakes, f"is {shown(value)}", "a finite number", 0)
    if isinstance(value, float) and value.is_integer() and abs(value) < _WHOLE:
        return int(value)
    return value


def _text(value: str, path: Path, mistakes: list[Mistake]) -> str:
    if forbidden := forbidden_character(value):
        return _reject(path, mistakes, f"holds {forbidden}", "text without it", "-")
    if len(value) > MAX_TEXT:
        accepted = f"at most {MAX_TEXT:,} characters"
        return _reject(path, mistakes, f"has {len(value):,} characters", accepted, "-")
    return value


def _reject(path: Path, mistakes: list[Mistake], problem: str, accepted: str, instead: T) -> T:
    where = path_text(path)
    message = f"{where or 'the document'} {problem}: give {accepted}."
    mistakes.append(Mistake(where, problem, accepted, message))
    return instead


def _decoded(content: bytes, name: str) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        if content.startswith(_UTF16):
            given = "in UTF-16"
        else:
            line = content.count(b"\n", 0, error.start) + 1
            given = f"not UTF-8 (byte 0x{content[error.start]:02x} in line {line})"
        raise _unreadable(name, given, "a file saved as UTF-8") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) == len(pairs):
        return members
    names = [name for name, _ in pairs]
    repeating = _Repeating(members)
    repeating.repeated = tuple(name for name in members if names.count(name) > 1)
    return repeating


def _whole_number(digits: str) -> float:
    return int(digits) if len(digits) <= _MAX_DIGITS else math.inf


def _syntax(name: str, error: json.JSONDecodeError) -> Exception:
    text, at = error.doc, error.pos
    rest = text[at : at + 5]
    accepted = _WHAT.get(error.msg, "JSON")
    before_end = rest[:1] in ("}", "]") and text[:at].rstrip().endswith(",")
    if before_end or error.msg.startswith("Illegal trailing comma"):  # the latter since Python 3.13
        accepted = "no comma after the last item"
    elif rest[:1] == "'":
        accepted = "double quotes instead of single ones"
    elif rest[:1] == "#" or rest.startswith(("//", "/*")):
        accepted = "no comments: JSON has none"
    elif rest.startswith(("True", "False", "None")):
        accepted = "true, false or null in small letters"
    found = shown(text[at : at + 12]) if text[at:].strip() else "the end of the text"
    given = f"{found} in line {error.lineno}, column {error.colno}"
    message = f"The JSON is broken in line {error.lineno}, column {error.colno}: "
    message += f"expected {accepted}, found {found}."
    return invalid(name, (Mistake("", given, accepted, message),))


def _unreadable(name: str, given: str, accepted: str) -> Exception:
    message = f"the document is {given}: give {accepted}."
    return invalid(name, (Mistake("", given, accepted, message),))
