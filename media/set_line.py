"""A line of text at an exact place, as libass draws it."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from jobs.languages import Script, find_language
from media.ass import Page, color_tag, font_tags, literal, rectangle
from media.emoji import DROP_EM, HEIGHT_EM, WIDTH_EM, draw_emoji
from media.plates import LIT_CHANNEL, OUTLINE_CHANNEL, TEXT_CHANNEL
from media.sfnt import Font
from media.sprite import Area, inked_area, over
from media.typeset import Piece, width_em

_MARKER_STEP = 16
_LEFT_TO_RIGHT_MARK, _RIGHT_TO_LEFT_MARK = "\u200e", "\u200f"


@dataclass(frozen=True)
class ColoredPiece:
    """A piece of a line, and the number of the word it belongs to, by which it is coloured."""

    piece: Piece
    word: int = 0


@dataclass(frozen=True)
class SetLine:
    """A line, centred on `x`, standing on `baseline`, in pixels.

    Attributes:
      pieces: In reading order.
      main: The font of the language; decides the line's own height.
      em_px: Size of the type, the same for every font in the line.
      outline_px: Width of the black outline.
      is_rtl: Whether the line reads from right to left, whatever its first letter is.
    """

    pieces: tuple[ColoredPiece, ...]
    main: Font
    x: float
    baseline: float
    em_px: float
    is_bold: bool
    outline_px: float
    is_rtl: bool

    @property
    def ascent_px(self) -> float:
        return self.em_px * max(font.ascent_em for font in self.fonts)

    @property
    def descent_px(self) -> float:
        return self.em_px * max(font.descent_em for font in self.fonts)

    @property
    def width_px(self) -> float:
        return self.em_px * width_em([colored.piece for colored in self.pieces])

    @property
    def fonts(self) -> tuple[Font, ...]:
        """Fonts that libass draws with, the main one first."""
        found = (c.piece.font for c in self.pieces if c.piece.font and not c.piece.is_emoji)
        return (self.main, *found)

    @property
    def emoji(self) -> tuple[Piece, ...]:
        return tuple(c.piece for c in self.pieces if c.piece.is_emoji)


def raised(lines: Sequence[SetLine], by_px: float) -> tuple[SetLine, ...]:
    """The same lines higher up."""
    return tuple(replace(line, baseline=line.baseline - by_px) for line in lines)


def is_right_to_left(text: str, language: str) -> bool:
    """Whether a text in a language reads from right to left.

    Its first strong character decides (UAX #9, rules P2 and P3); but Arabic or Hebrew that begins
    with a foreign name is still read from the right.
    """
    strong = [way for way in map(unicodedata.bidirectional, text) if way in ("L", "R", "AL")]
    known = find_language(language)
    if known and known.script is Script.RIGHT_TO_LEFT:
        return any(way != "L" for way in strong)
    return bool(strong) and strong[0] != "L"


def line_text(line: SetLine, lit: int | None = None) -> str:
    """The line as an ASS text, in the channels of a page. Emoji are gaps.

    Args:
      lit: Number of the word that is lit.
    """
    parts = [_opening(line)]
    word = -1
    for colored in line.pieces:
        if colored.word != word:
            word = colored.word
            parts.append(f"{{{color_tag(LIT_CHANNEL if word == lit else TEXT_CHANNEL)}")
            # libass rounds the place of each stretch of one style to a part of a pixel. The unseen
            # secondary colour parts the words in every state alike, so that nothing trembles.
            parts.append(f"{color_tag('#000000' if word % 2 else '#ffffff', 2)}}}")
        if colored.piece.is_emoji:
            parts.append(_gap(line.em_px, ""))
        else:
            parts.append(_text(line, colored.piece))
    return "".join(parts)


def marked_page(lines: Sequence[SetLine]) -> Page:
    """The same lines with all of them invisible but their gaps, each in a colour of its own."""
    texts = []
    first = 1
    for line in lines:
        texts.append(_marked_text(line, first))
        first += len(line.emoji)
    return Page(tuple(texts))


def _marked_text(line: SetLine, first_marker: int) -> str:
    parts = [_opening(line), "{\\alpha&HFF&}"]
    marker = first_marker
    for colored in line.pieces:
        if colored.piece.is_emoji:
            parts.append(_gap(line.em_px, _marker(marker)))
            marker += 1
        else:
            parts.append(_text(line, colored.piece))
    return "".join(parts)


@dataclass(frozen=True, eq=False)
class EmojiPlace:
    """An emoji and where it goes. `picture`: premultiplied RGBA."""

    left: int
    top: int
    picture: NDArray[np.uint8]

    @property
    def area(self) -> Area:
        height, width = self.picture.shape[:2]
        return Area(self.left, self.top, self.left + width, self.top + height)


def find_gaps(marked: NDArray[np.uint8], lines: Sequence[SetLine]) -> tuple[EmojiPlace, ...]:
    """Where the gaps of lines are on their drawn `marked_page` (RGB), and what fills them."""
    places: list[EmojiPlace] = []
    if (inked := inked_area(marked)) is None:
        return ()
    marked = inked.of(marked)
    emoji = [piece for line in lines for piece in line.emoji]
    for marker, piece in enumerate(emoji, start=1):
        wanted = np.array([*bytes.fromhex(_marker(marker)[1:])], np.int16)
        found = np.argwhere((np.abs(marked - wanted) < _MARKER_STEP // 2).all(axis=2))
        if found.size and piece.font:
            (top, left), (bottom, right) = found.min(axis=0), found.max(axis=0) + 1
            picture = draw_emoji(piece.font, piece.text, int(right - left), int(bottom - top))
            places.append(EmojiPlace(inked.left + int(left), inked.top + int(top), picture))
    return tuple(places)


def paste_emoji(rgba: NDArray[np.uint8], places: Sequence[EmojiPlace], part: Area) -> None:
    """Draws emoji over a part of a page, in place."""
    for place in places:
        inside = place.area.moved(-part.left, -part.top)
        inside.of(rgba)[:] = over(place.picture, inside.of(rgba))


def _marker(number: int) -> str:
    # Blending in FFmpeg is off by up to 3 of 255, so markers keep a distance.
    high, low = divmod(number % 256, 16)
    return f"#ff{low * _MARKER_STEP:02x}{high * _MARKER_STEP:02x}"


def _opening(line: SetLine) -> str:
    # libass puts the foot of the line's deepest font at y.
    y = line.baseline + line.descent_px
    mark = _RIGHT_TO_LEFT_MARK if line.is_rtl else _LEFT_TO_RIGHT_MARK
    return (
        f"{{\\an2\\pos({line.x:.2f},{y:.2f})\\b{int(line.is_bold)}\\bord{line.outline_px:.2f}"
        f"{color_tag(OUTLINE_CHANNEL, 3)}}}"
        f"{font_tags(line.main.family, line.em_px * line.main.line_em)}{mark}"
    )


def _text(line: SetLine, piece: Piece) -> str:
    font = piece.font or line.main
    return font_tags(font.family, line.em_px * font.line_em) + literal(piece.text)


def _gap(em_px: float, marker: str) -> str:
    look = f"\\1a&H00&{color_tag(marker)}" if marker else "\\alpha&HFF&"
    drawing = rectangle(WIDTH_EM * em_px, HEIGHT_EM * em_px)
    after = "\\alpha&HFF&" if marker else "\\alpha&H00&"
    return f"{{\\p1\\pbo{DROP_EM * em_px:.0f}{look}}}{drawing}{{\\p0\\pbo0{after}}}"
