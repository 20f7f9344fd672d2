"""The job that a row makes of a template, or the columns whose values keep it from being one."""

import difflib
from collections.abc import Collection, Iterable

from jobs.document import Job, job_from
from jobs.errors import InvalidInput
from jobs.filling import fill
from jobs.mistakes import Mistake
from jobs.rows import Row, RowMistake
from jobs.template import Template


def row_job(template: Template, row: Row) -> Job:
    """The job of a row.

    Raises:
      InvalidInput: Fact `mistakes`: a tuple of RowMistake; `more`: how many more there are.
    """
    if row.mistakes:
        raise _wrong(row.mistakes)
    filled = fill(template, row)
    if filled.mistakes:
        raise _wrong(filled.mistakes)
    try:
        return job_from(filled.document)
    except InvalidInput as error:
        mistakes: tuple[Mistake, ...] = error.facts["mistakes"]  # type: ignore[assignment]
        told = tuple(blamed(template, one.path, one.message, filled.left_out) for one in mistakes)
        raise _wrong(told, error.facts["more"]) from None


def blamed(
    template: Template, path: str, message: str, left_out: Collection[str] = ()
) -> RowMistake:
    """A mistake in the document of a row, with the columns whose values stand at its place.

    Args:
      left_out: Places that were left out since a cell is empty; they are to blame for what is
        missing in the objects around them.
    """
    slots = [slot for slot in template.slots if _is_within(path, slot.where)] or [
        slot for slot in template.slots if slot.where in left_out and _is_within(slot.where, path)
    ]
    columns = tuple(dict.fromkeys(name for slot in slots for name in slot.names))
    return RowMistake(columns, path, message)


def missing_columns(template: Template, columns: tuple[str, ...], name: str) -> InvalidInput | None:
    """What to say when a CSV header lacks columns that the template needs."""
    missing = [one for one in template.names if one not in columns]
    if not missing:
        return None
    lines = []
    for one in missing:
        slot = next(slot for slot in template.slots if one in slot.names)
        lines.append(f"there is no column {one}{_near(one, columns)}: {slot.where} needs it.")
    has = f"it has {', '.join(columns)}"
    if len(lines) == 1:
        return InvalidInput(f"{name}: {lines[0]} Its columns: {', '.join(columns)}.")
    return InvalidInput("\n".join([f"{name}: {len(lines)} columns are missing; {has}", *lines]))


def unused_note(template: Template, columns: Iterable[str]) -> str | None:
    """Says which columns the template does not use; `id` and `name` call the jobs by name."""
    unused = [one for one in columns if one not in (*template.names, "id", "name")]
    if not unused:
        return None
    named = ", ".join(f"{one}{_near(one, template.names)}" for one in unused)
    return f"column{'s' if len(unused) > 1 else ''} {named}: not used by the template"


def _near(name: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(name[:60], tuple(known), n=1)
    return f" (did you mean {close[0]}?)" if close else ""


def _is_within(path: str, outer: str) -> bool:
    """Whether a place is another one or lies inside of it."""
    return not outer or path == outer or path.startswith((f"{outer}.", f"{outer}["))


def _wrong(mistakes: tuple[RowMistake, ...], more: object = 0) -> InvalidInput:
    return InvalidInput("\n".join(map(str, mistakes)), mistakes=mistakes, more=more)
