"""Where a voice is clipped: the tops of its waves cut off, by a recording that was too loud.

Cut tops are flat and end at corners, all at one level; resampling and lossy encoding round them a
little, and lift some over that level. Measured on local voices in five languages, cut 6 dB too
loud: 8 to 119 such tops in the worst second as WAV files of 16 to 48 kHz or as MP3 and AAC of
128 and 96 kb/s; at most two in any second of voices as they are, compressed, or 8 dB into a
limiter.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from media.stills import Span
from media.timeline import SAMPLE_RATE_HZ
from media.wave import Samples, Wave

LEAST_TOPS = 5  # within a second: fewer are a click that nobody hears
_SECOND = SAMPLE_RATE_HZ
_WINDOW = SAMPLE_RATE_HZ // 200  # 5 ms: less than a period of most voices
_FLAT, _LIFTED = 0.97, 1.04  # of the level at which they are cut
_CORNER = 0.3  # a round top is 9 % lower where one that was cut is a third lower
_SHORTEST, _LONGEST = 3, SAMPLE_RATE_HZ // 20  # samples; longer ones are no wave of a voice
_LOUD = 0.7  # of the peak: what is cut lies above
_NEAR = 0.02  # tops this near each other are at one level


def clipped_spans(voice: Wave) -> tuple[Span, ...]:
    """Stretches of the first channel of a WAV file at 48 kHz in which at least five wave tops a
    second are cut off."""
    levels = _levels(voice)
    tops = [top for block in _blocks(len(voice)) for top in _tops(voice, block, levels)]
    return tuple(_dense(sorted(tops)))


@dataclass(frozen=True)
class _Block:
    """Samples whose tops are looked for, with as many around as a top can be long."""

    start: int
    stop: int

    @property
    def first(self) -> int:
        return max(self.start - 2 * _LONGEST, 0)


def _blocks(total: int) -> Iterator[_Block]:
    return (_Block(start, min(start + _SECOND, total)) for start in range(0, total, _SECOND))


def _levels(voice: Wave) -> tuple[float, float]:
    """The level at which most of the loud waves end, up and down."""
    peaks: list[NDArray[np.float32]] = []
    for block in _blocks(len(voice)):
        samples = voice[block.start : block.stop][:, 0]
        if whole := len(samples) // _WINDOW * _WINDOW:
            windows = samples[:whole].reshape(-1, _WINDOW)
            peaks.append(np.stack([windows.max(axis=1), -windows.min(axis=1)]))
    if not peaks:
        return 0.0, 0.0
    up, down = np.concatenate(peaks, axis=1)
    return _commonest(up), _commonest(down)


def _commonest(peaks: NDArray[np.float32]) -> float:
    loud = np.sort(peaks[peaks >= _LOUD * peaks.max()])
    near = np.searchsorted(loud, loud * (1 + _NEAR)) - np.searchsorted(loud, loud * (1 - _NEAR))
    return float(loud[len(loud) - 1 - int(np.argmax(near[::-1]))])  # of several, the loudest


def _tops(voice: Wave, block: _Block, levels: tuple[float, float]) -> Iterator[int]:
    """The samples of a block at which tops begin that are cut off."""
    samples = voice[block.first : block.stop + 2 * _LONGEST][:, 0]
    for level, wave in zip(levels, (samples, -samples), strict=True):
        if level > 0:
            begins = _cut_off(wave, level) + block.first
            yield from begins[(begins >= block.start) & (begins < block.stop)].tolist()


def _cut_off(wave: Samples, level: float) -> NDArray[np.int64]:
    high = np.concatenate(([0], (wave >= _FLAT * level).view(np.int8), [0]))
    begins, ends = np.flatnonzero(np.diff(high)).reshape(-1, 2).T
    lengths = ends - begins
    tallest = np.maximum.reduceat(wave, begins)
    beside = (lengths + 1) // 2
    before = wave[np.maximum(begins - beside, 0)]
    behind = wave[np.minimum(ends - 1 + beside, len(wave) - 1)]
    return begins[
        (lengths >= _SHORTEST)
        & (lengths <= _LONGEST)
        & (tallest <= _LIFTED * level)
        & (np.maximum(before, behind) <= (1 - _CORNER) * level)
    ]


def _dense(tops: list[int]) -> Iterator[Span]:
    """Stretches of tops of which five lie within a second of each other."""
    first = last = None
    for begin, end in zip(tops, tops[LEAST_TOPS - 1 :], strict=False):
        if end - begin >= _SECOND:
            continue
        if last is not None and begin > last + _SECOND:
            yield _span(first or 0, last)
            first = None
        first, last = begin if first is None else first, end
    if last is not None:
        yield _span(first or 0, last)


def _span(first: int, last: int) -> Span:
    return Span(round(first / SAMPLE_RATE_HZ, 3), round(last / SAMPLE_RATE_HZ, 3))
