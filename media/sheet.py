"""Frames of the film on one page, each with its time."""

import io
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from media.run import CLIP_FORMATS, Workspace, compiled, fenced_input

EVERY_S = 2  # at least so far apart
FEWEST, MOST, COLUMNS = 4, 24, 4
CELL, GAP, LABEL = 320, 8, 26  # pixels: longer side of a frame, space around, height of its time
PAPER, INK = "#14161a", "#e8eaed"
JPEG_QUALITY = 88


def sheet_frames(frames: int, rate: Fraction, clear: Sequence[tuple[int, int]]) -> tuple[int, ...]:
    """The frames that are shown: evenly spread, but none of a transition where one is clear near.

    Args:
      frames: Length of the film.
      clear: As `media.clear` finds them.
    """
    count = min(max(FEWEST, int(frames / rate / EVERY_S)), MOST, frames)
    count -= count % COLUMNS if count > COLUMNS else 0  # no gaps in the last row
    middles = [(2 * number + 1) * frames // (2 * count) for number in range(count)]
    return tuple(_clear_of(middle, frames // (2 * count), clear) for middle in middles)


def _clear_of(frame: int, reach: int, clear: Sequence[tuple[int, int]]) -> int:
    """The nearest frame in which one scene alone is seen; the frame itself where none is near."""
    nearest = [min(max(frame, start), end - 1) for start, end in clear]
    best = min(nearest, key=lambda one: abs(one - frame), default=frame)
    return best if abs(best - frame) < reach else frame


def make_sheet(
    space: Workspace, film: Path, size: tuple[int, int], shown: Sequence[int], rate: Fraction
) -> Path:
    """Writes sheet.jpg, with these frames, into the work folder."""
    share = Fraction(CELL, max(size))
    width, height = (max(2, 2 * round(side * share / 2)) for side in size)
    rows = -(-len(shown) // COLUMNS)
    across = min(COLUMNS, len(shown))
    page = Image.new(
        "RGB", (GAP + across * (width + GAP), GAP + rows * (height + LABEL + GAP)), PAPER
    )
    draw = ImageDraw.Draw(page)
    font = ImageFont.load_default(LABEL * 0.65)  # digits: the one that Pillow has in it will do
    for number, frame in enumerate(shown):
        row, column = divmod(number, COLUMNS)
        left, top = GAP + column * (width + GAP), GAP + row * (height + LABEL + GAP)
        page.paste(_frame(space, film, frame, rate, (width, height)), (left, top))
        middle = (left + width // 2, top + height + LABEL // 2)
        draw.text(middle, clock(frame / rate), INK, font, "mm")
    path = space.folder / "sheet.jpg"
    page.save(path, quality=JPEG_QUALITY, optimize=True)
    return path


def clock(seconds: Fraction) -> str:
    """A time as people write it: `0:07.5`, `1:02:03.0`."""
    tenths = int(seconds * 10)
    minutes, tenths = divmod(tenths, 600)
    hours, minutes = divmod(minutes, 60)
    told = f"{minutes}:{tenths // 10:02}.{tenths % 10}"
    return f"{hours}:{told:0>7}" if hours else told


def _frame(
    space: Workspace, film: Path, frame: int, rate: Fraction, size: tuple[int, int]
) -> Image.Image:
    """One frame. A process each: all at once would be as many decoders of the whole size."""
    at_s = max(0.0, float((frame - Fraction(1, 4)) / rate))
    picture = fenced_input(film, CLIP_FORMATS, ss=f"{at_s:.6f}").video.filter(
        "scale", *size, flags="area", in_color_matrix="bt709"
    )
    output = picture.output("pipe:1", **{"frames:v": 1}, format="image2", vcodec="bmp")
    drawn = space.run(compiled(output, "error"), capture=True).stdout
    return Image.open(io.BytesIO(drawn)).convert("RGB")
