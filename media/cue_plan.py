"""The cheapest way to cut a row of words into captions, by dynamic programming.

Every caption has a cost: a base, how badly it breaks sentences and phrases, how short it is to see,
how fast it is to read. The cut with the least sum is found exactly, in time linear in the words.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from media.breaks import CLAUSE, NEVER, SENTENCE

# Weights, found by reading captions of narrations in a dozen languages.
_CAPTION, _SECOND_LINE = 3.5, 1.0
_END, _LINE_END = 1.5, 0.5  # of the cost of a break, between captions and between lines
_NEW_SENTENCE, _NEW_CLAUSE, _PAUSE = 7.0, 2.0, 8.0  # one that begins inside a caption
_AT_LINE_END = 4.0  # a sentence that begins with the second line
_TOO_SHORT, _TOO_FAST = 60.0, 5.0  # a second under the least, twice the speed of comfort
_TOP_HEAVY, _BOTTOM_HEAVY = 14.0, 10.0  # if one line had all the text


@dataclass(frozen=True)
class Piece:
    """A caption: words `first` to `end` exclusive, its second line from `middle`.

    With one line, `middle` is `end`.
    """

    first: int
    middle: int
    end: int


@dataclass(frozen=True)
class Limits:
    """What a caption may be; frames, and frames per second.

    Attributes:
      least, most: Time on screen.
      linger: How long it may stay after its last word.
      gap: Between two captions.
      pause: A silence longer than this should part captions, the more the longer it is.
      cps: Characters a second that are read with comfort.
      until: End of the last caption at the latest.
    """

    least: float
    most: float
    linger: int
    gap: int
    pause: float
    cps: float
    until: int
    rate: float


@dataclass(frozen=True)
class Row:
    """Words in order: for each its frames, the characters read with the space before it, the cost
    of a break after it, and the furthest end of a line that begins with it."""

    starts: Sequence[int]
    ends: Sequence[int]
    characters: Sequence[float]
    widths: Sequence[int]
    breaks: Sequence[float]
    line_ends: Sequence[int]


def plan_captions(row: Row, limits: Limits) -> list[Piece]:
    """The captions of a row of words, in order."""
    costs = _Costs(row, limits)
    best: list[tuple[float, Piece | None]] = [(0.0, None)]
    for end in range(1, len(row.starts) + 1):
        options = ((best[piece.first][0] + cost, piece) for cost, piece in costs.ending_at(end))
        best.append(min(options, key=lambda option: option[0]))
    pieces: list[Piece] = []
    while (piece := best[pieces[-1].first if pieces else -1][1]) is not None:
        pieces.append(piece)
    return pieces[::-1]


class _Costs:
    def __init__(self, row: Row, limits: Limits) -> None:
        self._row, self._limits = row, limits
        count = len(row.starts)
        # Sums up to a word, so that any stretch is a difference of two.
        self._widths = [0, *accumulate(row.widths)]
        self._characters = [0, *accumulate(row.characters)]
        inside = [self._inside(index) if index + 1 < count else 0.0 for index in range(count)]
        self._inside_sums = [0.0, *accumulate(inside)]

    def _inside(self, index: int) -> float:
        row = self._row
        cost = {SENTENCE: _NEW_SENTENCE, CLAUSE: _NEW_CLAUSE}.get(row.breaks[index], 0.0)
        pauses = (row.starts[index + 1] - row.ends[index]) / self._limits.pause
        return cost + (_PAUSE * min(pauses, 3.0) if pauses > 1 else 0.0)

    def ending_at(self, end: int) -> list[tuple[float, Piece]]:
        """Every caption that may end before word `end`, with its cost; at least one."""
        row = self._row
        found: list[tuple[float, Piece]] = []
        for first in range(end - 1, -1, -1):
            lasts = row.ends[end - 1] - row.starts[first]
            middle = self._middle(first, end)
            if middle is None or (found and lasts > self._limits.most):
                break
            found.append((self._cost(first, middle, end), Piece(first, middle, end)))
        return found

    def _middle(self, first: int, end: int) -> int | None:
        """Where a second line begins; `end` when one is enough, None when two are not."""
        line_ends = self._row.line_ends
        if line_ends[first] >= end:
            return end
        lowest = bisect_left(line_ends, end, first + 1)
        options = range(lowest, line_ends[first] + 1)
        return min(options, key=lambda middle: self._line_cost(first, middle, end), default=None)

    def _line_cost(self, first: int, middle: int, end: int) -> float:
        sums = self._widths
        lean = (2 * sums[middle] - sums[first] - sums[end]) / (sums[end] - sums[first])
        # A longer second line is the usual shape; a longer first one looks top-heavy.
        return self._row.breaks[middle - 1] + (_TOP_HEAVY if lean > 0 else -_BOTTOM_HEAVY) * lean

    def _cost(self, first: int, middle: int, end: int) -> float:
        row, limits = self._row, self._limits
        cost = _CAPTION + _END * row.breaks[end - 1]
        cost += self._inside_sums[end - 1] - self._inside_sums[first]
        if middle < end:
            cost += _SECOND_LINE + _LINE_END * self._line_cost(first, middle, end)
            if row.breaks[middle - 1] == SENTENCE:
                cost -= _NEW_SENTENCE - _AT_LINE_END
            elif row.breaks[middle - 1] == CLAUSE:
                cost -= _NEW_CLAUSE
        following = row.starts[end] - limits.gap if end < len(row.starts) else limits.until
        shown = min(following, row.ends[end - 1] + limits.linger) - row.starts[first]
        if shown < limits.least:
            cost += _TOO_SHORT * (limits.least - shown) / limits.rate
        if shown < 1:
            return cost + NEVER
        characters = self._characters[end] - self._characters[first]
        return cost + _TOO_FAST * max(0.0, characters * limits.rate / shown / limits.cps - 1)
