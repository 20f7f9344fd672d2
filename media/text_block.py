"""Text of one size in lines of even length, with no place on the frame yet."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from media.breaks import Unit, break_costs, units
from media.fonts import FontSet
from media.long_words import cut_evenly
from media.set_line import ColoredPiece, SetLine, is_right_to_left
from media.typeset import pieces_of, text_width_em

_LINE_EM = 1.22


@dataclass(frozen=True)
class Block:
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


def set_lines(
    block: Block, top: float, place: Callable[[float], float], *, is_bold: bool
) -> tuple[SetLine, ...]:
    """The lines of a block from `top` down.

    Args:
      place: Where the middle of a line is, by its width, in pixels.
    """
    is_rtl = is_right_to_left(" ".join(block.lines), block.fonts.language)
    # The optical middle of a line, between baseline and capitals, is in the middle of its pitch.
    down = block.pitch_px / 2 + 0.36 * block.em_px
    return tuple(
        SetLine(
            pieces=tuple(ColoredPiece(piece) for piece in pieces_of(line, block.fonts)),
            main=block.fonts.main(),
            x=place(block.em_px * text_width_em(line, block.fonts)),
            baseline=top + number * block.pitch_px + down,
            em_px=block.em_px,
            is_bold=block.fonts.draws_bold(is_bold),
            outline_px=0.0,
            is_rtl=is_rtl,
        )
        for number, line in enumerate(block.lines)
    )


def widest(block: Block) -> float:
    """Width of the longest line, in pixels."""
    return block.em_px * max(
        (text_width_em(line, block.fonts) for line in block.lines), default=0.0
    )


def broken(
    text: str, fonts: FontSet, em_px: float, width_px: float, language: str, *, may_cut: bool
) -> Block:
    r"""Breaks a text into as few lines as fit; `\n` in it breaks, too.

    Args:
      may_cut: Whether words that are too wide are cut.
    """
    most_em = width_px / em_px
    lines: list[str] = []
    for paragraph in text.splitlines():
        pieces = list(units(paragraph))
        if may_cut:
            pieces = [part for unit in pieces for part in _narrowed(unit, fonts, most_em)]
        if pieces:
            lines += _even_lines(pieces, fonts, most_em, language)
    return Block(fonts, em_px, tuple(lines))


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
