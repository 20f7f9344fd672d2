"""A long narration in pieces, each of which is spoken in one call."""

import re
from dataclasses import dataclass

CONTEXT = 300  # characters around a piece that tell the voice how to speak it

# Where a text may be parted, best first: behind a paragraph, a sentence, a clause, a word.
_SEAMS = (
    re.compile(r"\n\s*"),
    re.compile(r"[.!?…؟۔।]+[\"'”’»)\]]*\s+|[。！？]+[」』”’）]*\s*"),
    re.compile(r"[,;:—–،؛]+\s+|[、，；：]\s*"),
    re.compile(r"\s+"),
)


@dataclass(frozen=True)
class Piece:
    """A part of a narration. `at`: where it starts in it; `before`, `after`: what is around it."""

    text: str
    at: int
    before: str
    after: str


def pieces(text: str, longest: int) -> tuple[Piece, ...]:
    """The narration in pieces of at most so many characters, parted where a speaker would pause.

    Together they are the whole text; only a word that is too long by itself is cut.

    Raises:
      ValueError: `longest` is below 1.
    """
    if longest < 1:
        raise ValueError(f"pieces of at most {longest} characters")
    found, at = [], 0
    while at < len(text):
        stop = _stop(text, at, longest)
        found.append(
            Piece(text[at:stop], at, text[max(0, at - CONTEXT) : at], text[stop : stop + CONTEXT])
        )
        at = stop
    return tuple(found)


def _stop(text: str, at: int, longest: int) -> int:
    if len(text) - at <= longest:
        return len(text)
    for seam in _SEAMS:
        stops = [match.end() for match in seam.finditer(text, at, at + longest)]
        # A tiny piece sounds cut off; rather the next best place.
        stops = [stop for stop in stops if stop - at >= longest // 4]
        if stops:
            return stops[-1]
    return at + longest
