"""How fast captions may be read, by language: one table for cutting, notes and the manifest.

Netflix's Timed Text Style Guides for adults. Captions here tell every word that is spoken, as
subtitles for the deaf and hard of hearing do: their limit is the fastest, and the limit of
translated subtitles, which may shorten, is what is read with comfort. Subtitle Edit's checker was
compared with the guides of 2026 (pull request 13347) and gives the same numbers. English has one
limit of 20 for both; 17 of the older guide is kept as its comfort.
"""

import unicodedata
from dataclasses import dataclass

from media.breaks import is_wide


@dataclass(frozen=True)
class ReadingSpeed:
    """Characters a second: read with comfort, and at most."""

    comfortable: float
    fastest: float


_USUAL = ReadingSpeed(17, 20)
_BY_LANGUAGE = {
    "ar": ReadingSpeed(20, 23),
    "hi": ReadingSpeed(22, 25),
    "ja": ReadingSpeed(4, 7),
    "ko": ReadingSpeed(12, 14),
    **dict.fromkeys(("zh", "cmn", "yue", "hak"), ReadingSpeed(9, 11)),
}
# Limits of these languages count wide characters: a Latin letter is half of one.
_COUNTED_WIDE = frozenset({"ja", "ko", "zh", "cmn", "yue", "hak"})


def reading_speed(language: str) -> ReadingSpeed:
    """The limits of a language, given as a BCP 47 tag."""
    return _BY_LANGUAGE.get(_primary(language), _USUAL)


def read_characters(text: str, language: str) -> float:
    """Characters that are read: with spaces and line ends, without combining and unseen marks.

    In Chinese, Japanese and Korean narrow ones count half.
    """
    shown = [c for c in text if unicodedata.category(c) not in ("Mn", "Me", "Cf")]
    if _primary(language) in _COUNTED_WIDE:
        return sum(1.0 if is_wide(character) else 0.5 for character in shown)
    return float(len(shown))


def _primary(language: str) -> str:
    return language.lower().replace("_", "-").partition("-")[0]
