"""Subtitle documents for libass. Text of users enters FFmpeg here and nowhere else.

Format: Advanced SubStation Alpha v4.00+, as libass reads it.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

_HEAD = """\
[Script Info]
ScriptType: v4.00+
PlayResX: {width}
PlayResY: {height}
WrapStyle: 2
ScaledBorderAndShadow: yes
YCbCr Matrix: None
Kerning: yes

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, \
Bold, Italic, Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, \
Alignment, MarginL, MarginR, MarginV, Encoding
Style: Text,{family},20,&H00FFFFFF,&H00FFFFFF,&H00000000,&H00000000,0,0,0,0,100,100,0,0,1,0,0,\
2,0,0,0,-1

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
"""
# Encoding -1 makes libass take each line's direction from its first strong character.


@dataclass(frozen=True)
class Page:
    """One picture: what is drawn in it, each an ASS text, later ones over earlier ones."""

    texts: tuple[str, ...]


def ass_document(width: int, height: int, family: str, pages: Sequence[Page]) -> str:
    """A document that shows page k from second k to second k + 1."""
    lines = [
        f"Dialogue: {layer},{_time(number)},{_time(number + 1)},Text,,0,0,0,,{text}\n"
        for number, page in enumerate(pages)
        for layer, text in enumerate(page.texts)
    ]
    return _HEAD.format(width=width, height=height, family=font_name(family)) + "".join(lines)


def literal(text: str) -> str:
    r"""Text that libass draws as written: no tags, no `\N`, one line.

    Braces are escaped by a backslash. A backslash itself cannot be: a word joiner (U+2060, drawn as
    nothing) after it keeps it from forming a command with what follows. Control characters, line
    ends among them, become spaces.
    """
    found = []
    for character in text:
        if character in "{}":
            found.append("\\" + character)
        elif character == "\\":
            found.append("\\\u2060")
        elif unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp"):
            found.append(" ")
        else:
            found.append(character)
    return "".join(found)


def font_name(family: str) -> str:
    """A family name that can stand in a tag and in a style."""
    return "".join(c for c in family if c not in "\\{}(),@" and c.isprintable())


def font_tags(family: str, size_px: float) -> str:
    r"""Tags that switch the font: `\fn`, `\fs`."""
    return f"{{\\fn{font_name(family)}\\fs{size_px:.2f}}}"


def color_tag(color: str, part: int = 1) -> str:
    r"""Tag, without braces, that sets the sRGB colour `#rrggbb` of the fill (1) or outline (3)."""
    red, green, blue = color[1:3], color[3:5], color[5:7]
    return f"\\{part}c&H{blue}{green}{red}&"  # ASS writes blue first


def rectangle(width: float, height: float) -> str:
    """A filled rectangle in ASS drawing commands, without the tags that begin and end them."""
    return f"m 0 0 l {width:.0f} 0 {width:.0f} {height:.0f} 0 {height:.0f}"


def _time(second: int) -> str:
    return f"{second // 3600}:{second // 60 % 60:02}:{second % 60:02}.00"
