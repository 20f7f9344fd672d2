"""Typography of titles: lines of even length, as large as the frame allows."""

from collections.abc import Sequence
from dataclasses import dataclass

from media.breaks import Unit, break_costs, units
from media.fonts import FontSet, Weight, font_set
from media.long_words import cut_evenly
from media.set_line import ColoredPiece, SetLine, is_right_to_left
from media.sprite import Area
from media.typeset import pieces_of, text_width_em

_WIDTH, _HEIGHT = 0.8, 0.66  # of the frame; title safe is 0.9 of both (SMPTE ST 2046-1)
_LARGEST, _SMALLEST = 0.125, 0.045  # of the frame's shorter side; below it more lines are allowed
_STEP = 0.95
_LINE_EM = 1.22
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


@dataclass(frozen=True)
class _Block:
    """Text of one size, broken into lines."""

    fonts: FontSet
    em_px: float
    lines: tuple[str, ...]

    @property
    def pitch_px(self) -> float:
        used = (piece.font for line in self.lines for piece in pieces_of(line, self.fonts))
        tallest = max((font.line_em for font in used if font), default=_LINE_EM)
        return self.em_px * min(max(tallest * 0.92, _LINE_EM), 1.55)

    @property
    def height_px(self) -> float:
        return self.pitch_px * len(self.lines)


def lay_out_title(
    width: int, height: int, text: str, subtitle: str, language: str, floor: float | None = None
) -> TitleLayout:
    r"""Places a title and its subtitle in the middle of a frame; `\n` in them breaks lines.

    Args:
      floor: Pixels from the top of the frame where captions begin: what would reach below stands
        higher, and is smaller when it has to be.
    """
    floor = height if floor is None else floor
    tallest = min(_HEIGHT * height, floor - (1 - _HEIGHT) / 2 * height)
    bold, regular = font_set(language), font_set(language, Weight.REGULAR)
    short = min(width, height)
    em_px = _LARGEST * short
    while True:
        # Words are cut only when they would have to be tiny otherwise.
        may_cut = em_px < _SMALLEST * short
        title = _broken(text, bold, em_px, _WIDTH * width, language, may_cut=may_cut)
        small_em = max(_SUBTITLE * em_px, min(_MIN_SUBTITLE * short, 0.8 * em_px))
        small = _broken(subtitle, regular, small_em, _WIDTH * width, language, may_cut=may_cut)
        most = _FEW_LINES if em_px > _SMALLEST * short * 1.4 else _MANY_LINES
        lines_fit = may_cut or len(title.lines) <= most
        widest = max(_widest(title), _widest(small))
        gap = _gap(em_px) if small.lines else 0.0
        total = title.height_px + gap + small.height_px
        if (lines_fit and widest <= _WIDTH * width and total <= tallest) or em_px < 6:
            return _placed(width, height, title, small, floor)
        em_px *= _STEP


def _gap(em_px: float) -> float:
    return 0.75 * em_px


def _placed(width: int, height: int, title: _Block, small: _Block, floor: float) -> TitleLayout:
    em = title.em_px
    gap = _gap(em) if small.lines and title.lines else 0.0
    total = title.height_px + gap + small.height_px
    top = min((height - total) / 2, floor - total)
    lines = _set(title, width / 2, top, is_bold=True)
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
    lines += _set(small, width / 2, top + gap, is_bold=False)
    return TitleLayout(lines, em, rule)


def _set(block: _Block, x: float, top: float, *, is_bold: bool) -> tuple[SetLine, ...]:
    is_rtl = is_right_to_left(" ".join(block.lines), block.fonts.language)
    # The optical middle of a line, between baseline and capitals, is in the middle of its pitch.
    down = block.pitch_px / 2 + 0.36 * block.em_px
    return tuple(
        SetLine(
            pieces=tuple(ColoredPiece(piece) for piece in pieces_of(line, block.fonts)),
            main=block.fonts.main(),
            x=x,
            baseline=top + number * block.pitch_px + down,
            em_px=block.em_px,
            is_bold=is_bold,
            outline_px=0.0,
            is_rtl=is_rtl,
        )
        for number, line in enumerate(block.lines)
    )


def _widest(block: _Block) -> float:
    return block.em_px * max(
        (text_width_em(line, block.fonts) for line in block.lines), default=0.0
    )


def _broken(
    text: str, fonts: FontSet, em_px: float, width_px: float, language: str, *, may_cut: bool
) -> _Block:
    most_em = width_px / em_px
    lines: list[str] = []
    for paragraph in text.splitlines():
        pieces = list(units(paragraph))
        if may_cut:
            pieces = [part for unit in pieces for part in _narrowed(unit, fonts, most_em)]
        if pieces:
            lines += _even_lines(pieces, fonts, most_em, language)
    return _Block(fonts, em_px, tuple(lines))


def _narrowed(unit: Unit, fonts: FontSet, most_em: float) -> list[Unit]:
    parts = cut_evenly(unit.text, lambda text: text_width_em(text, fonts) <= most_em)
    return [Unit(part, unit.spaced and not number) for number, part in enumerate(parts)]


def _even_lines(pieces: Sequence[Unit], fonts: FontSet, most_em: float, language: str) -> list[str]:
    """The fewest lines that fit, as even as the sense allows."""
    widths = [text_width_em(piece.text, fonts) for piece in pieces]
    space = text_width_em(" ", fonts)
    costs = [*break_costs(pieces, language), 0.0]
    # best[n][end]: the cheapest way to set the first `end` pieces in n lines, and its last line.
    best: list[dict[int, tuple[float, int]]] = [{0: (0.0, 0)}]
    while len(pieces) not in best[-1]:
        row: dict[int, tuple[float, int]] = {}
        for first, (cost, _) in best[-1].items():
            width = 0.0
            for end in range(first + 1, len(pieces) + 1):
                width += widths[end - 1] + (
                    space if pieces[end - 1].spaced and end - 1 > first else 0
                )
                if width > most_em and end > first + 1:
                    break
                slack = (most_em - width) / most_em
                total = cost + 60 * slack * slack + costs[end - 1] * 0.5
                if end not in row or total < row[end][0]:
                    row[end] = (total, first)
        best.append(row)
    lines = []
    end = len(pieces)
    for row in reversed(best[1:]):
        first = row[end][1]
        lines.append(_joined(pieces[first:end]))
        end = first
    return lines[::-1]


def _joined(pieces: Sequence[Unit]) -> str:
    return "".join(
        (" " if index and piece.spaced else "") + piece.text for index, piece in enumerate(pieces)
    )
