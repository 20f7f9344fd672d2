"""Changing single values of a job document from the command line: `output.quality=draft`."""

import copy
import json
import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from jobs.errors import InvalidInput

_PATH = re.compile(r"[A-Za-z_][\w-]*((\.[A-Za-z_][\w-]*)|(\[\d{1,6}\]))*", re.ASCII)
_PART = re.compile(r"\[(\d+)\]|([A-Za-z_][\w-]*)", re.ASCII)
_EXAMPLE = "such as output.quality=draft or scenes[0].motion=zoom_in"


def apply_overrides(data: Any, sets: Sequence[str]) -> Any:
    """A copy of the decoded document with each `path=value` set, in order.

    The value is JSON where it can be read as JSON, text otherwise. Objects on the way are made
    where they are missing; an index one past the end of a list adds to it. Whether the document
    knows the path is for validation to say.

    Raises:
      InvalidInput: The path cannot be read, or leads through a value that has no fields.
    """
    changed = copy.deepcopy(data) if sets else data
    check_overrides(sets)
    for one in sets:
        path, _, value = one.partition("=")
        parts = [int(i) if i else name for i, name in _PART.findall(path)]
        _set(changed, parts, _value(value), path.strip())
    return changed


def check_overrides(sets: Sequence[str]) -> None:
    """Raises `InvalidInput` for what is not `path=value`, whatever the document."""
    for one in sets:
        path, equals, _ = one.partition("=")
        if not equals or not _PATH.fullmatch(path.strip()):
            raise InvalidInput(f"--set {one[:80]!r} is not path=value, {_EXAMPLE}")


def _value(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return text


def _no_constant(name: str) -> Any:
    raise ValueError(name)  # NaN and Infinity are not JSON


def _set(target: Any, parts: list[str | int], value: Any, path: str) -> None:
    for part, following in pairwise(parts):
        _check(target, part, path)
        fresh: Any = [] if isinstance(following, int) else {}
        if isinstance(target, list):
            if part == len(target):
                target.append(fresh)
        elif target.get(part) is None:
            target[part] = fresh
        target = target[part]
    last = parts[-1]
    _check(target, last, path)
    if isinstance(target, list) and last == len(target):
        target.append(value)
    else:
        target[last] = value


def _check(target: Any, part: str | int, path: str) -> None:
    if isinstance(part, str):
        if not isinstance(target, dict):
            raise InvalidInput(f"--set {path}: what is before {part!r} is not an object")
        return
    if not isinstance(target, list):
        raise InvalidInput(f"--set {path}: what is before [{part}] is not a list")
    if part > len(target):
        raise InvalidInput(f"--set {path}: there are only {len(target)} items, no [{part}]")
