"""Lays a track without known bars under a video: cut when it is longer, repeated when shorter.

    track     |============|
    video     |------------------------------|
    music     |===========x===========x======|   x: 3 s in which one repeat fades into the next

What a service composes comes without its bars, and some tracks of users have none that are clear.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from media.music_fit import Samples, envelope
from media.timeline import SAMPLE_RATE_HZ
from media.wave import Wave

OVERLAP_SAMPLES = 3 * SAMPLE_RATE_HZ  # long enough that two tempi are not heard as a stumble


@dataclass(frozen=True)
class TrackFit:
    """How a track of `track_samples` fills `total_samples`; both at least 1."""

    track_samples: int
    total_samples: int

    @property
    def overlap(self) -> int:
        """Samples in which neighbouring repeats sound together: at most a quarter of the track."""
        return min(OVERLAP_SAMPLES, self.track_samples // 4)

    @property
    def repeats(self) -> int:
        """How often the track begins."""
        step = self.track_samples - self.overlap
        return max(1, -(-(self.total_samples - self.overlap) // step))


def track_bed(audio: npt.NDArray[Any] | Wave, fit: TrackFit, start: int, stop: int) -> Samples:
    """Samples `[start, stop)` of the fitted track, shape (stop - start, 2), full scale 1.

    It fades in over 10 ms and out over the last 1.2 s, as `music_fit.bed` does. A sample does not
    depend on the block it is read with.

    Args:
      audio: The track, shape (track_samples, 2), float.
    """
    block = np.zeros((max(stop - start, 0), 2), np.float32)
    step = fit.track_samples - fit.overlap
    for number in range(fit.repeats):
        first = number * step
        low, high = max(start, first), min(stop, first + fit.track_samples)
        if low >= high:
            continue
        at = np.arange(low - first, high - first)
        gain = np.ones(len(at), np.float32)
        if number:
            gain *= _rise(at, fit.overlap)
        if number < fit.repeats - 1:
            gain *= _rise(fit.track_samples - 1 - at, fit.overlap)
        block[low - start : high - start] += audio[low - first : high - first] * gain[:, np.newaxis]
    block *= envelope(fit.total_samples, start, start + len(block))[:, np.newaxis]
    return block


def _rise(at: npt.NDArray[np.int64], length: int) -> Samples:
    """Equal power: what sounds together here is not the same music."""
    return np.sin(np.pi / 2 * np.clip((at + 0.5) / max(length, 1), 0, 1)).astype(np.float32)
