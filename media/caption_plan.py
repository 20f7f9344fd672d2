"""One caption before it is drawn: its lines, and which word is lit when."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from media.ass import Page
from media.caption_look import CaptionLook
from media.cues import Cue, CueWord
from media.fonts import FontSet
from media.set_line import (
    ColoredPiece,
    SetLine,
    is_right_to_left,
    line_text,
    marked_page,
    raised,
)
from media.typeset import Piece, pieces_of, text_width_em

_LINE_EM = (1.28, 1.6)  # distance of lines: fonts ask for 1.2 to 2.8
_HELD_FRAMES = 8  # a word stays lit through a pause shorter than this


@dataclass(frozen=True)
class Moment:
    """Frames in which one word is lit; `word` is its number in the caption, None for no word."""

    start: int
    end: int
    word: int | None


@dataclass(frozen=True)
class CaptionPlan:
    """One caption: its lines, and what is lit when."""

    lines: tuple[SetLine, ...]
    moments: tuple[Moment, ...]

    @property
    def lit(self) -> tuple[int, ...]:
        """Numbers of the words that are lit at some time, each once."""
        return tuple(dict.fromkeys(m.word for m in self.moments if m.word is not None))

    @property
    def has_emoji(self) -> bool:
        return any(line.emoji for line in self.lines)

    def raised(self, by_px: float) -> "CaptionPlan":
        """The same caption higher up."""
        return replace(self, lines=raised(self.lines, by_px))

    def pages(self) -> tuple[Page, ...]:
        """What is drawn: the gaps of emoji if it has any, no word lit, each lit word in turn."""
        marked = (marked_page(self.lines),) if self.has_emoji else ()
        states = (tuple(line_text(line, lit) for line in self.lines) for lit in (None, *self.lit))
        return (*marked, *map(Page, states))


def plan_caption(look: CaptionLook, fonts: FontSet, cue: Cue) -> CaptionPlan:
    """Places a caption; a line that is too wide for the frame makes its type smaller."""
    texts = cue.text.split("\n")
    pieces = [pieces_of(text, fonts) for text in texts]
    widest = max(text_width_em(text, fonts) for text in texts)
    em_px = min(look.em_px, look.text_width / widest) if widest else look.em_px
    used = [piece.font or fonts.main() for line in pieces for piece in line]
    pitch = em_px * min(max([font.line_em for font in used] + [_LINE_EM[0]]), _LINE_EM[1])
    is_rtl = is_right_to_left(cue.text, look.language)
    first_word = 0
    lines = []
    for words, text, line, baseline in zip(
        cue.lines, texts, pieces, look.baselines(len(texts), pitch), strict=True
    ):
        lines.append(
            SetLine(
                pieces=_by_word(words, text, line, first_word),
                main=fonts.main(),
                x=look.width / 2,
                baseline=baseline,
                em_px=em_px,
                is_bold=fonts.draws_bold(True),
                outline_px=look.outline_px,
                is_rtl=is_rtl,
            )
        )
        first_word += len(words)
    whole = (Moment(cue.start, cue.end, None),)
    return CaptionPlan(tuple(lines), _moments(cue) if look.is_karaoke else whole)


def _by_word(
    words: Sequence[CueWord], text: str, pieces: Sequence[Piece], first_word: int
) -> tuple[ColoredPiece, ...]:
    """Pieces cut so that each belongs to one word; spaces belong to the word before them."""
    starts = []
    at = 0
    for word in words:
        at = text.index(word.text, at)
        starts.append(at)
        at += len(word.text)
    cuts = {start: first_word + number for number, start in enumerate(starts)}
    found: list[ColoredPiece] = []
    at, current = 0, first_word
    for piece in pieces:
        run = ""
        for offset, character in enumerate(piece.text):
            if at + offset in cuts and not (piece.is_emoji and offset):
                if run:
                    found.append(ColoredPiece(replace(piece, text=run), current))
                run, current = "", cuts[at + offset]
            run += character
        found.append(ColoredPiece(replace(piece, text=run), current))
        at += len(piece.text)
    return tuple(found)


def _moments(cue: Cue) -> tuple[Moment, ...]:
    words = [word for line in cue.lines for word in line]
    starts = [*(word.start for word in words[1:]), cue.end]
    found = []
    at = cue.start
    for number, (word, following) in enumerate(zip(words, starts, strict=True)):
        end = following if following - word.end <= _HELD_FRAMES else word.end
        if word.start > at:
            found.append(Moment(at, word.start, None))
        if end > max(at, word.start):
            found.append(Moment(max(at, word.start), end, number))
        at = max(at, end)
    if at < cue.end:
        found.append(Moment(at, cue.end, None))
    return tuple(found)
