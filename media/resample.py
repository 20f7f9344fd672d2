"""Sampling a picture from a view that lies between its pixels.

A camera path puts every frame's left edge somewhere between two source pixels, which a warp can
sample and a resize cannot: its first sample lies at a whole pixel. But a resize takes less than
half the time, and of some dozens of samples of a grid with a free step one nearly always falls
onto a pixel. So a resize that begins up to `_LEADS` samples before the view sees what the warp
would, and what comes before the view is cut off. Views without such a sample are warped.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]

_LEADS = 48
MAX_OFF_PX = 0.03  # of the output: a tenth of what the eye takes for shaking at 1080p


@dataclass(frozen=True)
class Axis:
    """Samples along one side: the first lies at `at`, in source pixels, each `step` further."""

    at: float
    step: float


@dataclass(frozen=True)
class Kernel:
    """OpenCV's flag of an interpolation that weighs so many pixels to either side."""

    flag: int
    reach: int


LINEAR, CUBIC = Kernel(cv2.INTER_LINEAR, 1), Kernel(cv2.INTER_CUBIC, 2)


@dataclass(frozen=True)
class _Lead:
    """A grid that begins `samples` before the view, where a resize from pixel `pixel` begins."""

    samples: int
    pixel: int
    off_px: float


@dataclass(frozen=True, eq=False)
class Plane:
    """One plane of a picture, its edges repeated so far that leads never leave it.

    Attributes:
      padded: uint8, shape (height + 2 * margin, width + 2 * margin).
    """

    padded: Bytes
    margin: int

    @classmethod
    def of(cls, plane: Bytes, most_step: float) -> "Plane":
        """Prepares a plane for views with steps up to this many source pixels."""
        margin = math.ceil((_LEADS + 1) * most_step) + 3
        sides = (margin,) * 4
        return cls(
            np.asarray(cv2.copyMakeBorder(plane, *sides, cv2.BORDER_REPLICATE), np.uint8), margin
        )

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width of the picture itself."""
        height, width = self.padded.shape
        return height - 2 * self.margin, width - 2 * self.margin

    def sample(self, x: Axis, y: Axis, onto: Bytes, how: Kernel = LINEAR) -> None:
        """Fills `onto` with what lies at the samples, interpolated.

        What it shows is at most `MAX_OFF_PX` away from where it should be.
        """
        across, down = _lead(x, how), _lead(y, how)
        if max(across.off_px, down.off_px) > MAX_OFF_PX:
            self._warp(x, y, onto, how)
            return
        height, width = onto.shape
        rows, columns = height + down.samples, width + across.samples
        top, left = down.pixel + self.margin, across.pixel + self.margin
        bottom = top + math.ceil(rows * y.step) + how.reach
        right = left + math.ceil(columns * x.step) + how.reach
        part = self.padded[top:bottom, left:right]
        # Given the factors instead of a size, it does not stretch what was rounded.
        seen = cv2.resize(part, None, fx=1 / x.step, fy=1 / y.step, interpolation=how.flag)
        onto[:] = seen[down.samples : rows, across.samples : columns]

    def _warp(self, x: Axis, y: Axis, onto: Bytes, how: Kernel) -> None:
        matrix = np.array([[x.step, 0, x.at + self.margin], [0, y.step, y.at + self.margin]])
        cv2.warpAffine(
            self.padded,
            matrix,
            (onto.shape[1], onto.shape[0]),
            dst=onto,
            flags=how.flag | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )


_SAMPLES = np.arange(_LEADS)


def _lead(axis: Axis, how: Kernel) -> _Lead:
    # The first sample of a resize lies half a step, less half a pixel, inside.
    begins = axis.at - 0.5 * axis.step + 0.5 - _SAMPLES * axis.step
    nearest = np.rint(begins)
    off = np.abs(begins - nearest) / axis.step
    # The first ones would see the edge of the part instead of the pixels before it.
    least = max(0, min(math.ceil((how.reach - 0.5) / axis.step - 0.5), _LEADS - 1))
    # Few samples are thrown away: the first lead that is near enough is hardly worse than the best.
    cost = off[least:] + _SAMPLES[least:] * (MAX_OFF_PX / _LEADS)
    best = least + int(cost.argmin())
    return _Lead(best, int(nearest[best]), float(off[best]))
