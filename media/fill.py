"""Whole pictures in frames of another shape: on black, or on a blurred copy of themselves."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

# Pixels of the canvas along a side, for each of the frame: what the nearest zooms have use for.
_DENSITY = 2
# The blur is made at this share of the size, where a small one is a large one.
_SHARE, _SIGMA = 8, 4.0
_DARKER = 20  # of 255: a little darker than the picture, which then stands out


@dataclass(frozen=True, eq=False)
class Canvas:
    """A picture of the shape of the frame.

    Attributes:
      picture: RGB.
      left, top, width, height: Where the whole picture stands in it, as shares of it.
    """

    picture: NDArray[np.uint8]
    left: float
    top: float
    width: float
    height: float

    def point(self, x: float, y: float) -> tuple[float, float]:
        """A point of the picture that stands in it, both as shares."""
        return self.left + x * self.width, self.top + y * self.height


def filled(picture: NDArray[np.uint8], frame: tuple[int, int], fit: str) -> Canvas:
    """Puts a picture (RGB) on a canvas of the shape of a frame: `blur` or `letterbox`.

    The canvas has at most twice the frame's pixels along a side, whatever the picture's shape.
    """
    height, width = picture.shape[:2]
    scale = min(frame[0] / width, frame[1] / height)  # at which it just fits into the frame
    density = min(_DENSITY, 1 / scale)
    across, down = (max(2, round(side * density)) for side in frame)
    inner = (
        min(across, max(1, round(width * scale * density))),
        min(down, max(1, round(height * scale * density))),
    )
    canvas = np.zeros((down, across, 3), np.uint8)
    if fit == "blur":
        canvas = _blurred(picture, (across, down))
    left, top = (across - inner[0]) // 2, (down - inner[1]) // 2
    shown = np.asarray(Image.fromarray(picture).resize(inner, Image.Resampling.BICUBIC))
    canvas[top : top + inner[1], left : left + inner[0]] = shown
    shares = (left / across, top / down, inner[0] / across, inner[1] / down)
    return Canvas(canvas, *shares)


def _blurred(picture: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    """The middle of a picture, blurred and darker, at this size."""
    height, width = picture.shape[:2]
    scale = max(size[0] / width, size[1] / height)
    kept = min(width, max(1, round(size[0] / scale))), min(height, max(1, round(size[1] / scale)))
    left, top = (width - kept[0]) // 2, (height - kept[1]) // 2
    middle = picture[top : top + kept[1], left : left + kept[0]]
    small = (max(2, size[0] // _SHARE), max(2, size[1] // _SHARE))
    soft = cv2.GaussianBlur(cv2.resize(middle, small, interpolation=cv2.INTER_AREA), (0, 0), _SIGMA)
    darker = cv2.subtract(soft, np.full_like(soft, _DARKER))
    return np.asarray(cv2.resize(darker, size, interpolation=cv2.INTER_CUBIC), np.uint8)
