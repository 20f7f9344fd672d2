"""The picture that stands for the video."""

from pathlib import Path
from typing import Any

from media.run import CLIP_FORMATS, Workspace, compiled, fenced_input


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
