"""Job documents with gaps: `{{ name }}` in a string stands for a value of each row."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from jobs.accepted import Path, kinds_at
from jobs.decode import plain_tree
from jobs.mistakes import Mistake, invalid, path_text, shown

# Four braces are two of the text; then a whole placeholder; then braces that begin neither.
_MARK = re.compile(r"\{\{\{\{|\{\{\s*([^{}\s](?:[^{}\n]{0,98}[^{}\s])?)\s*\}\}|\{\{")
_ACCEPTED = "a placeholder such as {{ name }}, or {{{{ for two braces as text"


@dataclass(frozen=True)
class Variable:
    """A placeholder: where the value of a column goes."""

    name: str


@dataclass(frozen=True)
class Slot:
    """A string of the document with placeholders in it.

    Attributes:
      where: Its place, such as `scenes[0].duration_s`.
      pieces: Text and placeholders, in order; a placeholder alone takes a value of any type.
      kinds: JSON types that the document accepts at this place, as `kinds_at` names them.
    """

    where: str
    pieces: tuple[str | Variable, ...]
    kinds: frozenset[str]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of its placeholders, each once."""
        found = (piece.name for piece in self.pieces if isinstance(piece, Variable))
        return tuple(dict.fromkeys(found))


@dataclass(frozen=True)
class Template:
    """A job document with placeholders.

    Attributes:
      tree: The document as plain data, with a Slot in place of every string that has placeholders.
    """

    tree: dict[str, Any] = field(hash=False)
    slots: tuple[Slot, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all placeholders, each once, in the order of the document."""
        return tuple(dict.fromkeys(name for slot in self.slots for name in slot.names))


def template_from(data: object, schema: Mapping[str, Any], *, name: str = "job") -> Template:
    """The template in a decoded JSON value.

    Args:
      schema: JSON Schema of the job document: it knows where numbers are wanted.
      name: What to call the document in messages.

    Raises:
      InvalidInput: Braces that begin no placeholder, placeholders in the names of fields, or none
        at all. Fact `mistakes`: a tuple of Mistake.
    """
    plain, mistakes = plain_tree(data)
    if not isinstance(plain, dict):
        message = f"the document is {shown(plain)}: give an object with prompt or scenes."
        raise invalid(name, (*mistakes, Mistake("", shown(plain), "an object", message)))
    found: list[Mistake] = [*mistakes]
    slots: list[Slot] = []

    def compiled(value: Any, path: Path) -> Any:
        match value:
            case str() if "{{" in value:
                return compiled_text(value, path)
            case dict():
                for key in value:
                    if _MARK.search(key):
                        found.append(_in_name(key, path))
                return {key: compiled(item, (*path, key)) for key, item in value.items()}
            case list():
                return [compiled(item, (*path, index)) for index, item in enumerate(value)]
        return value

    def compiled_text(text: str, path: Path) -> str | Slot:
        where = path_text(path)
        pieces = tuple(_pieces(text))
        if None in pieces:
            given = shown(text)
            message = f"{where} ({given}) has braces that begin no placeholder: give {_ACCEPTED}."
            found.append(Mistake(where, given, _ACCEPTED, message))
        kept = tuple(piece for piece in pieces if piece is not None)
        if not any(isinstance(piece, Variable) for piece in kept):
            return "".join(str(piece) for piece in kept)
        slots.append(Slot(where, kept, kinds_at(schema, path, plain)))
        return slots[-1]

    tree = compiled(plain, ())
    if not found and not slots:
        accepted = 'a placeholder such as "{{ name }}"'
        message = (
            f"the document has no placeholder, so every row would be the same: give {accepted}."
        )
        found.append(Mistake("", "none", accepted, message))
    if found:
        raise invalid(name, tuple(found))
    return Template(tree, tuple(slots))


def first_placeholder(value: Any) -> str | None:
    """The first placeholder in decoded JSON as it is written, `{{ name }}`; None without one."""
    match value:
        case str():
            found = (mark[0] for mark in _MARK.finditer(value) if mark[1] is not None)
        case dict():
            found = (mark for item in value.values() if (mark := first_placeholder(item)))
        case list():
            found = (mark for item in value if (mark := first_placeholder(item)))
        case _:
            return None
    return next(found, None)


def _pieces(text: str) -> Iterator[str | Variable | None]:
    """Text and placeholders of a string; None for braces that begin no placeholder."""
    at = 0
    for mark in _MARK.finditer(text):
        if at < mark.start():
            yield text[at : mark.start()]
        at = mark.end()
        if mark[1] is not None:
            yield Variable(mark[1])
        else:
            yield "{{" if mark[0] == "{{{{" else None
    if at < len(text):
        yield text[at:]


def _in_name(key: str, path: Path) -> Mistake:
    owner = path_text(path) or "the document"
    accepted = "placeholders in values only"
    message = f"{owner} has a placeholder in the name of a field, {shown(key)}: give {accepted}."
    return Mistake(path_text((*path, key)), shown(key), accepted, message)
