"""Captions and titles drawn by libass, as pictures that the renderer lays over frames.

A caption that does not change is drawn once. In the karaoke style every word is one state: the
same caption with that word in another colour.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from media.ass import Page
from media.caption_look import CaptionLook
from media.caption_plan import CaptionPlan, plan_caption
from media.cues import Cue
from media.fonts import font_set
from media.plates import Bytes, Plates, draw_pages, rgba_of
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
from media.sprite import (
    Area,
    Patch,
    Rgba,
    Sprite,
    halo,
    inked_area,
    over,
    patch_of,
    rounded_box,
    shadow,
)
from media.title import lay_out_title
from media.typeset import text_width_em

__all__ = [
    "CaptionLook",
    "CaptionState",
    "DrawnCaptions",
    "DrawnTitle",
    "Sprite",
    "draw_captions",
    "draw_title",
    "measure",
]

WHITE, SPOKEN = "#ffffff", "#ffd23f"
_BOX_STRENGTH = 0.72  # white on it has 7:1 or more over any picture, WCAG 2.2 asks for 4.5


@dataclass(frozen=True, eq=False)
class CaptionState:
    """A caption as it is from frame `start` to `end`, exclusive.

    The states of one caption share their picture, and each keeps only the word that is lit in it:
    a narration of many minutes would not fit into memory otherwise.
    """

    start: int
    end: int
    plain: Sprite
    lit: Patch | None = None

    @property
    def sprite(self) -> Sprite:
        """The whole picture; made anew for a state with a lit word."""
        if self.lit is None:
            return self.plain
        return Sprite(self.plain.x, self.plain.y, self.lit.applied(self.plain.rgba))


@dataclass(frozen=True, eq=False)
class DrawnCaptions:
    """All states in order of time, and the characters that no installed font could draw."""

    states: tuple[CaptionState, ...]
    missing_glyphs: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class DrawnTitle:
    """A title, and the characters that no installed font could draw."""

    sprite: Sprite
    missing_glyphs: tuple[str, ...]


def measure(look: CaptionLook, lines: Sequence[str]) -> tuple[float, ...]:
    """Widths of lines in the caption's own fonts, in pixels, without outline. Runs no process.

    Raises:
      ToolMissing: There is no font on this machine.
    """
    fonts = font_set(look.language)
    return tuple(look.em_px * text_width_em(line, fonts) for line in lines)


def draw_captions(space: Workspace, look: CaptionLook, cues: Sequence[Cue]) -> DrawnCaptions:
    """Draws every state of every caption in one FFmpeg run.

    Raises:
      ToolMissing, ToolFailed, TimedOut, ResourceLimit, Cancelled.
    """
    if not cues:
        return DrawnCaptions((), ())
    fonts = font_set(look.language)
    plans = [plan_caption(look, fonts, cue) for cue in cues]
    band = _band(
        [line for plan in plans for line in plan.lines], look.em_px, look.width, look.height
    )
    plans = [plan.raised(band.top) for plan in plans]
    height = band.bottom - band.top
    pages = [page for plan in plans for page in plan.pages()]
    used = [font for plan in plans for line in plan.lines for font in line.fonts]
    states: list[CaptionState] = []
    with draw_pages(space, look.width, height, pages, used) as plates:
        for plan in plans:
            states += _states(plan, look, plates, band.top)
        return DrawnCaptions(tuple(states), plates.missing_glyphs())


def draw_title(
    space: Workspace,
    frame_size: tuple[int, int],
    text: str,
    subtitle: str | None = None,
    language: str = "en",
    floor: float | None = None,
) -> DrawnTitle:
    """Draws a title, with a line below it if wanted, as large as fits the middle of the frame.

    Args:
      frame_size: Width and height in pixels, even.
      language: BCP 47 tag; decides forms of Han characters.
      floor: Pixels from the top of the frame where captions begin, which it stands clear of.

    Raises:
      ToolMissing, ToolFailed, TimedOut, ResourceLimit, Cancelled.
    """
    width, height = frame_size
    layout = lay_out_title(width, height, text, subtitle or "", language, floor)
    if not layout.lines:
        return DrawnTitle(_blank(), ())
    band = _band(layout.lines, layout.em_px, width, height)
    lines = raised(layout.lines, band.top)
    pages = [Page(tuple(line_text(line) for line in lines)), marked_page(lines)]
    fonts = [font for line in lines for font in line.fonts]
    with draw_pages(space, width, band.bottom - band.top, pages, fonts) as plates:
        page = plates.next()
        places = find_gaps(plates.next(), lines)
        rule = layout.rule.moved(0, -band.top) if layout.rule else None
        sprite = _title_sprite(page, places, rule, layout.em_px, band.top)
        return DrawnTitle(sprite, plates.missing_glyphs())


def _band(lines: Sequence[SetLine], margin_px: float, width: int, height: int) -> Area:
    """The rows of the frame that lines can touch: less is drawn and piped than the frame."""
    top = min(line.baseline - line.ascent_px for line in lines)
    bottom = max(line.baseline + line.descent_px for line in lines)
    top, bottom = min(max(top, 0), height - 2), max(min(bottom, height), 2)
    return Area(0, round(top), width, round(bottom)).grown(round(margin_px), width, height)


def _states(
    plan: CaptionPlan, look: CaptionLook, plates: Plates, top: int
) -> Iterator[CaptionState]:
    places = find_gaps(plates.next(), plan.lines) if plan.has_emoji else ()
    page = plates.next()
    lit_pages = (plates.next() for _ in plan.lit)
    inked = _inked(page, places)
    if inked is None:
        for _ in lit_pages:
            pass  # every page has to be taken from the pipe
        return
    box = _box(plan.lines, look, inked)
    margin = round(0.3 * look.em_px) if look.is_karaoke else 2  # room for the shadow
    area = inked.joined(box).grown(margin, *page.shape[1::-1])
    text = _text(page, area, places)
    # What is covered is the same whichever word is lit, so what lies behind is made once.
    behind = _behind(text[:, :, 3], look, box.moved(-area.left, -area.top))
    plain = Sprite(area.left, area.top + top, over(text, behind))
    patches: dict[int | None, Patch] = {
        word: patch_of(plain.rgba, over(_text(lit_page, area, places), behind))
        for word, lit_page in zip(plan.lit, lit_pages, strict=True)
    }
    for moment in plan.moments:
        yield CaptionState(moment.start, moment.end, plain, patches.get(moment.word))


def _text(page: Bytes, area: Area, places: Sequence[EmojiPlace]) -> Rgba:
    text = rgba_of(area.of(page), WHITE, SPOKEN)
    paste_emoji(text, places, area)
    return text


def _inked(page: Bytes, places: Sequence[EmojiPlace]) -> Area | None:
    found = inked_area(page)
    for place in places:
        found = found.joined(place.area) if found else place.area
    return found


def _box(lines: Sequence[SetLine], look: CaptionLook, inked: Area) -> Area:
    """The caption's box: as high as its lines are, whatever letters they have, or as the ink."""
    if look.is_karaoke:
        return inked
    em = look.em_px
    return Area(
        inked.left - round(0.5 * em),
        min(round(lines[0].baseline - 1.02 * em), inked.top - round(0.16 * em)),
        inked.right + round(0.5 * em),
        max(round(lines[-1].baseline + 0.42 * em), inked.bottom + round(0.16 * em)),
    )


def _behind(alpha: Bytes, look: CaptionLook, box: Area) -> Rgba:
    em = look.em_px
    if look.is_karaoke:
        return shadow(alpha, 0.06 * em, 0.06 * em, 0.6)
    return rounded_box(alpha.shape[1], alpha.shape[0], box, 0.24 * em, _BOX_STRENGTH)


def _title_sprite(
    page: Bytes, places: Sequence[EmojiPlace], rule: Area | None, em_px: float, top: int
) -> Sprite:
    inked = _inked(page, places)
    if inked is None:
        return _blank()
    area = (inked.joined(rule) if rule else inked).grown(round(0.8 * em_px), *page.shape[1::-1])
    text = _text(page, area, places)
    if rule:
        rule.moved(-area.left, -area.top).of(text)[:] = [*bytes.fromhex(SPOKEN[1:]), 255]
    shape = np.ascontiguousarray(text[:, :, 3])
    near = shadow(shape, 0.05 * em_px, 0.04 * em_px, 0.5)
    soft = over(near, halo(shape, 0.12 * em_px, 0.2 * em_px, 0.5))
    return Sprite(area.left, area.top + top, over(text, soft))


def _blank() -> Sprite:
    return Sprite(0, 0, np.zeros((2, 2, 4), np.uint8))
