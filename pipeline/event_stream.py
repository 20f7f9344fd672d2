"""Reading server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html)."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

MAX_LINE_BYTES = 2**20  # an event of the service has some hundred bytes


@dataclass(frozen=True)
class Event:
    """Something that happened to a job. `number`: None for what is told again anyway."""

    number: int | None
    kind: str
    data: dict[str, Any] = field(hash=False)

    def as_json(self) -> dict[str, Any]:
        """As `--json` prints it."""
        more = {name: value for name, value in self.data.items() if name != "kind"}
        return {"event": self.kind, **more}


def parse_events(pieces: Iterable[bytes]) -> Iterator[Event]:
    """Events of a stream that arrives in pieces; one that was cut off in the middle is left out.

    Raises:
      ValueError: This is no stream of ours.
    """
    number, kind, data = "", "", []
    for line in _lines(pieces):
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        match name:
            case "id":
                number = value
            case "event":
                kind = value
            case "data":
                data.append(value)
            case "" if not line:  # else a comment
                if data:
                    yield _event(number, kind, "\n".join(data))
                number, kind, data = "", "", []


def _event(number: str, kind: str, text: str) -> Event:
    data = json.loads(text)
    if not isinstance(data, dict):
        raise ValueError(f"event {kind}: {text[:80]} is not an object")
    return Event(int(number) if number else None, kind, data)


def _lines(pieces: Iterable[bytes]) -> Iterator[str]:
    # Not str.splitlines: it also splits at characters that JSON texts may hold as they are.
    rest = b""
    for piece in pieces:
        *lines, rest = (rest + piece).split(b"\n")
        if len(rest) > MAX_LINE_BYTES:
            raise ValueError(f"a line of over {MAX_LINE_BYTES:,} bytes")
        for line in lines:
            yield line.removesuffix(b"\r").decode()
