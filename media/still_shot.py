"""A still picture as a shot: sized a little larger than it is shown, and sampled along a path."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil, floor

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from media.motion import Motion, View
from media.planes import Planes, split
from media.resample import Axis, Plane

# A still is sampled bilinearly from planes this much larger than shown at the nearest zoom. Not 1.5
# itself: pans would step by exactly that, and few of their views could be resized.
OVERSAMPLING = 1.53
# What the frame cannot show would alias, so the picture is shrunk to its resolution first, with a
# kernel that widens. To a little more: that shrinks once more on the way, and loses contrast then,
# which sharpening gives back: the weight of each neighbour in a kernel of three, for pictures that
# were shrunk, and that were not. All are measured: of photographs, a frame has 0.95 to 1.25 of the
# fine contrast of a bicubic rendering of the same view, and of a zone plate at most 1.2 of its
# false patterns.
_RESOLUTION = 1.06
_SHARPENING, _SHARPENING_WHOLE = 0.125, 0.11
# A movement goes through layers, each for views whose widths differ by this factor at most: farther
# views would alias, and zooms of 4 need planes of 16 times the pixels. Zooms by `ZOOM` have two.
LAYER_ZOOM = 1.08
# Pixels of a layer's luma plane, in pixels of a frame: a slow zoom takes 3.4, a pan up to this.
LAYER_SIZE = 4.5
# Pixels of a layer for each of the picture, along a side: more of them tell nothing more, also when
# a small picture fills the frame.
MAX_DENSITY = 4.0
_MARGIN_PX = 4  # around a layer, for the kernels that size it


@dataclass(frozen=True)
class Part:
    """Whole pixels of a picture."""

    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True, eq=False)
class _Layer:
    """A part of the picture as planes, for the frames before `after`."""

    after: int
    part: Part
    y: Plane
    u: Plane
    v: Plane


class StillShot:
    """A picture that the camera moves over; frames are drawn in ascending order.

    It holds the picture, until it has its last layer, and one layer: whatever the zoom and the
    picture, about `LAYER_SIZE` pixels of luma for each of a frame at most, and half of that of
    chroma. With margins that is 11 bytes for each pixel of a frame, 16 MB at 1080p; while a layer
    is made, 25, and a copy of its part of the picture.

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
        # Of the path alone: a chunk that begins later has the same layers.
        self._ends = tuple(self._stretches())
        self._layer: _Layer | None = None

    def draw(self, frame: int, onto: Planes) -> None:
        layer, view = self._layer_of(frame), self._view(frame)
        height, width = layer.y.shape
        across, down = width / layer.part.width, height / layer.part.height
        step_x, step_y = view.width * across / onto.width, view.height * down / onto.height
        left, top = (view.left - layer.part.left) * across, (view.top - layer.part.top) * down
        # A pixel's centre is half a pixel inside. Output chroma is sited on the left luma column
        # (a quarter of its own width from its edge); source chroma in the middle of its block.
        layer.y.sample(
            Axis(left + 0.5 * step_x - 0.5, step_x), Axis(top + 0.5 * step_y - 0.5, step_y), onto.y
        )
        x = Axis((left + 0.5 * step_x) / 2 - 0.5, step_x)
        y = Axis((top + step_y) / 2 - 0.5, step_y)
        layer.u.sample(x, y, onto.u)
        layer.v.sample(x, y, onto.v)

    def _view(self, frame: int) -> View:
        return self._motion.at(frame / max(self._frames - 1, 1))

    def _layer_of(self, frame: int) -> _Layer:
        if self._layer is None or (frame >= self._layer.after and self._picture is not None):
            self._layer = None  # before the next is made: one at a time
            number = min(bisect_right(self._ends, frame), len(self._ends) - 1)
            first, after = (0, *self._ends)[number], self._ends[number]
            self._layer = self._made([self._view(first), self._view(after - 1)], after)
            if after == self._ends[-1]:
                self._picture = None
        return self._layer

    def _made(self, views: list[View], after: int) -> _Layer:
        if self._picture is None:
            raise ValueError("frames of a still are drawn in ascending order")
        part = self._part(views)
        across, down = self._density(views)
        size = _even(part.width * across), _even(part.height * down)
        rows = slice(part.top, part.top + part.height)
        columns = slice(part.left, part.left + part.width)
        planes = self._planes(self._picture[rows, columns], size)
        width = max(view.width for view in views) * size[0] / part.width
        height = max(view.height for view in views) * size[1] / part.height
        step = max(width / self._size[0], height / self._size[1])
        return _Layer(after, part, *(Plane.of(plane, step) for plane in planes))

    def _planes(
        self, picture: NDArray[np.uint8], size: tuple[int, int]
    ) -> tuple[NDArray[np.uint8], ...]:
        if self._motion.is_still:
            return split(_shrunk(picture, size), size)
        width, height = (max(1, round(side * _RESOLUTION / OVERSAMPLING)) for side in size)
        shrunk = _shrunk(picture, (width, height))
        y, u, v = split(shrunk, size)
        weight = _SHARPENING_WHOLE if shrunk is picture else _SHARPENING
        kernel = np.array([-weight, 1 + 2 * weight, -weight], np.float32)
        return np.asarray(cv2.sepFilter2D(y, -1, kernel, kernel), np.uint8), u, v

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
        width, height = self._size
        if self._motion.is_still:
            return width / views[0].width, height / views[0].height
        return (
            min(OVERSAMPLING * width / min(view.width for view in views), MAX_DENSITY),
            min(OVERSAMPLING * height / min(view.height for view in views), MAX_DENSITY),
        )

    def _part(self, views: list[View]) -> Part:
        """What views show together, with those between them."""
        if self._motion.is_still:
            return _whole(views[0], self._whole)
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


def _shrunk(picture: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    if size[0] >= picture.shape[1]:
        return picture
    # Pillow widens its kernel when it shrinks: as sharp as bicubic can be without aliasing.
    return np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.BICUBIC))


def _even(value: float) -> int:
    return max(2, round(value / 2) * 2)
