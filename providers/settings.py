"""Reading settings, each refused with a sentence that names it."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from jobs.errors import InvalidInput


def address(variables: Mapping[str, str], names: Sequence[str], default: str) -> str:
    """Where an API begins, without a slash at its end: the first of these that is set.

    Raises:
      InvalidInput: It is no address, or has what a path cannot be put after.
    """
    name = next((name for name in names if variables.get(name)), "")
    if not name:
        return default
    try:
        parts = urlsplit(variables[name])
        _port = parts.port  # raises, too
        is_address = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        is_address = False
    if not is_address or parts.query or parts.fragment or parts.username:
        # It is not repeated: a password may be in it.
        raise InvalidInput(f"{name} is no address; give one such as {default}")
    return variables[name].rstrip("/")


def one_of(variables: Mapping[str, str], name: str, default: str, accepted: Sequence[str]) -> str:
    """A setting with a closed set of values. Raises `InvalidInput`."""
    value = variables.get(name, default).lower()
    if value not in accepted:
        raise InvalidInput(f"{name} is {value!r}; give one of {', '.join(accepted)}")
    return value


def whole(variables: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    """A whole number within bounds, or the default where it is not set. Raises `InvalidInput`."""
    text = variables.get(name)
    if text is None:
        return default
    is_number = text.isascii() and text.isdigit() and len(text) <= 10
    if not is_number or not least <= int(text) <= most:
        raise InvalidInput(f"{name} is {text!r}; give a whole number, {least} to {most}")
    return int(text)


def dollars(variables: Mapping[str, str], name: str) -> float | None:
    """An amount of US dollars, or none where it is not set. Raises `InvalidInput`."""
    text = variables.get(name, "")
    if not text:
        return None
    try:
        found = float(text)
    except ValueError:
        found = -1.0
    if not 0 <= found <= 1_000_000:
        raise InvalidInput(f"{name} is {text!r}; give US dollars from 0 to 1000000")
    return found


def seconds(variables: Mapping[str, str], name: str, default: float) -> float:
    """A time from 0.1 to 60 seconds, or the default where it is not set. Raises `InvalidInput`."""
    text = variables.get(name)
    if text is None:
        return default
    try:
        found = float(text)
    except ValueError:
        found = 0.0
    if not 0.1 <= found <= 60:
        raise InvalidInput(f"{name} is {text!r}; give seconds, 0.1 to 60")
    return found


def seed(variables: Mapping[str, str], name: str) -> int | None:
    """A seed of 32 bits, or None where it is not set. Raises `InvalidInput`."""
    return whole(variables, name, 0, 0, 2**32 - 1) if name in variables else None
