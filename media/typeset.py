"""A line of text as pieces of one font each, and how wide it is."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

from PIL import ImageFont, features

from media.emoji import WIDTH_EM, has_emoji, split_emoji
from media.fonts import FontSet, emoji_font
from media.sfnt import Font

_MEASURED_EM_PX = 200  # large enough that rounding to whole pixels does not matter
_UNKNOWN_WIDTH_EM = 0.6


@dataclass(frozen=True)
class Piece:
    """Text of one font, or a single emoji.

    Attributes:
      font: Draws it; None leaves the choice to libass.
      is_emoji: To be drawn in colour.
    """

    text: str
    font: Font | None
    is_emoji: bool = False


@lru_cache(maxsize=4096)
def pieces_of(text: str, fonts: FontSet) -> tuple[Piece, ...]:
    """Cuts a line into pieces, so that spaces and punctuation stay with the words before them."""
    color = emoji_font(fonts.index)
    found: list[Piece] = []
    for part, is_emoji in split_emoji(text):
        if is_emoji and color and has_emoji(color, part):
            found.append(Piece(part, color, True))
        else:
            found += _plain_pieces(part, fonts)
    return tuple(found)


def width_em(pieces: Sequence[Piece]) -> float:
    """Width of a line in ems of its size, without outline."""
    return sum(WIDTH_EM if piece.is_emoji else _width_em(piece) for piece in pieces)


@lru_cache(maxsize=4096)
def text_width_em(text: str, fonts: FontSet) -> float:
    """Width of a line of text in ems."""
    return width_em(pieces_of(text, fonts))


def _plain_pieces(text: str, fonts: FontSet) -> Iterator[Piece]:
    chosen = _fonts_by_character(text, fonts)
    pairs = zip(text, chosen, strict=True)
    for font, group in groupby(pairs, key=lambda pair: pair[1]):
        yield Piece("".join(character for character, _ in group), font)


def _fonts_by_character(text: str, fonts: FontSet) -> list[Font | None]:
    chosen: list[Font | None] = []
    opening: list[int] = []  # neutral characters before the first letter wait for its font
    current: Font | None = None
    for index, character in enumerate(text):
        category = unicodedata.category(character)
        if category in ("Mn", "Me", "Mc", "Cf") and chosen:
            chosen.append(chosen[-1])
            continue
        if category[0] in "PSZN" or category in ("Cf", "Mn", "Me", "Mc"):
            if current is None and not (chosen and chosen[-1] is None and not opening):
                opening.append(index)
            keeps = current is not None and current.has(character)
            chosen.append(current if keeps else fonts.for_character(character))
            continue
        current = fonts.for_character(character)
        chosen.append(current)
        for waiting in opening:
            if current and current.has(text[waiting]):
                chosen[waiting] = current
        opening.clear()
    return chosen


def _width_em(piece: Piece) -> float:
    if piece.font is None:
        return _UNKNOWN_WIDTH_EM * sum(
            unicodedata.category(c) not in ("Mn", "Me", "Cf") for c in piece.text
        )
    return float(_face(piece.font).getlength(piece.text)) / _MEASURED_EM_PX


@lru_cache(maxsize=32)
def _face(font: Font) -> ImageFont.FreeTypeFont:
    # RAQM shapes as libass does; without it the letters of Arabic are measured unjoined.
    engine = ImageFont.Layout.RAQM if features.check("raqm") else ImageFont.Layout.BASIC
    return ImageFont.truetype(font.path, _MEASURED_EM_PX, font.index, layout_engine=engine)
