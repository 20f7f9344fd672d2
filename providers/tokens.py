"""Narration -> the units that captions show and words are timed by."""

import re
import unicodedata
from dataclasses import dataclass
from enum import Enum

from providers.spoken_text import is_speakable, is_spoken_sign

_HAN = "\u2e80-\u2fdf\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_KANA = "\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fd-\u30ff\u31f0-\u31ff\uff66-\uff9d"
_SMALL = "ぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶー\u3099\u309a\uff70\uff9e\uff9f"
_THAI = "\u0e01-\u0e2e\u0e81-\u0eae"
_THAI_BEFORE = "\u0e40-\u0e44\u0ec0-\u0ec4"  # vowels written before their consonant
_THAI_AFTER = "\u0e30-\u0e3a\u0e45-\u0e4e\u0eb0-\u0ebd\u0ec6-\u0ecd"
_BURMESE = "\u1000-\u102a\u103f\u1780-\u17b3"  # and Khmer
_BURMESE_AFTER = "\u102b-\u103e\u1056-\u1059\u17b4-\u17d3"
_STACKED = "\u1039\u17d2"  # joins the next consonant to this one
_UNSPACED = f"{_HAN}{_KANA}\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
_PIECES = re.compile(
    "|".join(
        (
            f"[{_HAN}{_KANA}][{_SMALL}\ufe00-\ufe0f\U000e0100-\U000e01ef]*",
            # Thai and Lao: one or two consonants that share a vowel, and the consonant without
            # a vowel that closes the syllable; o ang is a vowel where it carries none.
            f"[{_THAI_BEFORE}]?(?:[{_THAI}](?=[{_THAI}][{_THAI_AFTER}]))?"
            f"[{_THAI}](?:[{_THAI_AFTER}]+|[อອ](?![{_THAI_AFTER}]))?"
            f"(?:[{_THAI}](?![{_THAI_AFTER}อອ]))?",
            f"[{_BURMESE}](?:[{_STACKED}][{_BURMESE}]|[{_BURMESE_AFTER}])*"
            f"(?:[{_BURMESE}]\u103a[\u1037\u1038]?)?",
            f"[^{_UNSPACED}]+",  # a number, a Latin name, punctuation
            ".",
        )
    )
)
_OPENING = frozenset({"Ps", "Pi"})


class Kind(Enum):
    """Whether a unit can be heard."""

    WORD = "word"  # has a letter or a digit
    SIGN = "sign"  # has a sign that some languages read by name
    SILENT = "silent"


@dataclass(frozen=True)
class Unit:
    """`narration[at:end]`, shown and timed as one."""

    at: int
    end: int
    kind: Kind


def units(narration: str) -> tuple[Unit, ...]:
    """Splits a narration at white space, and unspaced scripts into characters or syllables.

    Every character that is not white space is in exactly one unit. Inside an unspaced run
    punctuation goes with its neighbour: opening marks with the next piece, others with the last.
    """
    return tuple(
        Unit(at, end, _kind(narration[at:end]))
        for token in re.finditer(r"\S+", narration)
        for at, end in _spans(narration, token.start(), token.end())
    )


def opens(text: str) -> bool:
    """Whether `text` is opening punctuation, which belongs to what follows it."""
    return all(
        unicodedata.category(character) in _OPENING or character in "¿¡" for character in text
    )


def _kind(text: str) -> Kind:
    if is_speakable(text):
        return Kind.WORD
    return Kind.SIGN if any(is_spoken_sign(character) for character in text) else Kind.SILENT


def _spans(narration: str, at: int, end: int) -> list[tuple[int, int]]:
    if not re.search(f"[{_UNSPACED}]", narration[at:end]):
        return [(at, end)]
    spans: list[tuple[int, int]] = []
    opening = False  # the last span waits for what it opens
    for piece in _PIECES.finditer(narration, at, end):
        for start, stop in _without_edges(narration, *piece.span()):
            text = narration[start:stop]
            silent = _kind(text) is Kind.SILENT
            if spans and (opening or (silent and not opens(text))):
                spans[-1] = (spans[-1][0], stop)
                opening = opening and silent
            else:
                spans.append((start, stop))
                opening = silent
    if opening and len(spans) > 1:  # nothing came after the last opening mark
        last = spans.pop()
        spans[-1] = (spans[-1][0], last[1])
    return spans


def _without_edges(narration: str, start: int, stop: int) -> list[tuple[int, int]]:
    # "2024" in 「2024」年 comes out of the pattern with its brackets: cut the edges off, so that
    # each goes the right way.
    first, last = start, stop
    while first < stop and _kind(narration[first]) is Kind.SILENT:
        first += 1
    if first == stop:
        return [(index, index + 1) for index in range(start, stop)]
    while _kind(narration[last - 1]) is Kind.SILENT:
        last -= 1
    return [
        *((index, index + 1) for index in range(start, first)),
        (first, last),
        *((index, index + 1) for index in range(last, stop)),
    ]
