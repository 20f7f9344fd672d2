"""Some seconds of the film that move by themselves: GIF and animated WebP."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import ffmpeg
from PIL import Image

from jobs.errors import QualityMissed
from media.run import CLIP_FORMATS, Workspace, compiled, fenced_input

LONGEST_S, EXCERPTS = Fraction(6), 4
WIDEST = 480  # pixels of the longer side
# Frames of a GIF last whole hundredths of a second.
_FRAMES_A_SECOND = {"gif": Fraction(25, 2), "webp": Fraction(15)}
WEBP_QUALITY = 85  # at 70 and 75, skies fall into squares


@dataclass(frozen=True)
class Excerpt:
    """A part of the film, in seconds."""

    start_s: Fraction
    length_s: Fraction


def excerpts(clear: Sequence[tuple[int, int]], frames: int, rate: Fraction) -> tuple[Excerpt, ...]:
    """What is shown: all of a short film, else the middles of up to four scenes, spread over it.

    Args:
      clear: As `media.clear` finds them.
      frames: Length of the film.
    """
    if frames <= LONGEST_S * rate:
        return (Excerpt(Fraction(0), frames / rate),)
    if not clear:
        return (Excerpt(Fraction(0), LONGEST_S),)
    count = min(EXCERPTS, len(clear))
    spread = [clear[number * len(clear) // count] for number in range(count)]
    most = LONGEST_S / count
    found = []
    for start, end in spread:
        length = min(most, (end - start) / rate)
        found.append(Excerpt(Fraction(start + end, 2) / rate - length / 2, length))
    return tuple(found)


def make_preview(
    space: Workspace, film: Path, kind: str, size: tuple[int, int], shown: Sequence[Excerpt]
) -> Path:
    """Writes preview.gif or preview.webp, which repeats for ever, into the work folder.

    Raises:
      QualityMissed: What came out does not move, or not for as long.
    """
    space.run(compiled(preview_graph(film, kind, preview_size(size), shown), "error"))
    path = space.folder / f"preview.{kind}"
    planned_s = float(sum(one.length_s for one in shown))
    with Image.open(path) as picture:
        lengths = list[int]()
        for number in range(getattr(picture, "n_frames", 1)):
            picture.seek(number)
            picture.load()
            lengths.append(int(picture.info.get("duration", 0)))
    seconds = sum(lengths) / 1000
    # A frame of each excerpt may begin or not, and a picture that stands still is one frame.
    if abs(seconds - planned_s) > 0.1 * (len(shown) + 1):
        raise QualityMissed(f"{path.name} lasts {seconds:.2f} s instead of {planned_s:.2f} s")
    return path


def preview_size(size: tuple[int, int]) -> tuple[int, int]:
    """Width and height, both even, no larger than the film."""
    share = min(Fraction(1), Fraction(WIDEST, max(size)))
    width, height = (max(2, 2 * round(side * share / 2)) for side in size)
    return width, height


def preview_graph(film: Path, kind: str, size: tuple[int, int], shown: Sequence[Excerpt]) -> Any:
    """The FFmpeg graph. A GIF has 256 colours, chosen for what moves in it."""
    parts = [
        fenced_input(
            film, CLIP_FORMATS, ss=f"{float(one.start_s):.6f}", t=f"{float(one.length_s):.6f}"
        ).video
        for one in shown
    ]
    frames = _FRAMES_A_SECOND[kind]
    joined = (ffmpeg.concat(*parts) if parts[1:] else parts[0]).filter(
        "fps", f"{frames.numerator}/{frames.denominator}"
    )
    small = joined.filter("scale", *size, flags="lanczos", in_color_matrix="bt709")
    if kind == "webp":
        return small.output(
            "preview.webp", format="webp", vcodec="libwebp_anim", loop=0,
            quality=WEBP_QUALITY, map_metadata=-1,
        )  # fmt: skip
    both = small.filter_multi_output("split")
    palette = both[0].filter("palettegen", stats_mode="full")
    drawn = ffmpeg.filter(
        [both[1], palette], "paletteuse", dither="bayer", bayer_scale=3, diff_mode="rectangle"
    )
    return drawn.output("preview.gif", format="gif", loop=0, map_metadata=-1, fflags="+bitexact")
