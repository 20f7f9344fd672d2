"""What a frame shows at a glance: enough to choose a poster, and to tell a blurred picture."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import cv2
import numpy as np

from media.planes import Bytes

INTERVAL_S = Fraction(1, 2)
LOOK_WIDTH = 480  # pixels of what is looked at: fine enough to tell blur
ABOVE_CAPTIONS = 0.6  # of the height: letters are sharp whatever is behind them
SHARPEST = 0.005  # the share of a frame by which its edges are judged: a face before a soft ground
LEAST_STEP = 8.0  # luma from pixel to pixel; gentler slopes are skies and gradients, not edges
# Measured on 28 photos and drawings at 1080p: 1.15 and more as they are and behind fog, 0.44 to 1.2
# made from 160 pixels' width, 0.28 to 0.83 blurred by 8 pixels (Gaussian).
BLURRED = 0.75
DARK, FLAT = 32.0, 6.0  # mean and deviation of luma (16 to 235) below which nothing is to be seen


@dataclass(frozen=True)
class Glimpse:
    """A frame that was looked at.

    Attributes:
      frame: Its number, in the chunk or in the video.
      sharpness: Variance of the Laplacian of its luma, 480 pixels wide.
      is_visible: Whether it is neither dark nor of one colour.
      edges: How sharp its sharpest edges are, whatever their contrast: how much steps between
        pixels change, against the steps themselves. None where there is no edge.
    """

    frame: int
    sharpness: float
    is_visible: bool
    edges: float | None = None

    @property
    def is_blurred(self) -> bool:
        """Whether nothing in it is sharp that should be."""
        return self.is_visible and self.edges is not None and self.edges < BLURRED

    @classmethod
    def of(cls, facts: dict[str, Any]) -> "Glimpse":
        """Reads what `plain` made of one."""
        return cls(**facts)


def glimpsed(rate: Fraction) -> int:
    """Every how many frames one is looked at: twice a second."""
    return max(1, round(INTERVAL_S * rate))


def glimpse(frame: int, luma: Bytes) -> Glimpse:
    """Looks at a frame: about a millisecond at 1080p.

    Args:
      luma: Shape (height, width), limited range.
    """
    height, width = luma.shape
    part = luma[: max(2, round(height * ABOVE_CAPTIONS))]
    if width > LOOK_WIDTH:
        lines = max(2, round(part.shape[0] * LOOK_WIDTH / width))
        small = cv2.resize(part, (LOOK_WIDTH, lines), interpolation=cv2.INTER_AREA)
        part = np.asarray(small, np.uint8)
    is_visible = bool(part.mean() >= DARK and part.std() >= FLAT)
    sharpness = round(float(cv2.Laplacian(part, cv2.CV_64F).var()), 3)
    return Glimpse(frame, sharpness, is_visible, _edges(part))


def _edges(luma: Bytes) -> float | None:
    changes = cv2.convertScaleAbs(cv2.Laplacian(luma, cv2.CV_16S))
    # Sobel's weights add up to 8 pixel steps: half of that leaves half a step as the unit.
    across, down = (
        cv2.convertScaleAbs(cv2.Sobel(luma, cv2.CV_16S, *order), alpha=1 / 4)
        for order in ((1, 0), (0, 1))
    )
    step = _sharpest(np.asarray(cv2.max(across, down), np.uint8)) / 2
    if step < LEAST_STEP:
        return None
    return round(_sharpest(np.asarray(changes, np.uint8)) / step, 3)


def _sharpest(values: Bytes) -> int:
    """What the highest half per cent of values reach."""
    counts = np.bincount(values.ravel(), minlength=256)
    return int(np.searchsorted(np.cumsum(counts), (1 - SHARPEST) * values.size))
