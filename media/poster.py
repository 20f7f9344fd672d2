"""The picture that stands for the video: a sharp one near its beginning."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from media.glimpse import Glimpse
from media.run import CLIP_FORMATS, Workspace, compiled, fenced_input

SEARCHED_S = 60  # further on, pictures tell more of the end than a poster should
SHARP_ENOUGH = 0.5  # of the sharpest: then the earlier one is taken. Blur leaves less


def poster_frame(
    glimpses: Sequence[Glimpse], rate: Fraction, clear: Sequence[tuple[int, int]], frames: int
) -> int:
    """Which frame to show: in the first minute, the first that is about as sharp as the sharpest.

    Where nothing is to be seen, it is the middle of what is clear first.

    Args:
      glimpses: Of frames of the video, in order.
      clear: As `media.clear` finds them; no other frames are shown.
      frames: Length of the video.
    """
    seen = [
        one
        for one in glimpses
        if one.is_visible
        and one.frame < SEARCHED_S * rate
        and any(start <= one.frame < end for start, end in clear)
    ]
    if not seen:
        return next(((start + end) // 2 for start, end in clear), frames // 2)
    least = SHARP_ENOUGH * max(one.sharpness for one in seen)
    return next(one.frame for one in seen if one.sharpness >= least)


def make_poster(space: Workspace, video: Path, at_s: float) -> Path:
    """Writes poster.jpg, the frame shown at that time, into the work folder."""
    space.run(compiled(poster_graph(video, at_s), "error"))
    return space.folder / "poster.jpg"


def poster_graph(video: Path, at_s: float) -> Any:
    """FFmpeg graph: one frame as a JPEG of high quality, in full range as JPEG has it."""
    frame = fenced_input(video, CLIP_FORMATS, ss=f"{at_s:.6f}").video.filter(
        "scale", in_color_matrix="bt709", out_color_matrix="bt601", out_range="pc"
    )
    return frame.output(
        "poster.jpg",
        **{"frames:v": 1, "q:v": 2, "update": 1},
        format="image2",
        pix_fmt="yuvj420p",
        fflags="+bitexact",
        map_metadata=-1,
        **{"flags:v": "+bitexact"},
    )
