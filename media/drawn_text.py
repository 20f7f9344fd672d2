"""Lines of text drawn once, from which titles and lower thirds are made."""

from collections.abc import Sequence
from dataclasses import dataclass

from media.ass import Page
from media.plates import Bytes, draw_pages, rgba_of
from media.run import Workspace
from media.set_line import (
    EmojiPlace,
    SetLine,
    find_gaps,
    line_text,
    marked_page,
    paste_emoji,
    raised,
)
from media.sprite import Area, Rgba, Sprite, inked_area


@dataclass(frozen=True, eq=False)
class DrawnText:
    """Text as a picture, and the characters that no installed font could draw."""

    sprite: Sprite
    missing_glyphs: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class DrawnLines:
    """Lines as libass drew them.

    Attributes:
      page: A band of the frame, all of its width, in the channels of a page.
      places: Emoji, which are missing on the page, in its pixels.
      top: Row of the frame at which the band begins, even.
    """

    page: Bytes
    places: tuple[EmojiPlace, ...]
    top: int
    missing_glyphs: tuple[str, ...]


def draw_lines(
    space: Workspace, frame_size: tuple[int, int], lines: Sequence[SetLine], margin_px: float
) -> DrawnLines:
    """Draws lines in one FFmpeg run, with a margin above and below them.

    Raises:
      ToolMissing, ToolFailed, TimedOut, ResourceLimit, Cancelled.
    """
    width, height = frame_size
    rows = band(lines, margin_px, width, height)
    moved = raised(lines, rows.top)
    pages = [Page(tuple(line_text(line) for line in moved)), marked_page(moved)]
    fonts = [font for line in moved for font in line.fonts]
    with draw_pages(space, width, rows.bottom - rows.top, pages, fonts) as plates:
        page = plates.next()
        places = find_gaps(plates.next(), moved)
        return DrawnLines(page, places, rows.top, plates.missing_glyphs())


def band(lines: Sequence[SetLine], margin_px: float, width: int, height: int) -> Area:
    """The rows of the frame that lines can touch: less is drawn and piped than the frame."""
    top = min(line.baseline - line.ascent_px for line in lines)
    bottom = max(line.baseline + line.descent_px for line in lines)
    top, bottom = min(max(top, 0), height - 2), max(min(bottom, height), 2)
    return Area(0, round(top), width, round(bottom)).grown(round(margin_px), width, height)


def inked(drawn: DrawnLines) -> Area | None:
    """The part of the band that anything is drawn on, emoji too; None when nothing is."""
    return inked_with(drawn.page, drawn.places)


def inked_with(page: Bytes, places: Sequence[EmojiPlace]) -> Area | None:
    """The part of a page that anything is drawn on, with the emoji that are to be."""
    found = inked_area(page)
    for place in places:
        found = found.joined(place.area) if found else place.area
    return found


def pasted(drawn: DrawnLines, area: Area, text_color: str, lit_color: str) -> Rgba:
    """A part of the band in its real colours, with its emoji; premultiplied."""
    return colored(drawn.page, drawn.places, area, text_color, lit_color)


def colored(
    page: Bytes, places: Sequence[EmojiPlace], area: Area, text_color: str, lit_color: str
) -> Rgba:
    """A part of a page in its real colours, with its emoji; premultiplied."""
    text = rgba_of(area.of(page), text_color, lit_color)
    paste_emoji(text, places, area)
    return text
