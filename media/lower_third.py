"""Lower thirds: who is seen, in a bar at the side where reading begins."""

from dataclasses import dataclass

import numpy as np

from jobs.languages import Script, find_language
from media.drawn_text import DrawnText, draw_lines, inked, pasted
from media.fonts import OwnFont, Weight, font_set
from media.run import Workspace
from media.safe_area import TALL, safe_area
from media.set_line import SetLine, is_right_to_left
from media.sprite import Area, Rgba, Sprite, over
from media.text_block import Block, broken, set_lines, widest
from media.text_style import TextStyle

_NAME, _SMALLEST = 0.058, 0.034  # size of the name's type, of the frame's shorter side
_ROLE = 0.68  # of the name's size
_STEP = 0.95
_WIDTH, _TALL_WIDTH = 0.55, 0.74  # widest text, of the frame
_MOST_LINES = 2
_PADDING, _ACCENT = 0.55, 0.16  # em of the name


@dataclass(frozen=True)
class LowerThirdLayout:
    """Where the parts of a lower third are, in pixels of the frame.

    Attributes:
      box: What lies behind the text, its sides even.
      accent: The bar of the brand's colour at the edge of the box.
      is_mirrored: Whether it stands at the right, where reading begins.
    """

    lines: tuple[SetLine, ...]
    em_px: float
    box: Area
    accent: Area
    is_mirrored: bool


def lay_out_lower_third(
    width: int,
    height: int,
    text: str,
    subtitle: str,
    language: str,
    floor: float | None = None,
    own: OwnFont | None = None,
) -> LowerThirdLayout:
    """Places a name and a role within the safe area of a frame, as low as may be.

    Args:
      floor: Pixels from the top of the frame where captions begin, which it stands clear of.
      own: Font of the brand.
    """
    bold, regular = (font_set(language, weight, own) for weight in (Weight.BOLD, Weight.REGULAR))
    widest_px = (_TALL_WIDTH if width / height < TALL else _WIDTH) * width
    short = min(width, height)
    em_px = _NAME * short
    while True:
        is_small = em_px < _SMALLEST * short
        name = broken(text, bold, em_px, widest_px, language, may_cut=is_small)
        role = broken(subtitle, regular, _ROLE * em_px, widest_px, language, may_cut=is_small)
        most = 1 if em_px > 0.8 * _NAME * short else _MOST_LINES
        fits = max(widest(name), widest(role)) <= widest_px
        if (fits and max(len(name.lines), len(role.lines)) <= most) or em_px < 6 or is_small:
            break
        em_px *= _STEP
    is_mirrored = _reads_from_the_right(f"{text} {subtitle}", language)
    return _placed(width, height, name, role, floor, is_mirrored)


def _placed(
    width: int, height: int, name: Block, role: Block, floor: float | None, is_mirrored: bool
) -> LowerThirdLayout:
    em = name.em_px
    safe = safe_area(width, height)
    padding, accent = round(_PADDING * em), max(2, round(_ACCENT * em / 2) * 2)
    inside = max(widest(name), widest(role))
    across = _even(inside + 2 * padding) + accent
    down = _even(name.height_px + role.height_px + padding)
    bottom = _even(min(safe.bottom, height if floor is None else floor - 0.4 * em) - 1)
    left = _even(safe.right - across) if is_mirrored else _even(safe.left)
    box = Area(left, bottom - down, left + across, bottom)
    bar = (box.right - accent, box.right) if is_mirrored else (left, left + accent)
    edge = bar[0] - padding if is_mirrored else bar[1] + padding

    def place(line_px: float) -> float:
        return edge - line_px / 2 if is_mirrored else edge + line_px / 2

    top = box.top + padding / 2
    lines = set_lines(name, top, place, is_bold=True)
    lines += set_lines(role, top + name.height_px, place, is_bold=False)
    return LowerThirdLayout(lines, em, box, Area(bar[0], box.top, bar[1], box.bottom), is_mirrored)


def draw_lower_third(
    space: Workspace, frame_size: tuple[int, int], layout: LowerThirdLayout, style: TextStyle
) -> DrawnText:
    """Draws a lower third that was laid out.

    Raises:
      ToolMissing, ToolFailed, TimedOut, ResourceLimit, Cancelled.
    """
    drawn = draw_lines(space, frame_size, layout.lines, layout.em_px)
    box = layout.box.moved(0, -drawn.top)
    found = inked(drawn)
    area = (box.joined(found) if found else box).grown(0, *drawn.page.shape[1::-1])
    behind = np.zeros((area.bottom - area.top, area.right - area.left, 4), np.uint8)
    _fill(behind, box.moved(-area.left, -area.top), style.background)
    accent = layout.accent.moved(-area.left, -area.top - drawn.top)
    _fill(behind, accent, style.accent)
    text = pasted(drawn, area, style.text, style.accent)
    return DrawnText(
        Sprite(area.left, area.top + drawn.top, over(text, behind)), drawn.missing_glyphs
    )


def _fill(picture: Rgba, area: Area, color: str) -> None:
    area.of(picture)[:] = [*bytes.fromhex(color[1:]), 255]


def _reads_from_the_right(text: str, language: str) -> bool:
    known = find_language(language)
    is_rtl = known is not None and known.script is Script.RIGHT_TO_LEFT
    return is_rtl or is_right_to_left(text, language)


def _even(value: float) -> int:
    return round(value / 2) * 2
