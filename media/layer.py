"""Layers of a still: a part of the picture as planes, prepared for the frames of a stretch."""

from dataclasses import dataclass
from math import ceil
from typing import Protocol

import cv2
import numpy as np
from PIL import Image

from media.detail import Material
from media.motion import View
from media.planes import Bytes, Planes
from media.resample import Axis


class Layer(Protocol):
    """The frames of a stretch of a movement."""

    def draw(self, view: View, onto: Planes, /) -> None:
        """Fills a frame with what is seen in this part of the picture."""


@dataclass(frozen=True, eq=False)
class HeldLayer:
    """The one frame of a view that does not move."""

    frame: Planes

    @classmethod
    def of(cls, material: Material, size: tuple[int, int]) -> "HeldLayer":
        """All of a material, sized."""
        frame = Planes.blank(*size)
        y, u, v = material.planes
        frame.y[:] = _sized(y, size)
        half = size[0] // 2, size[1] // 2
        # Chroma is sited half a pixel of the frame before the middle of its own.
        off = material.part.width / size[0] / material.pixels / material.chroma / 2
        frame.u[:], frame.v[:] = (_sized(plane, half, off) for plane in (u, v))
        return cls(frame)

    def draw(self, _view: View, onto: Planes) -> None:
        onto.data[:] = self.frame.data


def luma_axes(left: float, top: float, step_x: float, step_y: float) -> tuple[Axis, Axis]:
    """Samples of a view that begins there, in pixels of a plane of luma."""
    # A pixel's centre is half a pixel inside.
    return Axis(left + 0.5 * step_x - 0.5, step_x), Axis(top + 0.5 * step_y - 0.5, step_y)


def chroma_axes(
    left: float, top: float, step_x: float, step_y: float, by: int
) -> tuple[Axis, Axis]:
    """The same of planes that have a pixel for so many of luma, along a side."""
    # Output chroma is sited on the left luma column (a quarter of its own width from its edge);
    # source chroma in the middle of its block.
    return (
        Axis((left + 0.5 * step_x) / by - 0.5, step_x * 2 / by),
        Axis((top + step_y) / by - 0.5, step_y * 2 / by),
    )


def _sized(plane: Bytes, size: tuple[int, int], before: float = 0.0) -> Bytes:
    """A plane from a place a little before its left edge on."""
    height, width = plane.shape
    more = ceil(before)
    wide = cv2.copyMakeBorder(plane, 0, 0, more, 0, cv2.BORDER_REPLICATE)
    box = (more - before, 0, more - before + width, height)
    # Pillow widens its kernel when it shrinks: as sharp as bicubic can be without aliasing.
    image = Image.fromarray(np.asarray(wide, np.uint8))
    return np.asarray(image.resize(size, Image.Resampling.BICUBIC, box=box))
