"""Whether there is anything to be seen: one colour alone is nothing."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from media.run import CLIP_FORMATS, Workspace, compiled, fenced_input

SHADES = 6  # of 256, between the brightest and the darkest: what compression makes of one colour
_LOOKS_A_SECOND = 2
_SIDE = 480  # pixels; smaller, and a star is lost between its neighbours


def is_blank(pictures: NDArray[np.uint8]) -> bool:
    """Whether a picture is of one colour, or each of several, of any: shape (..., height, width,
    channels)."""
    darkest, brightest = pictures.min(axis=(-3, -2)), pictures.max(axis=(-3, -2))
    return bool((brightest - darkest).max() <= SHADES)


def is_blank_clip(space: Workspace, path: Path, width: int, height: int) -> bool:
    """Whether every picture of a clip, looked at twice a second, is of one colour.

    Args:
      width, height: Of the clip.

    Raises:
      ToolFailed: It cannot be decoded.
    """
    scale = min(1.0, _SIDE / max(width, height))
    across, down = max(1, round(width * scale)), max(1, round(height * scale))
    clip = fenced_input(path, CLIP_FORMATS).video
    looks = clip.filter("fps", _LOOKS_A_SECOND).filter("scale", across, down, flags="area")
    command = looks.output("pipe:1", format="rawvideo", pix_fmt="rgb24")
    seen = space.run(compiled(command, "error"), capture=True).stdout
    pictures = np.frombuffer(seen, np.uint8).reshape(-1, down, across, 3)
    return len(pictures) > 0 and is_blank(pictures)
