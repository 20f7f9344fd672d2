"""Colour emoji. libass draws outlines only, so emoji are drawn by Pillow from bitmaps."""

import re
from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont, features

from media.sfnt import Font

# Noto Color Emoji has bitmaps of one size, 136x128 for 109 pixels an em.
_BITMAP_EM_PX, _BITMAP_WIDTH, _BITMAP_HEIGHT = 109, 136, 128
HEIGHT_EM = 1.04  # of the text around it: from below the baseline to above the capitals
WIDTH_EM = HEIGHT_EM * _BITMAP_WIDTH / _BITMAP_HEIGHT
DROP_EM = 0.18  # how far it reaches below the baseline

# Emoji_Presentation=Yes below U+1F000 (Unicode 16, emoji-data.txt). Above, everything that the
# colour font has is drawn in colour.
_PICTURES = (
    "\u231a\u231b\u23e9-\u23ec\u23f0\u23f3\u25fd\u25fe\u2614\u2615\u2648-\u2653\u267f\u2693\u26a1"
    "\u26aa\u26ab\u26bd\u26be\u26c4\u26c5\u26ce\u26d4\u26ea\u26f2\u26f3\u26f5\u26fa\u26fd\u2705"
    "\u270a\u270b\u2728\u274c\u274e\u2753-\u2755\u2757\u2795-\u2797\u27b0\u27bf\u2b1b\u2b1c\u2b50"
    "\u2b55"
)
# Those that are text unless U+FE0F follows.
_TEXT_LIKE = (
    "\u00a9\u00ae\u203c\u2049\u2122\u2139\u2194-\u2199\u21a9\u21aa\u2328\u23cf\u23ed-\u23ef\u23f1"
    "\u23f2\u23f8-\u23fa\u24c2\u25aa\u25ab\u25b6\u25c0\u25fb\u25fc\u2600-\u2604\u260e\u2611\u2618"
    "\u261d\u2620\u2622\u2623\u2626\u262a\u262e\u262f\u2638-\u263a\u2640\u2642\u265f\u2660\u2663"
    "\u2665\u2666\u2668\u267b\u267e\u2692\u2694-\u2697\u2699\u269b\u269c\u26a0\u26a7\u26b0\u26b1"
    "\u26c8\u26cf\u26d1\u26d3\u26e9\u26f0\u26f1\u26f4\u26f7-\u26f9\u2702\u2708\u2709\u270c\u270d"
    "\u270f\u2712\u2714\u2716\u271d\u2721\u2733\u2734\u2744\u2747\u2763\u2764\u27a1\u2934\u2935"
    "\u2b05-\u2b07\u3030\u303d\u3297\u3299"
)
_HIGH = "\U0001f004\U0001f0cf\U0001f170-\U0001f251\U0001f300-\U0001faff"
_FLAG = "[\U0001f1e6-\U0001f1ff]{2}"
_TONE = "[\U0001f3fb-\U0001f3ff]"
_ONE = (
    f"(?:[{_PICTURES}{_HIGH}](?!\ufe0e)|[{_TEXT_LIKE}](?=\ufe0f|{_TONE}))\ufe0f?{_TONE}?"
    "(?:[\U000e0020-\U000e007e]+\U000e007f)?"
)
# Inside a ZWJ sequence every element is a picture, with or without U+FE0F (UTS #51, ED-16).
_JOINED = f"\u200d[{_PICTURES}{_TEXT_LIKE}{_HIGH}]\ufe0f?{_TONE}?"
_EMOJI = re.compile(
    f"[0-9#*]\ufe0f?\u20e3|{_FLAG}|{_ONE}(?:{_JOINED})*|[{_TEXT_LIKE}](?:{_JOINED})+"
)


def split_emoji(text: str) -> Iterator[tuple[str, bool]]:
    """The text in order, as stretches of ordinary text (False) and single emoji (True).

    Sequences count as one: skin tones, flags, keycaps, tags, zero-width joiners (UTS #51).
    """
    at = 0
    for match in _EMOJI.finditer(text):
        if match.start() > at:
            yield text[at : match.start()], False
        yield match.group(), True
        at = match.end()
    if at < len(text):
        yield text[at:], False


def has_emoji(font: Font, sequence: str) -> bool:
    """Whether the font has a picture for at least the first character of a sequence."""
    return font.has(sequence[0])


def draw_emoji(font: Font, sequence: str, width_px: int, height_px: int) -> NDArray[np.uint8]:
    """An emoji as premultiplied RGBA, shape (height_px, width_px, 4)."""
    picture = Image.new("RGBA", (_BITMAP_WIDTH, _BITMAP_HEIGHT))
    face = _face(font)
    if not features.check("raqm"):
        sequence = sequence[0]  # sequences need shaping
    left, top, right, bottom = face.getbbox(sequence)
    ImageDraw.Draw(picture).text(
        ((_BITMAP_WIDTH - (right - left)) / 2 - left, (_BITMAP_HEIGHT - (bottom - top)) / 2 - top),
        sequence,
        font=face,
        embedded_color=True,
    )
    # Pillow scales RGBA premultiplied ("RGBa"), so edges do not darken.
    small = picture.convert("RGBa").resize((width_px, height_px), Image.Resampling.LANCZOS)
    rgba = np.array(small, np.uint8)
    np.minimum(rgba[:, :, :3], rgba[:, :, 3:], out=rgba[:, :, :3])
    return rgba


@lru_cache(maxsize=2)
def _face(font: Font) -> ImageFont.FreeTypeFont:
    engine = ImageFont.Layout.RAQM if features.check("raqm") else ImageFont.Layout.BASIC
    return ImageFont.truetype(font.path, _BITMAP_EM_PX, font.index, layout_engine=engine)
