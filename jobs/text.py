"""Cleaning text that people wrote, without changing what they said.

Narration, titles and prompts reach speech engines, text shaping and captions, so they are brought
to one form: NFC, `\\n` for every line end, no control characters, no towers of accents. Markup-like
text (`{\\b1}`, `%{pts}`, quotes, backslashes), emoji and bidirectional marks stay as they are.
"""

import re
import unicodedata

MAX_MARKS = 8  # combining marks on one base character; Vietnamese needs 2, Tibetan stacks about 6

_LINE_END = re.compile("\r\n|[\r\v\f\x85]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f]")
_SURROGATE = re.compile("[\ud800-\udfff]")
# Letters and symbols by category, but drawn as nothing.
_INVISIBLE = frozenset("\u115f\u1160\u2800\u3164\uffa0")


def forbidden_character(text: str) -> str | None:
    """What in `text` no output could carry: NUL or half a surrogate pair; None when all is well."""
    if "\0" in text:
        return "the NUL character U+0000"
    if half := _SURROGATE.search(text):
        return f"half of a surrogate pair, U+{ord(half.group()):04X}"
    return None


def clean_text(text: str) -> str:
    """`text` in NFC, with `\\n` line ends, no C0 or C1 controls but tab, at most 8 marks a base.

    Cleaning clean text changes nothing.

    Raises:
      ValueError: The text holds NUL or a lone surrogate.
    """
    if forbidden := forbidden_character(text):
        raise ValueError(f"text holds {forbidden}")
    if text.isascii() and text.isprintable():
        return text
    text = _CONTROL.sub("", _LINE_END.sub("\n", text))
    # Marks are capped before NFC too: sorting a long run of marks takes quadratic time.
    return _cap_marks(unicodedata.normalize("NFC", _cap_marks(text)))


def is_blank(text: str) -> bool:
    """Whether nothing of `text` could be seen: spaces, zero-width characters, lone accents."""
    return not any(unicodedata.category(c)[0] in "LNPS" and c not in _INVISIBLE for c in text)


def is_speakable(text: str) -> bool:
    """Whether `text` has a letter or a digit; emoji and punctuation alone have no sound."""
    return any(unicodedata.category(c)[0] in "LN" and c not in _INVISIBLE for c in text)


def _cap_marks(text: str) -> str:
    if text.isascii():
        return text
    kept = []
    marks = 0
    for character in text:
        category = unicodedata.category(character)
        if category in ("Mn", "Me"):
            marks += 1
            if marks > MAX_MARKS:
                continue
        elif category != "Cf":  # a zero-width joiner does not start a new base
            marks = 0
        kept.append(character)
    return "".join(kept)
