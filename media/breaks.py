"""Where a line of text may break, and how well.

Costs follow the guides of Netflix and the BBC: after punctuation, before a conjunction or a
preposition, never after an article or inside a name. Chinese and Japanese break between any two
characters except as JIS X 4051 (kinsoku) forbids; scripts without spaces break between clusters.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from media.phrases import binding_words, linking_words

SENTENCE, CLAUSE, GOOD, NEUTRAL, POOR, BAD, NEVER = 0.0, 0.6, 2.5, 5.0, 9.0, 14.0, 1000.0

_SENTENCE_ENDS = frozenset(".!?…。！？｡؟۔।॥։።")
_CLAUSE_ENDS = frozenset(",;:،؛、，；：–—")
_CLOSERS = frozenset("\"'”’»›)]}」』）】〕〉》")
_NO_START = frozenset(
    "、。，．・：；？！ヽヾゝゞ々ー」』）】〕〉》｝］ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ"
    "｡｣､･ｰ,.!?;:%)]}”’»›…‥~〜～¢°′″℃،؛؟।"
)
_NO_END = frozenset("「『（【〔〈《｛［｢([{“‘«‹¡¿$£€¥￥#")
_PARTICLES = frozenset("はがをにでともへのやか的了是在和着过，、")
_ABBREVIATIONS = frozenset(
    {
        *("mr.", "mrs.", "ms.", "dr.", "prof.", "st.", "sr.", "jr.", "vs.", "no.", "e.g.", "i.e."),
        *("hr.", "fr.", "bzw.", "z.b.", "m.", "mme.", "sra.", "sig."),
    }
)
_NO_BREAK_SPACES = frozenset("\u00a0\u202f\u2007\u2060")


@dataclass(frozen=True)
class Unit:
    """A piece of text that stays whole; `spaced`: white space stands before it."""

    text: str
    spaced: bool


def clusters(text: str) -> tuple[str, ...]:
    """Text cut into what people see as characters: bases with their marks and joiners.

    A small part of UAX #29: marks, joiners, modifiers, flags, Thai and Lao vowels.
    """
    found: list[str] = []
    for character in text:
        if found and _continues(found[-1], character):
            found[-1] += character
        else:
            found.append(character)
    return tuple(found)


def _continues(before: str, character: str) -> bool:
    if character.isascii() and before[-1].isascii():
        return False
    if unicodedata.category(character) in ("Mn", "Me", "Mc") or before[-1] in "\u200d\u2060":
        return True
    if character in "\u200d\u2060\u200c" or "\U0001f3fb" <= character <= "\U0001f3ff":
        return True
    if "\U000e0020" <= character <= "\U000e007f":
        return True
    if "\U0001f1e6" <= character <= "\U0001f1ff":
        return len(before) == 1 and "\U0001f1e6" <= before <= "\U0001f1ff"
    # Thai and Lao vowels written after, and those written before their consonant.
    if character in "ะาำๅๆຯະາຳ" or before[-1] in "เแโใไເແໂໃໄ":
        return True
    # A consonant joined by a virama belongs to the conjunct (Devanagari and its relatives).
    return unicodedata.combining(before[-1]) == 9 and character.isalpha()


def units(text: str) -> tuple[Unit, ...]:
    """Text cut wherever a line might break: at white space, and inside scripts without spaces."""
    found: list[Unit] = []
    for match in re.finditer(r"[^ \t\n\r\v\f\u2028\u2029\u3000]+", text):
        spaced = match.start() > 0
        for cluster in clusters(match.group()):
            glued = found and not spaced and not _breaks_inside(found[-1].text[-1], cluster[0])
            if glued:
                found[-1] = Unit(found[-1].text + cluster, found[-1].spaced)
            else:
                found.append(Unit(cluster, spaced))
            spaced = False
    return tuple(found)


def cut_evenly(text: str, fits: Callable[[str], bool]) -> tuple[str, ...]:
    """A text without break opportunities, cut between clusters into the fewest even parts that fit.

    A cluster that does not fit alone stays alone.
    """
    parts = clusters(text)
    greedy = [""]
    for part in parts:
        if greedy[-1] and not fits(greedy[-1] + part):
            greedy.append("")
        greedy[-1] += part
    count = len(greedy)
    cuts = [len(parts) * number // count for number in range(count + 1)]
    even = tuple("".join(parts[a:b]) for a, b in pairwise(cuts))
    return even if all(map(fits, even)) else tuple(greedy)


def is_wide(character: str) -> bool:
    """Whether it takes the width of two (UAX #11)."""
    return unicodedata.east_asian_width(character) in "WF"


def has_no_spaces(character: str) -> bool:
    """Whether its script writes words without spaces: Han, kana, Thai, Lao, Khmer, Burmese."""
    if "\uac00" <= character <= "\ud7a3" or not character.isalpha():
        return False
    return is_wide(character) or unicodedata.name(character, "").partition(" ")[0] in (
        *("THAI", "LAO", "KHMER", "MYANMAR", "TIBETAN", "KATAKANA", "HIRAGANA"),
    )


def _breaks_inside(before: str, after: str) -> bool:
    if before in _NO_END or after in _NO_START or after in _CLOSERS:
        return False
    return has_no_spaces(before) or has_no_spaces(after) or before in "、。，！？；：」』）"


def break_cost(before: str, after: str, *, spaced: bool, language: str) -> float:
    """How bad a line break between two pieces of text is: `SENTENCE` (best) to `NEVER`."""
    last, first = before[-1], after[0]
    if last in _NO_BREAK_SPACES or first in _NO_BREAK_SPACES:
        return NEVER
    if last in _NO_END or (first in _NO_START and not spaced):
        return NEVER
    if not spaced:
        return _cost_inside(before, after)
    bare = before.rstrip("".join(_CLOSERS)) or before
    if bare[-1] in _SENTENCE_ENDS and bare.lower() not in _ABBREVIATIONS:
        return CLAUSE if bare.endswith("..") else SENTENCE
    if bare[-1] in _CLAUSE_ENDS or first in "–—([«“":
        return CLAUSE
    return _cost_between_words(_word(before), _word(after), before, language)


def _cost_between_words(left: str, right: str, before: str, language: str) -> float:
    links, articles = linking_words(language), binding_words(language)
    if left.lower() in articles or before.lower() in _ABBREVIATIONS:
        return BAD
    if left.lower() in links:
        return POOR
    if left.isdigit():  # a number and its unit
        return POOR
    # Two capitals in a row look like a name, but in German every noun has one.
    if left.istitle() and right.istitle() and len(left) > 1 and not language.startswith("de"):
        return POOR
    if right.lower() in links or right.startswith("و"):  # Arabic writes "and" without a space
        return GOOD
    return NEUTRAL


def _cost_inside(before: str, after: str) -> float:
    last, first = before[-1], after[0]
    if last in _SENTENCE_ENDS and is_wide(last):
        return SENTENCE
    if last in _CLAUSE_ENDS and is_wide(last):
        return CLAUSE
    if last in _CLOSERS and is_wide(last):
        return GOOD
    if not (has_no_spaces(last) or has_no_spaces(first)):
        return POOR if last in "-‐/_&=" and first.isalnum() else NEVER / 4
    if last in _PARTICLES:
        return GOOD if not _is_hiragana(first) else NEUTRAL
    if _is_hiragana(last) and not _is_hiragana(first):
        return NEUTRAL - 1
    if _is_katakana(last) and _is_katakana(first):
        return BAD
    if first in _PARTICLES:
        return POOR
    return NEUTRAL + 1


def _word(text: str) -> str:
    return text.strip("".join(_CLOSERS | _NO_END | _SENTENCE_ENDS | _CLAUSE_ENDS))


def _is_hiragana(character: str) -> bool:
    return "\u3041" <= character <= "\u309f"


def _is_katakana(character: str) -> bool:
    return "\u30a0" <= character <= "\u30ff"
