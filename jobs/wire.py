"""JSON of frozen dataclasses: what travels between shuffles, into keys and into blobs.

Canonical: sorted keys, no spaces, UTF-8, finite numbers. The same value always gives the same
bytes, so bytes can be hashed.
"""

import hashlib
import json
from collections.abc import Hashable
from functools import cache
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter

T = TypeVar("T")


@cache
def _adapter(kind: Hashable) -> TypeAdapter[Any]:
    return TypeAdapter(cast(Any, kind))


def plain(value: Any) -> Any:
    """A dataclass as JSON-ready dicts, lists, strings and numbers."""
    return _adapter(cast(Hashable, type(value))).dump_python(value, mode="json")


def canonical(value: Any) -> bytes:
    """Canonical JSON of plain data (not of dataclasses: see `to_json`)."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode()


def to_json(value: Any) -> bytes:
    """Canonical JSON of a dataclass."""
    return canonical(plain(value))


def from_json(kind: type[T], data: bytes) -> T:
    """The dataclass that `to_json` wrote. Raises `ValueError` when the data is of another shape."""
    value: T = _adapter(cast(Hashable, kind)).validate_json(data)
    return value


def sha256(data: bytes) -> str:
    """Hex digest of the data."""
    return hashlib.sha256(data).hexdigest()
