"""Cutting a word that is wider than a line."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from itertools import pairwise

from media.breaks import clusters

_AFTER_MARK = re.compile(r"(?<=[/.@_&=?-])(?=[^\W\d_])")
_VOWELS = frozenset("aeiouyæøœıаеёиоуыэюяієї")
_ONE_SOUND = ("sch", "ch", "ck", "ph", "sh", "qu")
_REACH = 4  # characters that a cut may move to the beginning of a syllable


def cut_evenly(text: str, fits: Callable[[str], bool]) -> tuple[str, ...]:
    """A text without break opportunities, cut into the fewest parts that fit.

    Addresses of pages are cut after their punctuation; others evenly, between clusters, and where a
    syllable begins if one does nearby. A cluster that does not fit alone stays alone.
    """
    named = _filled(_AFTER_MARK.split(text), fits)
    if all(map(fits, named)):
        return named
    parts = clusters(text)
    greedy = _filled(parts, fits)
    even = [len(parts) * number // len(greedy) for number in range(len(greedy) + 1)]
    letters = "".join(part[0] for part in parts).lower()
    spoken = [0, *(_syllable_near(letters, at) for at in even[1:-1]), len(parts)]
    for cuts in (spoken, even):
        found = tuple("".join(parts[a:b]) for a, b in pairwise(cuts))
        if all(map(fits, found)):
            return found
    return greedy


def _filled(parts: Sequence[str], fits: Callable[[str], bool]) -> tuple[str, ...]:
    filled = [""]
    for part in parts:
        if filled[-1] and not fits(filled[-1] + part):
            filled.append("")
        filled[-1] += part
    return tuple(filled)


def _syllable_near(letters: str, at: int) -> int:
    near = range(max(2, at - _REACH), min(len(letters) - 2, at + _REACH) + 1)
    begin = [place for place in near if _begins_syllable(letters, place)]
    return min(begin, key=lambda place: abs(place - at), default=at)


def _begins_syllable(letters: str, at: int) -> bool:
    """Whether one consonant and a vowel stand here, as in Latin and Cyrillic at most syllables."""
    for sound in _ONE_SOUND:
        for inside in range(1, len(sound)):
            if letters.startswith(sound, at - inside):
                return False
    onset = next((sound for sound in _ONE_SOUND if letters.startswith(sound, at)), letters[at])
    after = letters[at + len(onset) : at + len(onset) + 1]
    return onset.isalpha() and not _is_vowel(onset[0]) and _is_vowel(after)


def _is_vowel(letter: str) -> bool:
    return letter != "й" and unicodedata.normalize("NFD", letter)[:1] in _VOWELS
