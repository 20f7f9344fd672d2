"""A crossfade that goes out of focus halfway."""

import math

import cv2
import numpy as np

from media.planes import Bytes, Planes

_WIDEST = 0.018  # radius of the blur halfway, of the frame's longer side


def blur_fade(a: Planes, b: Planes, progress: float, onto: Planes) -> None:
    """Both shots become less sharp as they mix, and sharp again."""
    cv2.addWeighted(a.data, 1 - progress, b.data, progress, 0, dst=onto.data)
    radius = _WIDEST * max(onto.width, onto.height) * math.sin(math.pi * progress)
    side = 2 * round(radius / 2) + 1  # in samples of chroma
    if side < 3:
        return
    small = (onto.width // 2, onto.height // 2)
    # What is blurred has no fine detail: half the size is enough, at a quarter the time.
    luma = np.asarray(cv2.resize(onto.y, small, interpolation=cv2.INTER_AREA), np.uint8)
    _blur(luma, side)
    cv2.resize(luma, (onto.width, onto.height), dst=onto.y, interpolation=cv2.INTER_LINEAR)
    _blur(onto.u, side)
    _blur(onto.v, side)


def _blur(plane: Bytes, side: int) -> None:
    # Two boxes make a tent, which shows no squares as one box does.
    for _ in range(2):
        cv2.blur(plane, (side, side), dst=plane, borderType=cv2.BORDER_REPLICATE)
