"""The layer of a zoom, which is sampled anew for each frame."""

from dataclasses import dataclass

import cv2
import numpy as np

from media.detail import Material, Part
from media.layer import chroma_axes, luma_axes
from media.motion import View
from media.planes import Bytes, Planes
from media.resample import Plane

# Planes are sampled bilinearly, and are this much larger than shown at the nearest zoom. Not 1.5
# itself: few views could be resized from whole pixels.
OVERSAMPLING = 1.53
# Pixels of a layer for each of the picture, along a side: more of them tell nothing more, also when
# a small picture fills the frame.
MAX_DENSITY = 4.0
# Sizing and sampling take contrast, which sharpening gives back: the weight of each neighbour in a
# kernel of three, for pictures that are not shrunk, and by fineness for those that are: the less
# fine a picture is, the more of its finest contrast sizing takes. All are measured: of photographs,
# a frame has 0.95 to 1.2 of the fine contrast of a bicubic rendering of the same view, and of a
# zone plate at most 1.25 of its false patterns.
_SHARPENING_WHOLE = 0.11
_FINENESS, _SHARPENING = (1.4, 2.2), (0.11, 0.085)


@dataclass(frozen=True, eq=False)
class ZoomLayer:
    """A part of a picture; `size` is that of its luma, without margins."""

    part: Part
    size: tuple[int, int]
    y: Plane
    u: Plane
    v: Plane

    @classmethod
    def of(
        cls, picture: Bytes, part: Part, views: list[View], frame: tuple[int, int]
    ) -> "ZoomLayer":
        """From the part (RGB) that holds these views, for frames of this size."""
        fineness = min(view.width for view in views) / frame[0]
        sharpening = float(np.interp(fineness, _FINENESS, _SHARPENING))
        material = Material.shown(picture, part, fineness, sharpening, fineness / OVERSAMPLING)
        part = material.part
        across, down = zoom_density(views, frame)
        size = _even(part.width * across), _even(part.height * down)
        widest = max(view.width for view in views) * size[0] / part.width / frame[0]
        tallest = max(view.height for view in views) * size[1] / part.height / frame[1]
        step = max(widest, tallest)
        luma = Plane.of(_luma(material, size), step)
        half = (size[0] // 2, size[1] // 2)
        u, v = (Plane.of(_sized(material, plane, half), step) for plane in material.planes[1:])
        return cls(part, size, luma, u, v)

    def draw(self, view: View, onto: Planes) -> None:
        part = self.part
        across, down = self.size[0] / part.width, self.size[1] / part.height
        place = (view.left - part.left) * across, (view.top - part.top) * down
        steps = view.width * across / onto.width, view.height * down / onto.height
        self.y.sample(*luma_axes(*place, *steps), onto.y)
        axes = chroma_axes(*place, *steps, 2)
        self.u.sample(*axes, onto.u)
        self.v.sample(*axes, onto.v)


def zoom_density(views: list[View], frame: tuple[int, int]) -> tuple[float, float]:
    """Pixels of a layer for each of the picture, across and down."""
    return (
        min(OVERSAMPLING * frame[0] / min(view.width for view in views), MAX_DENSITY),
        min(OVERSAMPLING * frame[1] / min(view.height for view in views), MAX_DENSITY),
    )


def _luma(material: Material, size: tuple[int, int]) -> Bytes:
    y = _sized(material, material.planes[0], size)
    if material.is_shrunk:
        return y  # it is sharp already
    aside = -_SHARPENING_WHOLE
    kernel = np.array([aside, 1 - 2 * aside, aside], np.float32)
    return np.asarray(cv2.sepFilter2D(y, -1, kernel, kernel), np.uint8)


def _sized(material: Material, plane: Bytes, size: tuple[int, int]) -> Bytes:
    is_less = size[0] < plane.shape[1] and not material.is_shrunk
    how = cv2.INTER_AREA if is_less else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(plane, size, interpolation=how), np.uint8)


def _even(value: float) -> int:
    return max(2, round(value / 2) * 2)
