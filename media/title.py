"""Typography of titles: lines of even length, as large as the frame allows."""

from dataclasses import dataclass

from media.fonts import OwnFont, Weight, font_set
from media.set_line import SetLine
from media.sprite import Area
from media.text_block import Block, broken, set_lines, widest

_WIDTH, _HEIGHT = 0.8, 0.66  # of the frame; title safe is 0.9 of both (SMPTE ST 2046-1)
_LARGEST, _SMALLEST = 0.125, 0.045  # of the frame's shorter side; below it more lines are allowed
_STEP = 0.95
_SUBTITLE = 0.46  # of the title's size
_MIN_SUBTITLE = 0.042  # of the frame's shorter side
_FEW_LINES, _MANY_LINES = 3, 6


@dataclass(frozen=True)
class TitleLayout:
    """Where the lines of a title stand.

    Attributes:
      em_px: Size of the title's type.
      rule: Thin line between title and subtitle; None without subtitle.
    """

    lines: tuple[SetLine, ...]
    em_px: float
    rule: Area | None


def lay_out_title(
    width: int,
    height: int,
    text: str,
    subtitle: str,
    language: str,
    floor: float | None = None,
    own: OwnFont | None = None,
) -> TitleLayout:
    r"""Places a title and its subtitle in the middle of a frame; `\n` in them breaks lines.

    Args:
      floor: Pixels from the top of the frame where captions begin: what would reach below stands
        higher, and is smaller when it has to be.
    """
    floor = height if floor is None else floor
    tallest = min(_HEIGHT * height, floor - (1 - _HEIGHT) / 2 * height)
    bold, regular = (font_set(language, weight, own) for weight in (Weight.BOLD, Weight.REGULAR))
    short = min(width, height)
    em_px = _LARGEST * short
    while True:
        # Words are cut only when they would have to be tiny otherwise.
        may_cut = em_px < _SMALLEST * short
        title = broken(text, bold, em_px, _WIDTH * width, language, may_cut=may_cut)
        small_em = max(_SUBTITLE * em_px, min(_MIN_SUBTITLE * short, 0.8 * em_px))
        small = broken(subtitle, regular, small_em, _WIDTH * width, language, may_cut=may_cut)
        most = _FEW_LINES if em_px > _SMALLEST * short * 1.4 else _MANY_LINES
        lines_fit = may_cut or len(title.lines) <= most
        width_px = max(widest(title), widest(small))
        gap = _gap(em_px) if small.lines else 0.0
        total = title.height_px + gap + small.height_px
        if (lines_fit and width_px <= _WIDTH * width and total <= tallest) or em_px < 6:
            return _placed(width, height, title, small, floor)
        em_px *= _STEP


def _gap(em_px: float) -> float:
    return 0.75 * em_px


def _placed(width: int, height: int, title: Block, small: Block, floor: float) -> TitleLayout:
    em = title.em_px
    gap = _gap(em) if small.lines and title.lines else 0.0
    total = title.height_px + gap + small.height_px
    top = min((height - total) / 2, floor - total)
    lines = set_lines(title, top, lambda _: width / 2, is_bold=True)
    top += title.height_px
    rule = None
    if gap:
        middle = top + 0.46 * gap
        half, thick = 0.55 * em, max(2.0, 0.045 * em)
        rule = Area(
            round(width / 2 - half),
            round(middle - thick / 2),
            round(width / 2 + half),
            round(middle - thick / 2) + round(thick),
        )
    lines += set_lines(small, top + gap, lambda _: width / 2, is_bold=False)
    return TitleLayout(lines, em, rule)
