"""Narration -> the text a synthesizer is given, with the way back for every character.

Nothing in a narration is markup, and some of it is not speech: emoji, direction marks, control
characters. Left in, espeak-ng reads emoji by name and spells what it does not know by its code.
"""

import unicodedata
from dataclasses import dataclass

# Read out although they are neither letters nor digits; currency and maths come by category.
SPOKEN_SIGNS = frozenset("%‰&@#*/\\§°©®™№℃℉")
# Arrows, geometric shapes and dingbats, some of which Unicode files under mathematics.
PICTURES = ((0x2190, 0x21FF), (0x25A0, 0x27BF), (0x2B00, 0x2BFF))
# Forms with a plainer equivalent: circled digits, squared CJK abbreviations, ligatures, Arabic
# presentation forms, full width, and the mathematical alphabets people write "bold" with.
COMPATIBILITY = (
    (0x2460, 0x24EA),
    (0x3200, 0x33FF),
    (0xFB00, 0xFDFB),
    (0xFE70, 0xFEFC),
    (0xFF05, 0xFF05),  # of full width, not the punctuation: it ends a clause without a space
    (0xFF10, 0xFF19),
    (0xFF21, 0xFF3A),
    (0xFF41, 0xFF5A),
    (0x1D400, 0x1D7FF),
)
JOINERS = frozenset("\u200c\u200d")  # Persian and Indic spelling depends on them
FULL_WIDTH_ENDS = frozenset("。、，！？：；")
CLAUSE_ENDS = FULL_WIDTH_ENDS | frozenset(".,;:!?…،؛؟।")
HAN = ((0x3400, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF))
# espeak-ng loses what does not fit its list of 1,000 phonemes a clause, measured on Chinese without
# punctuation and on lists of numbers: there a comma is put in, a breath.
CLAUSE_PHONEMES = 700  # a clause may be broken anywhere from here on
SPACED_CLAUSE_PHONEMES = 600  # and at a space from here on
DIGIT_PHONEMES = 7  # "777": seven hundred and seventy-seven
HAN_PHONEMES = 12  # "Chinese letter", which most voices say; 5 in Chinese
# It also loses what does not fit its 160 bytes of UTF-8 a word: kana and Thai without a space.
WORD_BYTES = 120
DIGIT_BYTES = 4  # numbers of more than 30 digits were cut off


@dataclass(frozen=True)
class SpokenText:
    """Text for a synthesizer: `text[i]` was written for `narration[source[i]]`."""

    text: str
    source: tuple[int, ...]


def spoken_text(narration: str) -> SpokenText:
    """Prepares a narration: letters composed, no pictures or controls, long clauses broken."""
    text: list[str] = []
    source: list[int] = []
    for index, character in enumerate(narration):
        written = pronounceable(character)
        if text and unicodedata.combining(character):
            composed = unicodedata.normalize("NFC", text[-1] + character)
            if len(composed) == 1:  # espeak-ng splits a word at a separate accent
                text[-1] = composed
                continue
        text.extend(written)
        source.extend([index] * len(written))
    _blank_idle_punctuation(text)
    return _broken(text, source)


def is_speakable(text: str) -> bool:
    """Whether there is a letter or a digit in `text`."""
    return any(_is_letter_or_digit(character) for character in text)


def is_spoken_sign(character: str) -> bool:
    """Whether some languages read this sign by name when it stands alone, e.g. `%`."""
    if _within(character, PICTURES):
        return False
    return character in SPOKEN_SIGNS or unicodedata.category(character) in {"Sc", "Sm"}


def pronounceable(character: str) -> str:
    """What a synthesizer gets for one character: itself, a plainer form, a space or nothing."""
    if character in "\n\u2028\u2029":
        return "\n"  # an empty line is a pause
    if character.isspace() or character == "\u200b":  # zero width space: a word ends in Thai
        return " "
    if _within(character, COMPATIBILITY):
        return "".join(
            " " if part.isspace() else part for part in unicodedata.normalize("NFKC", character)
        )
    category = unicodedata.category(character)
    if category == "Cf":
        return character if character in JOINERS else ""
    if 0xFE00 <= ord(character) <= 0xFE0F or character == "\u20e3":  # emoji style, keycap
        return ""
    if category[0] == "C" or category in {"So", "Sk"} or _within(character, PICTURES):
        return character if character in SPOKEN_SIGNS else " "
    return character


def _blank_idle_punctuation(text: list[str]) -> None:
    # A "!" where a clause has just ended, or none has begun, would be read as "exclamation".
    ended = True
    start = 0
    for end in range(len(text) + 1):
        if end < len(text) and not text[end].isspace():
            continue
        token = text[start:end]
        if token and not any(_is_heard(character) for character in token):
            if ended:
                text[start:end] = " " * len(token)
            else:
                ended = any(character in CLAUSE_ENDS for character in token)
        elif token:
            ended = token[-1] in CLAUSE_ENDS
        start = end + 1


def _broken(text: list[str], source: list[int]) -> SpokenText:
    out: list[str] = []
    origin: list[int] = []
    phonemes = size_bytes = 0  # of this clause, of this word
    for character, index in zip(text, source, strict=True):
        if character.isspace():
            if out and out[-1] in CLAUSE_ENDS:  # inside a number they end nothing
                phonemes = 0
            size_bytes = 0
            limit = SPACED_CLAUSE_PHONEMES
        else:
            is_han = _within(character, HAN)  # each a word of its own
            ends = character in FULL_WIDTH_ENDS
            phonemes = 0 if ends else phonemes + _phonemes(character)
            size_bytes = 0 if is_han or ends else size_bytes + _size_bytes(character)
            limit = CLAUSE_PHONEMES
        if phonemes > limit or size_bytes > WORD_BYTES:
            pause = ", " if phonemes > limit else " "
            out.extend(pause)
            origin.extend([index] * len(pause))
            phonemes = 0 if phonemes > limit else phonemes
            size_bytes = 0
        out.append(character)
        origin.append(index)
    return SpokenText("".join(out), tuple(origin))


def _phonemes(character: str) -> int:
    if character.isdigit():
        return DIGIT_PHONEMES
    return HAN_PHONEMES if _within(character, HAN) else 1


def _size_bytes(character: str) -> int:
    return DIGIT_BYTES if character.isdigit() else len(character.encode())


def _is_heard(character: str) -> bool:
    return _is_letter_or_digit(character) or is_spoken_sign(character)


def _is_letter_or_digit(character: str) -> bool:
    return unicodedata.category(character)[0] in "LN"


def _within(character: str, ranges: tuple[tuple[int, int], ...]) -> bool:
    code = ord(character)
    return any(first <= code <= last for first, last in ranges)
