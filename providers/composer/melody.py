"""Tunes: a motif, its repetition and variation, fitted to the chords.

A theme is a rhythm and a contour, drawn once; each section sets it to its own chords, so that it
is recognised when it returns. The pitches are the cheapest path through all scale notes: a tune
moves by step more than by leap, stands on chord notes where the beat is strong, turns back after
a leap and comes to rest at the end of a phrase.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from providers.composer.harmony import Span
from providers.composer.score import Note
from providers.composer.theory import Key, scale_over

Bar = tuple[tuple[float, float], ...]  # (beat within the bar, length in beats) of each note

# By metre and style: bars that may open a phrase, bars that may carry it on.
CELLS: dict[int, dict[str, tuple[Bar, ...]]] = {
    4: {
        "slow": (
            ((0, 2), (2, 1), (3, 1)),
            ((0, 1.5), (1.5, 0.5), (2, 2)),
            ((0, 3), (3, 1)),
            ((0, 1), (1, 1), (2, 2)),
            ((0, 2), (2, 1.5), (3.5, 0.5)),
        ),
        "song": (
            ((0, 1), (1, 0.5), (1.5, 0.5), (2, 2)),
            ((0, 1.5), (1.5, 0.5), (2, 1), (3, 1)),
            ((0.5, 0.5), (1, 0.5), (1.5, 0.5), (2, 1), (3, 1)),
            ((0, 1), (1, 1), (2, 1.5), (3.5, 0.5)),
            ((0, 0.5), (0.5, 0.5), (1, 1), (2, 2)),
        ),
        "lively": (
            ((0, 0.5), (0.5, 0.5), (1, 1), (2, 0.5), (2.5, 0.5), (3, 1)),
            ((0, 0.75), (0.75, 0.25), (1, 0.5), (1.5, 0.5), (2, 1)),
            ((0, 1), (1, 0.5), (1.5, 0.5), (2, 0.5), (2.5, 0.5), (3, 1)),
            ((0, 0.5), (1, 0.5), (1.5, 0.5), (2, 0.5), (3, 0.5)),
            ((0, 1.5), (1.5, 0.5), (2, 0.5), (2.5, 0.5), (3, 0.5), (3.5, 0.5)),
        ),
        "swing": (
            ((0.5, 0.5), (1, 0.5), (1.5, 1.5), (3.5, 0.5)),
            ((0, 1), (1.5, 0.5), (2, 0.5), (2.5, 1)),
            ((0, 0.5), (0.5, 0.5), (1, 0.5), (1.5, 1), (3, 0.5), (3.5, 0.5)),
            ((1, 0.5), (1.5, 0.5), (2, 0.5), (2.5, 1.5)),
            ((0, 1.5), (1.5, 0.5), (2.5, 0.5), (3, 0.5)),
        ),
        "syncopated": (
            ((0, 0.75), (0.75, 0.75), (1.5, 0.5), (2, 1), (3.5, 0.5)),
            ((0, 0.5), (0.5, 1), (1.5, 0.5), (2.5, 0.5), (3, 1)),
            ((0.5, 0.5), (1, 0.5), (1.5, 1), (2.5, 1.5)),
            ((0, 0.75), (0.75, 0.25), (1.5, 0.5), (2, 0.75), (2.75, 0.75)),
            ((0, 1.5), (1.5, 1), (2.5, 0.5), (3, 0.5)),
        ),
        "sparse": (
            ((0, 3),),
            ((1, 2),),
            ((0, 1), (1, 3)),
            ((0, 1.5), (1.5, 2.5)),
            ((0, 2), (2.5, 1.5)),
        ),
        "heroic": (
            ((0, 1.5), (1.5, 0.5), (2, 2)),
            ((0, 3), (3, 0.5), (3.5, 0.5)),
            ((0, 1), (1, 1), (2, 2)),
            ((0, 2), (2, 1), (3, 1)),
            ((0, 0.75), (0.75, 0.25), (1, 1), (2, 2)),
        ),
        "ornate": (
            ((0, 1), (1, 0.25), (1.25, 0.25), (1.5, 0.5), (2, 1), (3, 0.5), (3.5, 0.5)),
            ((0, 1.5), (1.5, 0.25), (1.75, 0.25), (2, 1), (3, 1)),
            ((0, 0.5), (0.5, 0.25), (0.75, 0.25), (1, 1), (2, 1.5), (3.5, 0.5)),
            ((0, 0.75), (0.75, 0.25), (1, 0.5), (1.5, 0.5), (2, 2)),
        ),
    },
    3: {
        "slow": (((0, 2), (2, 1)), ((0, 3),), ((0, 1), (1, 2)), ((0, 1.5), (1.5, 0.5), (2, 1))),
        "song": (
            ((0, 2), (2, 1)),
            ((0, 1), (1, 1), (2, 1)),
            ((0, 1.5), (1.5, 0.5), (2, 1)),
            ((0, 1), (1, 0.5), (1.5, 0.5), (2, 1)),
        ),
        "lively": (
            ((0, 1), (1, 0.5), (1.5, 0.5), (2, 1)),
            ((0, 0.5), (0.5, 0.5), (1, 0.5), (1.5, 0.5), (2, 1)),
            ((0, 1.5), (1.5, 0.5), (2, 0.5), (2.5, 0.5)),
            ((0, 1), (1, 1), (2, 0.5), (2.5, 0.5)),
        ),
        "sparse": (((0, 3),), ((1, 2),), ((0, 2),), ((0, 1.5), (1.5, 1.5))),
    },
}
THREE_FOR = {"slow": "slow", "sparse": "sparse", "song": "song", "heroic": "song"}
CONTOURS = {
    "rise": (0.0, 1.0),
    "fall": (1.0, 0.0),
    "arch": (0.0, 1.0, 0.2),
    "valley": (0.9, 0.0, 0.8),
    "wave": (0.3, 1.0, 0.0, 0.6),
    "call": (0.0, 0.2, 1.0),
}


@dataclass(frozen=True)
class Point:
    """A note of a theme before it has a pitch.

    Attributes:
      start, beats: Its place in the theme.
      height: Where the contour wants it, in semitones around the middle of the range.
      ends: Whether a phrase comes to rest on it.
    """

    start: float
    beats: float
    height: float
    ends: bool


@dataclass(frozen=True)
class Theme:
    """A phrase of 4 bars or a period of 8: question and answer."""

    points: tuple[Point, ...]
    bars: int


def theme(rng: random.Random, style: str, beats_per_bar: int, bars: int) -> Theme:
    """Draws a theme: motif, its sequel, the motif again, and a close.

    Args:
      rng: Source of the choices.
      style: A name in `CELLS[4]`.
      beats_per_bar: 3 or 4.
      bars: 4 or 8.
    """
    cells = CELLS[beats_per_bar].get(style) or CELLS[3][THREE_FOR.get(style, "lively")]
    motif, sequel = rng.sample(cells, 2)
    shape, reply = rng.sample(sorted(CONTOURS), 2)
    span = rng.choice((5.0, 6.0, 8.0))
    rest = 1.0 if style in ("lively", "swing", "syncopated", "funk") else 0.5
    half: Bar = ((0, 1), (1, beats_per_bar - 1 - rest))
    close: Bar = ((0, beats_per_bar - rest),)
    plan = [(motif, shape), (sequel, reply), (motif, shape), (half, "fall")]
    if bars == 8:
        other = rng.choice(cells)
        plan += [(motif, shape), (sequel, reply), (other, "arch"), (close, "fall")]
    else:
        plan[3] = (rng.choice((half, close)), "fall")
    points = []
    for index, (cell, contour) in enumerate(plan):
        # The phrase as a whole is an arch: highest in its third quarter.
        lift = 4.0 * np.sin(np.pi * min(1.0, (index + 0.7) / (len(plan) * 0.95))) - 2.0
        curve = CONTOURS[contour]
        for number, (beat, beats) in enumerate(cell):
            at = number / max(1, len(cell) - 1)
            bend = float(np.interp(at, np.linspace(0, 1, len(curve)), curve)) - 0.5
            last = number == len(cell) - 1
            ends = last and index % 4 == 3
            points.append(Point(index * beats_per_bar + beat, beats, lift + span * bend, ends))
    return Theme(tuple(points), bars)


def shortened(tune: Theme, bars: int, beats_per_bar: int) -> Theme:
    """A period cut to `bars`: its beginning, and its last bar as the close."""
    cut = (bars - 1) * beats_per_bar
    close = (tune.bars - 1) * beats_per_bar
    opening = [point for point in tune.points if point.start < cut]
    ending = [
        replace(point, start=point.start - close + cut)
        for point in tune.points
        if point.start >= close
    ]
    return Theme((*opening, *ending), bars)


def ornamented(tune: Theme, rng: random.Random) -> Theme:
    """The theme with some of its long notes broken up: how a tune comes back."""
    points: list[Point] = []
    for index, point in enumerate(tune.points):
        follows = tune.points[index + 1].height if index + 1 < len(tune.points) else point.height
        if point.beats >= 1.5 and not point.ends and rng.random() < 0.6:
            cut = rng.choice((0.5, 1.0)) if point.beats >= 2 else 0.5
            between = (point.height + follows) / 2 + rng.choice((-1.5, 2.0))
            points.append(replace(point, beats=point.beats - cut))
            points.append(Point(point.start + point.beats - cut, cut, between, False))
        else:
            points.append(point)
    return Theme(tuple(points), tune.bars)


def sung(
    tune: Theme,
    spans: Sequence[Span],
    key: Key,
    low: int,
    high: int,
    rng: random.Random,
    *,
    closes: bool,
) -> tuple[Note, ...]:
    """The theme over these chords.

    Args:
      tune: Rhythm and contour; notes after the last chord are left out.
      spans: The chords of the section.
      key: Scale.
      low: Lowest pitch.
      high: Highest pitch.
      rng: Breaks ties.
      closes: Whether the last note is to rest on the root or third.
    """
    end = spans[-1].start + spans[-1].beats
    points = [point for point in tune.points if point.start < end]
    pitches = np.arange(low, high + 1)
    middle = (low + high) / 2
    own = np.stack(
        [
            _standing(point, _under(spans, point.start), key, pitches, middle, rng)
            for point in points
        ]
    )
    if closes:
        final = _under(spans, points[-1].start).sounding.notes
        own[-1] += np.where(np.isin(pitches % 12, final[:2]), 0.0, 4.0)
    is_tone = np.stack(
        [np.isin(pitches % 12, _under(spans, p.start).sounding.notes) for p in points]
    )
    path = _cheapest(own, is_tone, pitches)
    peak = max(point.height for point in points)
    notes = []
    for point, index in zip(points, path, strict=True):
        strong = 0.06 if point.start % 1 == 0 else 0.0
        accent = 0.06 if point.start % 2 == 0 else 0.0
        velocity = 0.6 + strong + accent + 0.012 * (point.height - peak) + rng.uniform(-0.04, 0.04)
        length = point.beats * (0.96 if not point.ends else 0.92)
        late_s = rng.gauss(0.008, 0.006)
        notes.append(Note(point.start, length, int(pitches[index]), velocity, late_s))
    return tuple(notes)


def _under(spans: Sequence[Span], beat: float) -> Span:
    return next(s for s in reversed(spans) if s.start <= beat + 1e-6)


def _standing(
    point: Point,
    span: Span,
    key: Key,
    pitches: npt.NDArray[np.int64],
    middle: float,
    rng: random.Random,
) -> npt.NDArray[np.float64]:
    """What each pitch costs at this point, whatever comes before and after."""
    classes = pitches % 12
    allowed = np.isin(classes, sorted(scale_over(span.sounding, key)))
    tones = np.isin(classes, span.sounding.notes)
    strong = point.start % 2 == 0 or point.beats >= 1 or point.start == span.start
    cost = np.where(allowed, 0.0, 60.0)
    cost += np.where(tones, 0.0, 6.0 if strong else 1.5)
    if point.ends:
        cost += np.where(np.isin(classes, span.sounding.notes[:3]), 0.0, 12.0)
    # A semitone above a chord note grates (the "avoid notes" of the jazz schools).
    above = np.isin((classes - 1) % 12, span.sounding.notes) & ~tones
    cost += np.where(above & (point.beats >= 0.5), 3.0, 0.0)
    cost += 0.45 * np.abs(pitches - (middle + point.height))
    return np.asarray(cost + [rng.uniform(0, 0.5) for _ in pitches])


# Cost of an interval by its size in semitones.
_INTERVALS = np.array(
    [1.6, 0.0, 0.0, 0.7, 0.9, 1.6, 10.0, 2.2, 4.0, 4.5, 9.0, 12.0, 4.5] + [16.0] * 24
)


def _cheapest(
    own: npt.NDArray[np.float64],
    is_tone: npt.NDArray[np.bool_],
    pitches: npt.NDArray[np.int64],
) -> list[int]:
    """Indices of the pitches on the cheapest path; a step's cost knows the two notes before."""
    move = pitches[None, :] - pitches[:, None]  # [from, to]
    interval = _INTERVALS[np.minimum(np.abs(move), len(_INTERVALS) - 1)]
    leap = np.abs(move) >= 5
    # [before, from, to]: after a leap, a step back is welcome and a leap onwards is not.
    onwards = leap[:, :, None] & (np.sign(move)[:, :, None] == np.sign(move)[None, :, :])
    back = leap[:, :, None] & (np.sign(move)[:, :, None] == -np.sign(move)[None, :, :])
    turn = 3.0 * onwards - 0.8 * (back & (np.abs(move) <= 2)[None, :, :])
    still = (move == 0)[:, :, None] & (move == 0)[None, :, :]
    turn = turn + 2.5 * still
    if len(own) == 1:
        return [int(np.argmin(own[0]))]
    best = own[0][:, None] + own[1][None, :] + interval + _loose(is_tone[0], move)
    back_to = []
    for index in range(2, len(own)):
        step = interval + _loose(is_tone[index - 1], move)
        total = best[:, :, None] + step[None, :, :] + turn + own[index][None, None, :]
        back_to.append(np.argmin(total, axis=0))
        best = np.min(total, axis=0)
    now, last = np.unravel_index(int(np.argmin(best)), best.shape)
    path = [int(last), int(now)]
    for choice in reversed(back_to):
        path.append(int(choice[path[-1], path[-2]]))
    return path[::-1]


def _loose(is_tone: npt.NDArray[np.bool_], move: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """A note outside the chord is left by step."""
    return np.where(~is_tone[:, None] & (np.abs(move) > 2), 5.0, 0.0)
