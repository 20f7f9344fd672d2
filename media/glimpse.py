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
DARK, FLAT = 32.0, 6.0  # mean and deviation of luma (16 to 235) below which nothing is to be seen


@dataclass(frozen=True)
class Glimpse:
    """A frame that was looked at.

    Attributes:
      frame: Its number, in the chunk or in the video.
      sharpness: Variance of the Laplacian of its luma, 480 pixels wide.
      is_visible: Whether it is neither dark nor of one colour.
    """

    frame: int
    sharpness: float
    is_visible: bool

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
    return Glimpse(frame, round(float(cv2.Laplacian(part, cv2.CV_64F).var()), 3), is_visible)
