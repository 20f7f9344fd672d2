"""Captions and titles drawn by libass, as pictures that the renderer lays over frames.

A caption that does not change is drawn once. In the karaoke style every word is one state: the
same caption with that word in another colour.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from media.caption_look import CaptionLook
from media.caption_plan import CaptionPlan, plan_caption
from media.cues import Cue
from media.drawn_text import (
    DrawnLines,
    DrawnText,
    band,
    colored,
    draw_lines,
    inked,
    inked_with,
    pasted,
)
from media.fonts import OwnFont, font_set
from media.plates import Bytes, Plates, draw_pages
from media.run import Workspace
from media.set_line import SetLine, find_gaps
from media.sprite import Area, Patch, Rgba, Sprite, halo, over, patch_of, rounded_box, shadow
from media.text_style import WHITE, TextStyle
from media.title import TitleLayout, lay_out_title
from media.typeset import text_width_em

__all__ = [
    "CaptionLook",
    "CaptionState",
    "DrawnCaptions",
    "Sprite",
    "draw_captions",
    "draw_title",
    "measure",
]

_PLAIN = TextStyle()
_BOX_STRENGTH = 0.72  # white on it has 7:1 or more over any picture, WCAG 2.2 asks for 4.5
_HALO_STRENGTH = 0.66  # so that white has 4.5:1 around every letter of a title, too


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


def measure(look: CaptionLook, lines: Sequence[str]) -> tuple[float, ...]:
    """Widths of lines in the caption's own fonts, in pixels, without outline. Runs no process.

    Raises:
      ToolMissing: There is no font on this machine.
    """
    fonts = font_set(look.language, own=look.own)
    return tuple(look.em_px * text_width_em(line, fonts) for line in lines)


def draw_captions(space: Workspace, look: CaptionLook, cues: Sequence[Cue]) -> DrawnCaptions:
    """Draws every state of every caption in one FFmpeg run.

    Raises:
      ToolMissing, ToolFailed, TimedOut, ResourceLimit, Cancelled.
    """
    if not cues:
        return DrawnCaptions((), ())
    fonts = font_set(look.language, own=look.own)
    plans = [plan_caption(look, fonts, cue) for cue in cues]
    lines = [line for plan in plans for line in plan.lines]
    rows = band(lines, look.em_px, look.width, look.height)
    plans = [plan.raised(rows.top) for plan in plans]
    height = rows.bottom - rows.top
    pages = [page for plan in plans for page in plan.pages()]
    used = [font for plan in plans for line in plan.lines for font in line.fonts]
    states: list[CaptionState] = []
    with draw_pages(space, look.width, height, pages, used) as plates:
        for plan in plans:
            states += _states(plan, look, plates, rows.top)
        return DrawnCaptions(tuple(states), plates.missing_glyphs())


def draw_title(
    space: Workspace,
    frame_size: tuple[int, int],
    text: str,
    subtitle: str | None = None,
    language: str = "en",
    floor: float | None = None,
    style: TextStyle = _PLAIN,
    own: OwnFont | None = None,
) -> DrawnText:
    """Draws a title, with a line below it if wanted, as large as fits the middle of the frame.

    Args:
      frame_size: Width and height in pixels, even.
      language: BCP 47 tag; decides forms of Han characters.
      floor: Pixels from the top of the frame where captions begin, which it stands clear of.
      own: Font of the brand.

    Raises:
      ToolMissing, ToolFailed, TimedOut, ResourceLimit, Cancelled.
    """
    layout = lay_out_title(*frame_size, text, subtitle or "", language, floor, own)
    if not layout.lines:
        return DrawnText(_blank(), ())
    drawn = draw_lines(space, frame_size, layout.lines, layout.em_px)
    return DrawnText(_title_sprite(drawn, layout, style), drawn.missing_glyphs)


def _states(
    plan: CaptionPlan, look: CaptionLook, plates: Plates, top: int
) -> Iterator[CaptionState]:
    places = find_gaps(plates.next(), plan.lines) if plan.has_emoji else ()
    page = plates.next()
    lit_pages = (plates.next() for _ in plan.lit)
    ink = inked_with(page, places)
    if ink is None:
        for _ in lit_pages:
            pass  # every page has to be taken from the pipe
        return
    box = _box(plan.lines, look, ink)
    margin = round(0.3 * look.em_px) if look.is_karaoke else 2  # room for the shadow
    area = ink.joined(box).grown(margin, *page.shape[1::-1])
    text = colored(page, places, area, WHITE, look.lit)
    # What is covered is the same whichever word is lit, so what lies behind is made once.
    behind = _behind(text[:, :, 3], look, box.moved(-area.left, -area.top))
    plain = Sprite(area.left, area.top + top, over(text, behind))
    patches: dict[int | None, Patch] = {
        word: patch_of(plain.rgba, over(colored(lit_page, places, area, WHITE, look.lit), behind))
        for word, lit_page in zip(plan.lit, lit_pages, strict=True)
    }
    for moment in plan.moments:
        yield CaptionState(moment.start, moment.end, plain, patches.get(moment.word))


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


def _title_sprite(drawn: DrawnLines, layout: TitleLayout, style: TextStyle) -> Sprite:
    ink, em_px = inked(drawn), layout.em_px
    if ink is None:
        return _blank()
    rule = layout.rule.moved(0, -drawn.top) if layout.rule else None
    area = (ink.joined(rule) if rule else ink).grown(round(0.9 * em_px), *drawn.page.shape[1::-1])
    text = pasted(drawn, area, style.text, style.accent)
    if rule:
        rule.moved(-area.left, -area.top).of(text)[:] = [*bytes.fromhex(style.accent[1:]), 255]
    if style.has_ground:
        return Sprite(area.left, area.top + drawn.top, text)
    shape = np.ascontiguousarray(text[:, :, 3])
    near = shadow(shape, 0.05 * em_px, 0.04 * em_px, 0.5)
    soft = over(near, halo(shape, 0.42 * em_px, 0.18 * em_px, _HALO_STRENGTH))
    return Sprite(area.left, area.top + drawn.top, over(text, soft))


def _blank() -> Sprite:
    return Sprite(0, 0, np.zeros((2, 2, 4), np.uint8))
