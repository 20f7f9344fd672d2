"""Cutting a narration into captions.

Rules (Netflix Timed Text Style Guide, BBC Subtitle Guidelines): at most two lines, broken where
the sense allows; on screen 5/6 s to 7 s; in with the voice; out up to half a second after it;
two frames of gap, or half a second and more; read with comfort at the speed of its language.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from jobs.words import Word
from media.breaks import NEUTRAL, SENTENCE, Unit, break_costs, is_wide
from media.cue_plan import Limits, Piece, Row, plan_captions
from media.long_words import cut_evenly
from media.reading import read_characters, reading_speed
from media.timeline import SAMPLE_RATE_HZ

MIN_S = Fraction(5, 6)
MAX_S = Fraction(7)
LINGER_S = Fraction(1, 2)  # Netflix: out-times may extend 12 frames at 24
GAP_FRAMES = 2
FLICKER_S = Fraction(1, 2)  # Netflix: gaps of 3 to 11 frames at 24 are closed to 2
PAUSE_S = Fraction(3, 5)  # a silence that a caption should not bridge


@dataclass(frozen=True)
class CueWord:
    """A word of a caption; frames from `start` to `end` exclusive.

    Attributes:
      glued: No white space stands between it and the word before it in its line.
    """

    text: str
    start: int
    end: int
    glued: bool = False


@dataclass(frozen=True)
class Cue:
    """A caption: frames from `start` to `end` exclusive, one or two lines of words."""

    start: int
    end: int
    lines: tuple[tuple[CueWord, ...], ...]

    @property
    def text(self) -> str:
        r"""The caption as read, its lines parted by `\n`."""
        return "\n".join(_joined(line) for line in self.lines)

    def characters_per_second(self, rate: Fraction, language: str) -> float:
        """Reading speed: characters as its language counts them, over the time shown."""
        return read_characters(self.text, language) * float(rate / (self.end - self.start))


def moved(cue: Cue, frames: int) -> Cue:
    """The same caption so many frames later."""
    # Not by `replace`, which takes five times as long: an hour's video has tens of thousands.
    lines = tuple(
        tuple(CueWord(w.text, w.start + frames, w.end + frames, w.glued) for w in line)
        for line in cue.lines
    )
    return Cue(cue.start + frames, cue.end + frames, lines)


def closed_gap(before: Cue, after: Cue, boundary: int, rate: Fraction) -> tuple[Cue, Cue]:
    """The last caption of a scene and the first of the next without a gap that flickers.

    A gap under half a second becomes one of two frames, as within a scene: the first stays until
    its scene ends, the second comes with its own scene, ahead of the voice. Words keep their times.

    Args:
      boundary: First frame of the second scene: `before` ends there at the latest.
    """
    if after.start - before.end >= FLICKER_S * rate:
        return before, after
    most = int(MAX_S * rate)
    start = max(boundary, before.end + GAP_FRAMES, after.end - most)
    start = min(start, after.start)
    end = max(before.end, min(start - GAP_FRAMES, boundary, before.start + most))
    return replace(before, end=end), replace(after, start=start)


def _joined(line: Sequence[CueWord]) -> str:
    spaced = (
        (" " if index and not word.glued else "") + word.text for index, word in enumerate(line)
    )
    return "".join(spaced)


def cut_cues(
    narration: str,
    words: tuple[Word, ...],
    *,
    first_frame: int,
    frame_rate: Fraction,
    until: int,
    language: str,
    fits: Callable[[str], bool],
) -> tuple[Cue, ...]:
    """Cuts a spoken narration into captions.

    Every character of the narration but white space is in exactly one caption, in order.

    Args:
      words: In order, with times from the start of the speech; text between them (there should be
        none) joins the word before it.
      first_frame: Frame at which the speech starts.
      until: Frame that no caption may reach beyond, later than the start of the last word.
      fits: Whether a line of text is narrow enough for the screen.

    Raises:
      ValueError: A word is not in the narration where it says.
    """
    timed = _timed(_whole(narration, words), narration, first_frame, frame_rate, until)
    pieces = [_narrowed(word, fits) for word in timed]
    words_shown = [piece for word in pieces for piece in word]
    if not words_shown:
        return ()
    costs = break_costs([Unit(word.text, not word.glued) for word in words_shown], language)
    inside = {last - 1 for last in _inner_ends(pieces)}
    costs = [NEUTRAL if index in inside else cost for index, cost in enumerate(costs)]
    limits = Limits(
        least=float(MIN_S * frame_rate),
        most=float(MAX_S * frame_rate),
        linger=int(LINGER_S * frame_rate),
        gap=GAP_FRAMES,
        pause=float(PAUSE_S * frame_rate),
        cps=reading_speed(language).comfortable,
        until=until,
        rate=float(frame_rate),
    )
    plan = plan_captions(_row(words_shown, [*costs, SENTENCE], fits, language), limits)
    return _settled([_cue(words_shown, piece) for piece in plan], frame_rate, until)


def _whole(narration: str, words: Sequence[Word]) -> list[tuple[Word, str]]:
    """Words with the text they stand for, including any that no word covers."""
    found: list[tuple[Word, str]] = []
    at = 0
    for index, word in enumerate(words):
        if word.at < at or narration[word.at : word.at + len(word.text)] != word.text:
            raise ValueError(f"word {word.text!r} is not at {word.at} of the narration")
        start = at if index == 0 else word.at
        end = words[index + 1].at if index + 1 < len(words) else len(narration)
        if text := narration[start:end].strip():
            found.append((replace(word, at=narration.index(text, start)), text))
        at = word.at + len(word.text)
    return found


def _timed(
    words: Sequence[tuple[Word, str]],
    narration: str,
    first_frame: int,
    rate: Fraction,
    until: int,
) -> list[CueWord]:
    timed = []
    latest = max(until - 1, first_frame)
    start = first_frame
    for word, text in words:
        begins = math.floor(_exact(word.start_s) * rate + Fraction(1, 2))
        start = min(latest, max(start, first_frame + begins))
        end = first_frame + math.ceil(_exact(word.end_s) * rate)
        glued = word.at > 0 and not narration[word.at - 1].isspace()
        timed.append(CueWord(text, start, max(start + 1, min(end, until)), glued))
    return timed


def _exact(seconds: float) -> Fraction:
    # Times of words are whole samples: without this, 1.6 s at 25 frames would be 40.0000001.
    return Fraction(round(seconds * SAMPLE_RATE_HZ), SAMPLE_RATE_HZ)


def _narrowed(word: CueWord, fits: Callable[[str], bool]) -> list[CueWord]:
    """A word as it is, or cut so that each piece fits a line, sharing out its time."""
    text = " ".join(word.text.split())
    if fits(text):
        return [replace(word, text=text)]
    pieces = cut_evenly(text, fits)
    found: list[CueWord] = []
    done, length = 0, word.end - word.start
    for piece in pieces:
        start = word.start + length * done // len(text)
        done += len(piece)
        end = word.start + length * done // len(text)
        glued = word.glued if not found else not piece.startswith(" ")
        if stripped := piece.strip():
            found.append(CueWord(stripped, start, max(start + 1, end), glued))
    return found


def _inner_ends(pieces: Sequence[Sequence[CueWord]]) -> Iterator[int]:
    """Numbers of pieces before which a word that was cut goes on."""
    at = 0
    for word in pieces:
        yield from range(at + 1, at + len(word))
        at += len(word)


def _row(
    words: Sequence[CueWord], breaks: Sequence[float], fits: Callable[[str], bool], language: str
) -> Row:
    return Row(
        starts=[word.start for word in words],
        ends=[word.end for word in words],
        characters=[
            read_characters(word.text if word.glued else f" {word.text}", language)
            for word in words
        ],
        widths=[sum(1 + is_wide(c) for c in word.text) + (not word.glued) for word in words],
        breaks=breaks,
        line_ends=_line_ends(words, fits),
    )


def _line_ends(words: Sequence[CueWord], fits: Callable[[str], bool]) -> list[int]:
    """By first word of a line, the furthest end that still fits; lines grow with their words."""
    ends: list[int] = []
    end = 0
    for first in range(len(words)):
        end = max(end, first + 1)
        while end < len(words) and fits(_joined(words[first : end + 1])):
            end += 1
        ends.append(end)
    return ends


def _cue(words: Sequence[CueWord], piece: Piece) -> Cue:
    lines = (tuple(words[piece.first : piece.middle]), tuple(words[piece.middle : piece.end]))
    start, end = words[piece.first].start, words[piece.end - 1].end
    return Cue(start, end, tuple(line for line in lines if line))


def _settled(cues: Sequence[Cue], rate: Fraction, until: int) -> tuple[Cue, ...]:
    """Out-times: hold each caption as long as reading wants and the next one allows."""
    settled: list[Cue] = []
    least, most = math.ceil(MIN_S * rate), int(MAX_S * rate)
    linger = int(LINGER_S * rate)
    for index, cue in enumerate(cues):
        following = cues[index + 1].start if index + 1 < len(cues) else None
        limit = until if following is None else min(until, following - GAP_FRAMES)
        end = min(max(cue.end + linger, cue.start + least), max(cue.start + most, cue.start + 1))
        if following is not None and following - end < FLICKER_S * rate:
            end = min(limit, cue.start + most)
        end = max(min(end, limit), cue.start + 1)
        lines = tuple(tuple(_clipped(word, cue.start, end) for word in line) for line in cue.lines)
        settled.append(Cue(cue.start, end, lines))
    return tuple(settled)


def _clipped(word: CueWord, start: int, end: int) -> CueWord:
    first = min(max(word.start, start), end - 1)
    return replace(word, start=first, end=max(first + 1, min(word.end, end)))
