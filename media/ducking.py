"""How far the music steps back while someone speaks.

The times of the words are known, so the gain is drawn like a mixing engineer's automation: down
before the first syllable, held through short pauses, up again after. Nothing listens and reacts,
so nothing pumps.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from media.timeline import SAMPLE_RATE_HZ

# Common practice for narration over music: down before the word, back slower than it went, and no
# return in a pause too short to be heard as one.
DOWN_SAMPLES = SAMPLE_RATE_HZ * 150 // 1000
UP_SAMPLES = SAMPLE_RATE_HZ * 400 // 1000
HOLD_SAMPLES = SAMPLE_RATE_HZ * 700 // 1000


@dataclass(frozen=True)
class Breakpoint:
    """The gain is `gain_db` at `sample`, and linear in dB between breakpoints."""

    sample: int
    gain_db: float


def ducking_gain(
    speech: Sequence[tuple[int, int]], total_samples: int, ducking_db: float
) -> tuple[Breakpoint, ...]:
    """The gain of the music, as breakpoints at rising samples; empty when it never moves.

    Args:
      speech: Spans of samples in which someone speaks, in any order; they may overlap.
      total_samples: Length of the programme; spans beyond it do not count.
      ducking_db: Depth, 0 or more.

    Returns:
      Four breakpoints for each stretch of speech: full, down, down, full. The first may lie
      before sample 0 and the last behind the end.
    """
    if ducking_db < 0:
        raise ValueError(f"ducking_db is {ducking_db:g}; a depth is 0 or more")
    if ducking_db == 0:
        return ()
    points: list[Breakpoint] = []
    for start, end in _stretches(speech, total_samples):
        points += [
            Breakpoint(start - DOWN_SAMPLES, 0.0),
            Breakpoint(start, -ducking_db),
            Breakpoint(end, -ducking_db),
            Breakpoint(end + UP_SAMPLES, 0.0),
        ]
    return tuple(points)


def gain_between(points: Sequence[Breakpoint], start: int, stop: int) -> NDArray[np.float32]:
    """The factors for samples `start` to `stop`, float32; 1 outside all breakpoints.

    A sample's factor does not depend on the block it is asked in: each ramp is computed whole and
    then cut, because vectorised exponentials may round differently at other alignments.
    """
    gain = np.ones(stop - start, np.float32)
    before = max(bisect_right(points, start, key=_sample) - 1, 0)
    after = bisect_left(points, stop, key=_sample) + 1
    for left, right in pairwise(points[before:after]):
        first, last = max(left.sample, start), min(right.sample, stop)
        if first >= last or left.gain_db == right.gain_db == 0.0:
            continue
        if left.gain_db == right.gain_db:
            gain[first - start : last - start] = _factor(left.gain_db)
            continue
        steps = right.sample - left.sample
        ramp_db = np.linspace(left.gain_db, right.gain_db, steps, endpoint=False)
        ramp = np.exp(ramp_db * (np.log(10) / 20)).astype(np.float32)
        gain[first - start : last - start] = ramp[first - left.sample : last - left.sample]
    return gain


def _sample(point: Breakpoint) -> int:
    return point.sample


def _factor(gain_db: float) -> float:
    return float(10.0 ** (gain_db / 20))


def _stretches(speech: Sequence[tuple[int, int]], total_samples: int) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(speech):
        if start >= end or start >= total_samples:
            continue
        if merged and start - merged[-1][1] < HOLD_SAMPLES:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return merged
