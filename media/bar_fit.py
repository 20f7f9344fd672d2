"""Lays a track of known bars under a video: cut and repeated on bar lines, with its own ending.

    track     |-|1 |2 |3 |4 |5 |6 |7 |8 ~~~|
    video     |-|1 |2 |3 |4 |5 |6 x3 |4 |5 |6 |7 |8 ~~~|
                                  x: a bar line after which another bar follows than in the track

A track with an ending of its own ends with the video: its last chord is heard for 1.5 s at least,
and for a bar more at most unless it rings that long. Another fades out.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from media.bar_rows import NEVER, BarRow, BarRows
from media.music_fit import RING_SAMPLES, Samples, envelope
from media.timeline import SAMPLE_RATE_HZ
from media.wave import Wave

# Before a bar line: the first note of the new bar is heard once, and whole.
JOINT_SAMPLES = SAMPLE_RATE_HZ // 25
_NEAR_SAMPLES = SAMPLE_RATE_HZ // 20  # of a bar line, by how it was found
_TRIED = 8  # numbers of bars: tempi drift
_MOST_SILENCE = 1.1  # bars, behind an ending


@dataclass(frozen=True)
class TrackBars:
    """A track of `samples`, whose bars are known.

    Attributes:
      lines: Samples at which bars begin.
      kinds: Of each bar between two lines; bars of the same kind sound alike.
      last_onset: The sample at which the last chord begins; None when the track has no ending.
    """

    samples: int
    lines: tuple[int, ...]
    kinds: tuple[int, ...]
    last_onset: int | None = None

    @property
    def bar_samples(self) -> int:
        """Of a bar, in the median."""
        return int(np.median(np.diff(self.lines)))


@dataclass(frozen=True)
class Stretch:
    """Samples `[source_start, source_stop)` of a track, heard from `start` of the video on."""

    start: int
    source_start: int
    source_stop: int

    @property
    def stop(self) -> int:
        return self.start + self.source_stop - self.source_start


def stretches(track: TrackBars, total_samples: int) -> tuple[Stretch, ...]:
    """What is heard of a track, in order; joints lie on its bar lines.

    Empty when its ending does not fit: the video is shorter than a bar and a last chord.
    """
    if track.last_onset is not None:
        row = _with_ending(track, track.last_onset, total_samples)
        return tuple(_laid(track, row)) if row else ()
    if total_samples <= track.samples:
        return (Stretch(0, 0, track.samples),)
    return tuple(_laid(track, _without_ending(track, total_samples)))


def bar_bed(
    audio: npt.NDArray[Any] | Wave,
    heard: Sequence[Stretch],
    total_samples: int,
    start: int,
    stop: int,
) -> Samples:
    """Samples `[start, stop)` of the fitted track, shape (stop - start, 2), full scale 1.

    Fades of both ends are those of `music_fit.bed`. A sample does not depend on its block.
    """
    block = np.zeros((max(stop - start, 0), 2), np.float32)
    for number, piece in enumerate(heard):
        lead = min(JOINT_SAMPLES, piece.source_start, piece.start) if number else 0
        first = piece.start - lead
        low, high = max(start, first), min(stop, piece.stop)
        if low >= high:
            continue
        at = np.arange(low, high)
        gain = np.ones(len(at), np.float32)
        if number:
            gain *= _rise(at - first, lead)
        if number + 1 < len(heard):
            following = heard[number + 1]
            lead = min(JOINT_SAMPLES, following.source_start, following.start)
            gain *= _rise(piece.stop - 1 - at, lead)
        offset = piece.source_start - piece.start
        block[low - start : high - start] += audio[low + offset : high + offset] * gain[:, None]
    block *= envelope(total_samples, start, start + len(block))[:, np.newaxis]
    return block


def _rise(at: npt.NDArray[np.int64], length: int) -> Samples:
    """Equal power, as in `track_fit`; 1 at once when nothing can be heard ahead of the joint."""
    if not length:
        return np.ones(len(at), np.float32)
    return np.sin(np.pi / 2 * np.clip((at + 0.5) / length, 0, 1)).astype(np.float32)


def _with_ending(track: TrackBars, last_onset: int, total: int) -> BarRow | None:
    """The best row of bars after which the track's ending ends with the video."""
    # The last bar line before the last chord, which may have been found a little late.
    last = bisect_right(track.lines, last_onset + _NEAR_SAMPLES) - 1
    last = max(0, min(last, len(track.kinds)))
    tail = track.samples - last_onset
    ring = min(RING_SAMPLES, tail)  # how long the last chord is heard at least
    table = BarRows(track.kinds[:last], total // track.bar_samples + 2)
    found = []
    for count in range(max(0, table.most - _TRIED), table.most + 1):
        cost = float(table.costs[count, last])
        if cost >= NEVER:
            continue
        row = table.row(count, last)
        ends = _heard_at(_laid(track, row)[-1], last_onset)
        left = total - ring - ends
        silence = left - (tail - ring)
        if left < 0 or silence > _MOST_SILENCE * track.bar_samples:
            continue
        found.append((cost + abs(silence) / track.bar_samples, row))
    return min(found, key=lambda one: one[0])[1] if found else None


def _heard_at(piece: Stretch, sample: int) -> int:
    """When a sample of the track is heard in the video."""
    return piece.start + sample - piece.source_start


def _without_ending(track: TrackBars, total: int) -> BarRow:
    """The cheapest row of bars that lasts at least as long as the video."""
    shortest = min(after - line for line, after in pairwise(track.lines))
    count = (total - track.lines[0]) // shortest + 1
    table = BarRows(track.kinds, count)
    return table.row(count, int(table.costs[count].argmin()))


def _laid(track: TrackBars, row: BarRow) -> list[Stretch]:
    """The stretches of a row of bars, and behind it what the track has from there on."""
    # What is ahead of the first bar line belongs to the opening.
    spans = [(0, track.lines[0])] if row.first == 0 else []
    spans += [(track.lines[bar], track.lines[bar + 1]) for bar in row.bars]
    spans.append((track.lines[row.reached], track.samples))
    found: list[Stretch] = []
    at = 0
    for source, stop in spans:
        if found and found[-1].source_stop == source:
            found[-1] = replace(found[-1], source_stop=stop)
        else:
            found.append(Stretch(at, source, stop))
        at += stop - source
    return found
