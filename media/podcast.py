"""The sound of the film alone, as players of podcasts want it."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import ffmpeg

from media.chapters import Chapter, with_chapters
from media.run import CLIP_FORMATS, Workspace, compiled, fenced_input


def make_podcast(
    space: Workspace,
    film: Path,
    cover: Path,
    title: str | None,
    chapters: Sequence[Chapter],
    rate: Fraction,
) -> Path:
    """Writes final.m4a into the work folder: the sound copied, so as loud as it was.

    Args:
      cover: A JPEG.
    """
    output = ffmpeg.output(
        fenced_input(film, CLIP_FORMATS).audio,
        fenced_input(cover, "image2,jpeg_pipe").video,
        "final.m4a",
        format="ipod",
        acodec="copy",
        vcodec="copy",
        fflags="+bitexact",
        map_metadata=-1,
        movflags="+faststart",
        **{"disposition:v:0": "attached_pic"},
        **({"metadata": f"title={title}"} if title else {}),
        **({} if chapters else {"map_chapters": -1}),
    )
    space.run(with_chapters(space, compiled(output, "warning"), chapters, rate))
    return space.folder / "final.m4a"
