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

    def draw(self, onto: Planes, opacity: float = 1.0) -> None:
        """Blends the sprite over a frame; opacity 0..1 fades it."""
        if opacity <= 0:
            return
        x, y = self.x, self.y
        places = (
            onto.y[y:, x:],
            onto.u[y // 2 :, x // 2 :],
            onto.v[y // 2 :, x // 2 :],
        )
        for place, adds, passes in zip(places, self.adds, self.passes, strict=True):
            area = place[: adds.shape[0], : adds.shape[1]]
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
