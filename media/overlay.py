"""Laying drawn text over frames."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from media.planes import RGB_TO_YUV, Planes

Rgba = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Overlay:
    """A sprite as planes: for each of y, u, v the light it adds and the light it lets through.

    Attributes:
      x, y: Place in the frame, even.
      adds: uint8 planes, premultiplied by coverage.
      passes: uint8 planes, 255 where the sprite is transparent.
    """

    x: int
    y: int
    adds: tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8]]
    passes: tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8]]

    @classmethod
    def of(cls, x: int, y: int, rgba: Rgba) -> "Overlay":
        """From a premultiplied RGBA sprite, shape (even, even, 4), at an even place."""
        light = rgba.astype(np.float32)
        alpha: NDArray[np.float32] = light[:, :, 3] / np.float32(255)
        # The offsets of limited range belong to the sprite's share of the pixel only.
        matrix = RGB_TO_YUV.astype(np.float32)
        planes: list[NDArray[np.float32]] = [
            (light[:, :, :3] @ row[:3] + row[3] * alpha).astype(np.float32) for row in matrix
        ]
        half_alpha = _halved(alpha)
        adds = (planes[0], _halved(planes[1]), _halved(planes[2]))
        covers = (alpha, half_alpha, half_alpha)
        return cls(
            x,
            y,
            (_bytes(adds[0]), _bytes(adds[1]), _bytes(adds[2])),
            (
                _bytes(255 - 255 * covers[0]),
                _bytes(255 - 255 * covers[1]),
                _bytes(255 - 255 * covers[2]),
            ),
        )

    def draw(self, onto: Planes, opacity: float = 1.0, dx: int = 0, dy: int = 0) -> None:
        """Blends the sprite over a frame.

        Args:
          opacity: 0..1 fades it.
          dx, dy: How far from its place it is drawn, in even pixels; what is outside is not seen.
        """
        if opacity <= 0:
            return
        planes = zip((onto.y, onto.u, onto.v), self.adds, self.passes, (1, 2, 2), strict=True)
        for plane, adds, passes, divisor in planes:
            x, y = (self.x + dx) // divisor, (self.y + dy) // divisor
            rows, columns = adds.shape
            area = plane[max(y, 0) : max(y + rows, 0), max(x, 0) : max(x + columns, 0)]
            if not area.size:
                return
            inside = slice(max(-y, 0), max(-y, 0) + area.shape[0])
            across = slice(max(-x, 0), max(-x, 0) + area.shape[1])
            adds, passes = adds[inside, across], passes[inside, across]
            if opacity < 1:
                adds = _faded(adds, opacity, 0)
                passes = _faded(passes, opacity, 255 * (1 - opacity))
            kept = cv2.multiply(area, passes, scale=1 / 255)
            area[:] = cv2.add(kept, adds)


def _faded(plane: NDArray[np.uint8], opacity: float, offset: float) -> NDArray[np.uint8]:
    return np.asarray(cv2.convertScaleAbs(plane, alpha=opacity, beta=offset), np.uint8)


def _halved(plane: NDArray[np.float32]) -> NDArray[np.float32]:
    # Left-sited chroma: 1-2-1 round the left column, plain average of the two rows.
    kernel = np.array([0.25, 0.5, 0.25], np.float32)
    across = cv2.filter2D(plane, -1, kernel[None, :], borderType=cv2.BORDER_REPLICATE)
    return np.asarray((across[0::2, 0::2] + across[1::2, 0::2]) / 2, np.float32)


def _bytes(plane: NDArray[np.float32]) -> NDArray[np.uint8]:
    return np.clip(np.rint(plane), 0, 255).astype(np.uint8)
