"""Where a programme is silent although something was to sound."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from media.stills import Span
from media.timeline import SAMPLE_RATE_HZ
from media.wave import Samples

SILENCE_DBFS = -60.0  # 46 dB below a programme for the web: no room is so quiet
MIN_SILENCE_S = 2.0  # shorter ones are pauses
_HOP = SAMPLE_RATE_HZ // 10


class Levels:
    """How loud a programme is, every tenth of a second, heard block by block."""

    def __init__(self, total_samples: int) -> None:
        self._powers = np.zeros(-(-total_samples // _HOP))
        self._total = total_samples

    def hear(self, start: int, block: Samples) -> None:
        """Takes stereo samples from `start` on."""
        first = start // _HOP
        power = np.einsum("ij,ij->i", block, block)
        hops = (np.arange(start, start + len(block)) // _HOP) - first
        sums = np.bincount(hops, weights=power)
        self._powers[first : first + len(sums)] += sums

    def silent(self, sounding: Sequence[tuple[int, int]], gain_db: float) -> tuple[Span, ...]:
        """Stretches of two seconds or more that are below -60 dBFS where something was to sound.

        Args:
          sounding: Spans of samples in which something was to sound.
          gain_db: What the programme is raised by afterwards.
        """
        most = 2 * _HOP * 10 ** ((SILENCE_DBFS - gain_db) / 10)  # of both channels
        quiet = np.zeros(len(self._powers) + 2, np.int8)
        quiet[1:-1] = (self._powers < most) & self._told(sounding)
        edges = np.flatnonzero(np.diff(quiet)).reshape(-1, 2) * _HOP
        return tuple(self._long(edges))

    def _told(self, sounding: Sequence[tuple[int, int]]) -> NDArray[np.bool_]:
        told = np.zeros(len(self._powers), np.bool_)
        for start, stop in sounding:
            told[-(-start // _HOP) : stop // _HOP] = True
        if any(stop >= self._total for _, stop in sounding):
            told[-1] = True  # which is shorter than the others
        return told

    def _long(self, edges: NDArray[np.int64]) -> Iterator[Span]:
        for start, stop in edges.tolist():
            span = Span(start / SAMPLE_RATE_HZ, min(stop, self._total) / SAMPLE_RATE_HZ)
            if span.length_s >= MIN_SILENCE_S:
                yield Span(round(span.start_s, 3), round(span.end_s, 3))
