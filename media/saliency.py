"""What stands out in a picture that has no faces."""

import cv2
import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Map = NDArray[np.float32]

_SIDE_PX = 64  # the scale at which the paper looks at pictures; finer ones find texture
_BLUR = 2.5  # standard deviation, in pixels of the map
_WINDOW = 0.4  # of each side: what a subject usually takes up
_FLOOR = 0.01  # of some tens: decides only where nothing stands out
_PRIOR = 0.6  # standard deviation of the bias towards the middle, in half sides


def salient_point(picture: Bytes) -> tuple[float, float]:
    """The middle of what stands out, in 0..1 of width and height; RGB in.

    The spectral residual of lightness and both colours, after Hou and Zhang, "Saliency Detection: A
    Spectral Residual Approach", CVPR 2007: what the logarithm of a picture's spectrum has above
    its own local average is what is not like the rest of the picture. People look at the middle
    first (Tatler, Journal of Vision 7(14), 2007), which decides where nothing else does.
    """
    small = cv2.resize(picture, (_SIDE_PX, _SIDE_PX), interpolation=cv2.INTER_AREA)
    lab = cv2.cvtColor(small.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    salient = np.full((_SIDE_PX, _SIDE_PX), _FLOOR, np.float32)
    for channel in cv2.split(lab):
        salient += _residual(np.asarray(channel, np.float32))
    offs = np.linspace(-1, 1, _SIDE_PX, dtype=np.float32)
    bias = np.exp(-((offs / _PRIOR) ** 2) / 2)
    weighed = np.asarray(salient * bias[:, None] * bias[None, :], np.float32)
    side = round(_WINDOW * _SIDE_PX)
    sums = cv2.boxFilter(weighed, -1, (side, side), borderType=cv2.BORDER_CONSTANT)
    _, _, _, (column, row) = cv2.minMaxLoc(sums)
    top, left = max(0, row - side // 2), max(0, column - side // 2)
    part = salient[top : row + side // 2 + 1, left : column + side // 2 + 1]
    rows, columns = np.indices(part.shape)
    weight = float(part.sum())
    x = left + 0.5 + float((part * columns).sum()) / weight
    y = top + 0.5 + float((part * rows).sum()) / weight
    return x / _SIDE_PX, y / _SIDE_PX


def _residual(channel: Map) -> Map:
    """Saliency by one channel, weighed by how much it varies."""
    spread = float(channel.std())
    if spread < 0.5:  # of 100: what is plain has a residual of rounding errors
        return np.zeros_like(channel)
    spectrum = np.fft.fft2(channel)
    amplitude = np.log(np.abs(spectrum) + 1e-3).astype(np.float32)
    residual = amplitude - cv2.blur(amplitude, (3, 3))
    back = np.fft.ifft2(np.exp(residual + 1j * np.angle(spectrum)))
    power = cv2.GaussianBlur((np.abs(back) ** 2).astype(np.float32), (0, 0), _BLUR)
    return np.asarray(power / power.max() * spread, np.float32)
