"""The layer of a pan, whose frames are all the same samples, moved.

They are made once, several for each pixel of the frame along the way, and a frame is a mixture of
the two that are nearest to each of its pixels. That takes a fifth of the time of sampling.
"""

from dataclasses import dataclass
from math import ceil

import cv2
import numpy as np

from media.detail import Material, Part
from media.layer import chroma_axes, luma_axes
from media.motion import Motion, View
from media.planes import Bytes, Planes
from media.resample import CUBIC, Axis, Plane

# Halfway between two samples the finest contrast is less by a seventh, and that of detail twice as
# large by a thirtieth.
PHASES = 3
# Sizing takes a little contrast, which sharpening gives back: the weight of each neighbour in a
# kernel of three at this distance, in pixels of the frame. Measured as for zooms.
_SHARPENING, _SPACING = 0.02, 0.65


@dataclass(frozen=True, eq=False)
class PanLayer:
    """Frames side by side or below each other, and between their pixels.

    Attributes:
      is_down: Whether the camera moves along a column, not along a row.
      first: Where the layer begins.
      y, u, v: For each phase a plane that begins so many parts of a pixel of the frame further.
    """

    is_down: bool
    first: View
    y: tuple[Bytes, ...]
    u: tuple[Bytes, ...]
    v: tuple[Bytes, ...]

    @classmethod
    def of(
        cls,
        picture: Bytes,
        part: Part,
        views: list[View],
        frame: tuple[int, int],
        *,
        is_down: bool,
    ) -> "PanLayer":
        """From the part (RGB) that holds these views, of frames of this size."""
        first, last = sorted(views, key=lambda view: (view.left, view.top))
        fineness = first.width / frame[0]
        material = Material.shown(picture, part, fineness, _SHARPENING, _SPACING * fineness)
        place = material.at(first.left, first.top)
        steps = (
            first.width / frame[0] / material.pixels,
            first.height / frame[1] / material.pixels,
        )
        gone = (last.top - first.top) * frame[1] / first.height
        if not is_down:
            gone = (last.left - first.left) * frame[0] / first.width
        luma = _phases(material.planes[0], *luma_axes(*place, *steps), frame, gone, is_down=is_down)
        axes = chroma_axes(*place, *steps, material.chroma)
        half = frame[0] // 2, frame[1] // 2
        u, v = (
            _phases(plane, *axes, half, gone / 2, is_down=is_down) for plane in material.planes[1:]
        )
        return cls(is_down, first, luma, u, v)

    def draw(self, view: View, onto: Planes) -> None:
        gone = (view.left - self.first.left) * onto.width / view.width
        if self.is_down:
            gone = (view.top - self.first.top) * onto.height / view.height
        at = max(0.0, gone * PHASES)
        self._mix(self.y, at, onto.y)
        self._mix(self.u, at / 2, onto.u)
        self._mix(self.v, at / 2, onto.v)

    def _mix(self, phases: tuple[Bytes, ...], at: float, onto: Bytes) -> None:
        whole = int(at)
        near, far = (
            self._shown(phases[number % PHASES], number // PHASES, onto.shape)
            for number in (whole, whole + 1)
        )
        cv2.addWeighted(near, 1 + whole - at, far, at - whole, 0, dst=onto)

    def _shown(self, phase: Bytes, first: int, shape: tuple[int, ...]) -> Bytes:
        rows, columns = shape
        return phase[first : first + rows] if self.is_down else phase[:, first : first + columns]


def is_pan(motion: Motion) -> bool:
    """Whether all views are of one size, and along a row or a column."""
    start, end = motion.start, motion.end
    is_straight = start.left == end.left or start.top == end.top
    return (start.width, start.height) == (end.width, end.height) and is_straight


def pan_density(view: View, frame: tuple[int, int], *, is_down: bool) -> tuple[float, float]:
    """Samples for each pixel of the picture, across and down."""
    across, down = frame[0] / view.width, frame[1] / view.height
    return (across, PHASES * down) if is_down else (PHASES * across, down)


def _phases(
    plane: Bytes, x: Axis, y: Axis, frame: tuple[int, int], gone: float, *, is_down: bool
) -> tuple[Bytes, ...]:
    columns, rows = frame
    more = ceil(gone) + 2  # for the phase after the last, and for rounding
    source = Plane.of(plane, max(x.step, y.step))
    if is_down:
        seen = np.empty(((rows + more) * PHASES, columns), np.uint8)
        source.sample(x, Axis(y.at, y.step / PHASES), seen, CUBIC)
        return tuple(np.ascontiguousarray(seen[phase::PHASES]) for phase in range(PHASES))
    seen = np.empty((rows, (columns + more) * PHASES), np.uint8)
    source.sample(Axis(x.at, x.step / PHASES), y, seen, CUBIC)
    phases = cv2.split(seen.reshape(rows, -1, PHASES))
    return tuple(np.asarray(phase, np.uint8) for phase in phases)
