"""A still picture as a shot: the camera moves over it along a path."""

from bisect import bisect_right
from collections.abc import Iterator
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray

from media.detail import Material, Part
from media.layer import HeldLayer, Layer
from media.motion import Motion, View
from media.pan_layer import PanLayer, is_pan, pan_density
from media.planes import Planes
from media.zoom_layer import ZoomLayer, zoom_density

# A movement goes through layers, each for views whose widths differ by this factor at most: farther
# views would alias, and zooms of 4 need planes of 16 times the pixels. Zooms by `ZOOM` have two.
LAYER_ZOOM = 1.08
# Pixels of a layer's luma plane, in pixels of a frame: a slow zoom takes 2.7, a pan up to this.
LAYER_SIZE = 4.5
_MARGIN_PX = 8  # around a layer, for the kernels that filter and size it


class StillShot:
    """A picture that the camera moves over; frames are drawn in ascending order.

    It holds the picture, until it has its last layer, and one layer: whatever the zoom and the
    picture, about `LAYER_SIZE` pixels of luma for each of a frame at most, and half of that of
    chroma. With margins that is 8 bytes for each pixel of a frame, 16 MB at 1080p; while a layer
    is made, 16, and a copy of its part of the picture.

    Args:
      picture: RGB, shape (height, width, 3).
      motion: In pixels of the picture, of the frames' shape.
      frames: Length of the movement, in frames.
    """

    def __init__(
        self, picture: NDArray[np.uint8], width: int, height: int, motion: Motion, frames: int
    ) -> None:
        self._picture: NDArray[np.uint8] | None = picture
        self._whole = Part(0, 0, picture.shape[1], picture.shape[0])
        self._size = (width, height)
        self._motion = motion
        self._frames = frames
        self._is_pan = is_pan(motion)
        self._is_down = motion.start.left == motion.end.left
        # Of the path alone: a chunk that begins later has the same layers.
        self._ends = tuple(self._stretches())
        self._after = 0
        self._layer: Layer | None = None

    def draw(self, frame: int, onto: Planes) -> None:
        self._layer_of(frame).draw(self._view(frame), onto)

    def _view(self, frame: int) -> View:
        return self._motion.at(frame / max(self._frames - 1, 1))

    def _layer_of(self, frame: int) -> Layer:
        if self._layer is None or (frame >= self._after and self._picture is not None):
            self._layer = None  # before the next is made: one at a time
            number = min(bisect_right(self._ends, frame), len(self._ends) - 1)
            first, self._after = (0, *self._ends)[number], self._ends[number]
            self._layer = self._made([self._view(first), self._view(self._after - 1)])
            if self._after == self._ends[-1]:
                self._picture = None
        return self._layer

    def _made(self, views: list[View]) -> Layer:
        picture, size = self._picture, self._size
        if picture is None:
            raise ValueError("frames of a still are drawn in ascending order")
        if self._motion.is_still:
            part = _whole(views[0], self._whole)
            # Of a fine picture that is a part of a pixel of the frame less, and half the memory.
            is_fine = part.width >= 2 * size[0]
            how, part = (Material.halved, part.even(2)) if is_fine else (Material.whole, part)
            return HeldLayer.of(how(picture, part), size)
        part = self._part(views)
        if self._is_pan:
            return PanLayer.of(picture, part, views, size, is_down=self._is_down)
        return ZoomLayer.of(picture, part, views, size)

    def _stretches(self) -> Iterator[int]:
        """The frames at which layers end."""
        first = 0
        while first < self._frames:
            low, high = first + 1, self._frames
            while low < high:  # the longer it gets, the less it fits
                middle = (low + high + 1) // 2
                low, high = (middle, high) if self._fits(first, middle - 1) else (low, middle - 1)
            yield low
            first = low

    def _fits(self, first: int, last: int) -> bool:
        views = [self._view(first), self._view(last)]
        widths = [view.width for view in views]
        left, top, right, bottom = _hull(views)
        across, down = self._density(views)
        pixels = (right - left) * across * (bottom - top) * down
        return (
            max(widths) <= LAYER_ZOOM * min(widths)
            and pixels <= LAYER_SIZE * self._size[0] * self._size[1]
        )

    def _density(self, views: list[View]) -> tuple[float, float]:
        """Pixels of a layer for each of the picture, by the nearest view."""
        if self._is_pan:
            return pan_density(views[0], self._size, is_down=self._is_down)
        return zoom_density(views, self._size)

    def _part(self, views: list[View]) -> Part:
        """What views show together, with those between them."""
        left, top, right, bottom = _hull(views)
        across, down = (ceil(_MARGIN_PX * max(1.0, 1 / d)) for d in self._density(views))
        first, upper = max(0, floor(left) - across), max(0, floor(top) - down)
        last = min(self._whole.width, ceil(right) + across)
        lower = min(self._whole.height, ceil(bottom) + down)
        return Part(first, upper, last - first, lower - upper)


def _hull(views: list[View]) -> tuple[float, float, float, float]:
    return (
        min(view.left for view in views),
        min(view.top for view in views),
        max(view.left + view.width for view in views),
        max(view.top + view.height for view in views),
    )


def _whole(view: View, picture: Part) -> Part:
    """A view that does not move, in whole pixels: it is shown as it was sized, pixel by pixel."""
    across, down = max(1, round(view.width)), max(1, round(view.height))
    left = min(round(view.left), picture.width - across)
    top = min(round(view.top), picture.height - down)
    return Part(max(0, left), max(0, top), across, down)
