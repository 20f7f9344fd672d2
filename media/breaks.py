"""Where a line of text may break, and how well.

Costs follow the guides of Netflix and the BBC: after punctuation, before a conjunction or a
preposition, never after an article, inside a name or between a number and its unit. Scripts
without spaces break between their words, and only in need between other clusters; Chinese and
Japanese never as JIS X 4051 (kinsoku) forbids.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from media.phrases import (
    ORDINAL_DOTS,
    binding_words,
    is_before_number,
    is_title,
    linking_words,
    primary,
)
from media.unspaced import word_ends

SENTENCE, CLAUSE, GOOD, NEUTRAL, POOR, BAD, NEVER = 0.0, 0.6, 2.5, 5.0, 12.0, 30.0, 1000.0

_SENTENCE_ENDS = frozenset(".!?…。！？｡؟۔।॥։።")
_CLAUSE_ENDS = frozenset(",;:،؛、，；：–—")
_CLOSERS = frozenset("\"'”’»›)]}」』）】〕〉》")
_NO_START = frozenset(
    "、。，．・：；？！ヽヾゝゞ々ー」』）】〕〉》｝］ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ"
    "｡｣､･ｰ,.!?;:%)]}”’»›…‥~〜～¢°′″℃،؛؟।॥"
)
_NO_END = frozenset("「『（【〔〈《｛［｢([{“‘«‹¡¿„‚$£€¥￥#")
_DASHES = frozenset("–—-")
_PARTICLES = frozenset("はがをにでともへのやか的了着过，、")
_CHINESE_LINKS = frozenset("在和是与與把被从從对對向而或但")  # they open a phrase
_NUMBER = re.compile(r"[$£€¥#]?\d[\d.,:/\u00a0\u202f]*")
_YEAR = re.compile(r"(1[5-9]|20)\d\d")
_INITIAL = re.compile(r"[^\W\d_][\u0300-\u036f\u0900-\u0903\u093a-\u094f]*\.")
_INITIALS = re.compile(r"([^\W\d_]\.){2,}")
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


def is_wide(character: str) -> bool:
    """Whether it takes the width of two (UAX #11)."""
    return unicodedata.east_asian_width(character) in "WF"


def has_no_spaces(character: str) -> bool:
    """Whether its script writes words without spaces: Han, kana, Thai, Lao, Khmer, Burmese."""
    if "\uac00" <= character <= "\ud7a3":
        return False
    if not (character.isalpha() or unicodedata.category(character) in ("Mn", "Mc")):
        return False  # a vowel sign of Thai is no letter
    return is_wide(character) or unicodedata.name(character, "").partition(" ")[0] in (
        *("THAI", "LAO", "KHMER", "MYANMAR", "TIBETAN", "KATAKANA", "HIRAGANA"),
    )


def _breaks_inside(before: str, after: str) -> bool:
    if before in _NO_END or after in _NO_START or after in _CLOSERS:
        return False
    return has_no_spaces(before) or has_no_spaces(after) or before in "、。，！？；：」』）"


def break_costs(pieces: Sequence[Unit], language: str) -> list[float]:
    """By piece but the last of a text, how bad a line break after it is."""
    text = "".join(" " * piece.spaced + piece.text for piece in pieces)
    ends = word_ends(text, language)
    found = []
    at = 0
    for before, after in pairwise(pieces):
        at += before.spaced + len(before.text)
        cost = break_cost(before.text, after.text, spaced=after.spaced, language=language)
        unspaced = has_no_spaces(before.text[-1]) and has_no_spaces(after.text[0])
        if ends is not None and unspaced and not after.spaced:
            cost = _cost_at_word(cost, at, ends, language)
        found.append(cost)
    return found


def _cost_at_word(cost: float, at: int, ends: frozenset[int], language: str) -> float:
    if at not in ends:
        return max(cost, BAD)
    if primary(language) == "ja":  # phrases, each with its particles
        return min(cost, GOOD)
    # A Chinese word of one character leans on its neighbour, as in 每|天 and 两|次.
    alone = at - 1 in ends or at + 1 in ends
    return max(cost, POOR) if alone and cost > GOOD else cost


def break_cost(before: str, after: str, *, spaced: bool, language: str) -> float:
    """How bad a line break between two pieces of text is: `SENTENCE` (best) to `NEVER`."""
    last, first = before[-1], after[0]
    if last in _NO_BREAK_SPACES or first in _NO_BREAK_SPACES:
        return NEVER
    if last in _NO_END or (first in _NO_START and not (spaced and any(map(str.isalnum, after)))):
        return NEVER
    if not spaced:
        return _cost_inside(before, after)
    bare = before.rstrip("".join(_CLOSERS)) or before
    if bare[-1] in _SENTENCE_ENDS:
        if bare[-1] == "." and (bound := _cost_after_abbreviation(bare, after, language)):
            return bound
        return CLAUSE if bare.endswith("..") else SENTENCE
    if after in _DASHES:  # a dash stays with what it follows
        return POOR
    if bare[-1] in _CLAUSE_ENDS or first in "([«“„":
        return CLAUSE
    return _cost_between_words(_word(before), _word(after), last, language)


def _cost_after_abbreviation(bare: str, after: str, language: str) -> float | None:
    """Of a break after a full stop that ends no sentence; None when it may."""
    word = bare.lstrip("".join(_NO_END))
    if is_title(word) or (after[0].isdigit() and is_before_number(word)):
        return BAD
    following = after.rstrip("".join(_CLOSERS | _CLAUSE_ENDS))
    if _INITIAL.fullmatch(word) and (not word[0].islower() or _INITIAL.fullmatch(following)):
        return BAD  # of a name, or z. B.
    if word[:-1].isdigit() and len(word) <= 3 and primary(language) in ORDINAL_DOTS:
        return BAD  # 3. Oktober
    if _INITIALS.fullmatch(word):  # U.S. Survey; but 5 p.m. Then may be two sentences
        return GOOD if word.islower() and after[0].isupper() else POOR
    return NEUTRAL if after[0].islower() else None


def _cost_between_words(left: str, right: str, last: str, language: str) -> float:
    links, articles = linking_words(language), binding_words(language)
    if left.lower() in articles or is_title(left):
        return BAD
    if _NUMBER.fullmatch(left):  # a number and its unit, or what it counts
        return POOR if _YEAR.fullmatch(left) else BAD
    if left.lower() in links:
        return POOR
    # Thai parts sentences and clauses by spaces, which it has nowhere else but around numbers.
    if "\u0e01" <= last <= "\u0e5b" and "\u0e01" <= right[:1] <= "\u0e5b":
        return CLAUSE
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
    if last in _CHINESE_LINKS and not _is_hiragana(first):
        return POOR
    if first in _CHINESE_LINKS and not _is_hiragana(last):
        return GOOD
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
