"""Transitions through a mask, which says of each pixel how much of the new shot is seen."""

from collections.abc import Callable
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from media.mixing import Mixer, eased
from media.planes import Bytes, Planes

# Rows that are mixed at once, even. A frame at a time takes three times as long: memory for its
# masks is mapped anew for every frame.
_BAND = 64
_SOFT_LUMA = 110  # code values between what is whole and what is not seen yet
_SOFT_EDGE = 0.02  # of the frame's diagonal
_STEPS = 16  # distances are counted in parts of a pixel

Mask = Callable[[slice], Bytes]
"""The mask of some rows of luma; 255 where the new shot is seen."""


def dissolve(a: Planes, b: Planes, progress: float, onto: Planes) -> None:
    """The bright parts of the new shot come first, the dark ones last."""
    threshold = 255 - progress * (255 + _SOFT_LUMA)
    shares = (np.arange(256) - threshold) / _SOFT_LUMA
    table = np.rint(255 * np.clip(shares, 0, 1)).astype(np.uint8)
    _mix(a, b, onto, lambda rows: np.asarray(cv2.LUT(b.y[rows], table), np.uint8))


def _circle(*, closes: bool) -> Mixer:
    def mix(a: Planes, b: Planes, progress: float, onto: Planes) -> None:
        inside, outside = (a, b) if closes else (b, a)
        share = eased(1 - progress if closes else progress)
        far = _distances(onto.width, onto.height)
        soft = _SOFT_EDGE * np.hypot(onto.width, onto.height) * _STEPS
        radius = float(share * (float(far[0, 0]) + soft))

        def mask(rows: slice) -> Bytes:
            # Subtraction ends at 0 and conversion at 255: what is within the radius, softly.
            depth = cv2.subtract(radius, far[rows])  # type: ignore[call-overload]  # a scalar is one
            return np.asarray(cv2.convertScaleAbs(depth, alpha=255 / soft), np.uint8)

        _mix(outside, inside, onto, mask)

    return mix


circle_open = _circle(closes=False)
"""The new shot is seen in a circle that grows from the middle."""

circle_close = _circle(closes=True)
"""The old shot is seen in a circle that closes towards the middle."""


@lru_cache(maxsize=1)
def _distances(width: int, height: int) -> NDArray[np.uint16]:
    """Of each pixel from the middle of the frame, in sixteenths of a pixel."""
    across = np.arange(width, dtype=np.float32) - (width - 1) / 2
    down = np.arange(height, dtype=np.float32) - (height - 1) / 2
    far = np.rint(_STEPS * np.hypot(across[None, :], down[:, None]))
    return np.asarray(far, np.uint16)


def _mix(below: Planes, above: Planes, onto: Planes, mask: Mask) -> None:
    for top in range(0, onto.height, _BAND):
        rows = slice(top, top + _BAND)
        half = slice(top // 2, top // 2 + _BAND // 2)
        shown = mask(rows)
        _blend(below.y[rows], above.y[rows], shown, onto.y[rows])
        shown = _halved(shown)
        _blend(below.u[half], above.u[half], shown, onto.u[half])
        _blend(below.v[half], above.v[half], shown, onto.v[half])


def _blend(below: Bytes, above: Bytes, shown: Bytes, target: Bytes) -> None:
    cv2.multiply(above, shown, dst=target, scale=1 / 255)
    rest = cv2.multiply(below, cv2.bitwise_not(shown), scale=1 / 255)
    cv2.add(target, rest, dst=target)


def _halved(mask: Bytes) -> Bytes:
    # Left-sited chroma, 1-2-1 round the left column and the average of two rows, is the mean of
    # blocks of two by two pixels and of those one column to the left.
    half = (mask.shape[1] // 2, mask.shape[0] // 2)
    to_the_left = np.hstack([mask[:, :1], mask[:, :-1]])
    blocks = (cv2.resize(m, half, interpolation=cv2.INTER_AREA) for m in (mask, to_the_left))
    return np.asarray(cv2.addWeighted(next(blocks), 0.5, next(blocks), 0.5, 0), np.uint8)
