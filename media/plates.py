"""Pictures of text with transparency, drawn by libass.

FFmpeg's `ass` filter has an `alpha` option, but it gets the coverage of half-transparent parts
wrong. So text is drawn over black in pure colours, and each channel of the page is then the
coverage of one thing: red of the text, blue of words that are lit, green of the outline.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import cv2
import ffmpeg
import numpy as np
from numpy.typing import NDArray

from jobs.errors import ToolFailed
from media.ass import Page, ass_document
from media.run import Process, Workspace, compiled
from media.sfnt import Font

Bytes = NDArray[np.uint8]
_DOCUMENT, _FONTS = "lettering.ass", "lettering-fonts"
_MISSING = re.compile(r"failed to find any fallback with glyph 0x([0-9A-Fa-f]+)")


# Fills and outline of what is drawn on a page.
TEXT_CHANNEL, LIT_CHANNEL, OUTLINE_CHANNEL = "#ff0000", "#0000ff", "#00ff00"


class Plates:
    """Pages being drawn, in order."""

    def __init__(self, process: Process, width: int, height: int) -> None:
        self._process, self._shape = process, (height, width, 3)

    def next(self) -> Bytes:
        """The next page as RGB, shape (height, width, 3)."""
        size = self._shape[0] * self._shape[1] * self._shape[2]
        data = bytearray(size)
        spare = memoryview(data)
        while spare:
            block = self._process.stdout.read(len(spare))
            if not block:
                self._process.finish()
                raise ToolFailed(
                    "FFmpeg drew fewer pages of text than asked",
                    stderr_tail=self._process.stderr_tail(),
                    command=self._process.command,
                )
            spare[: len(block)] = block
            spare = spare[len(block) :]
        return np.frombuffer(data, np.uint8).reshape(self._shape)

    def missing_glyphs(self) -> tuple[str, ...]:
        """Characters that no font could draw, when all pages are drawn."""
        self._process.finish()
        return missing_glyphs(self._process.stderr_tail())


@contextmanager
def draw_pages(
    space: Workspace, width: int, height: int, pages: Sequence[Page], fonts: Sequence[Font]
) -> Iterator[Plates]:
    """Draws pages in one FFmpeg run, over black.

    Args:
      fonts: Every font that the pages name, the default first; their files are given to libass, so
        nothing depends on how fontconfig is set up.
    """
    folder = space.folder / _FONTS
    folder.mkdir(exist_ok=True)
    for path in {font.path for font in fonts}:
        link = folder / path.name
        if not link.is_symlink():
            link.symlink_to(path)
    document = ass_document(width, height, fonts[0].family, pages)
    (space.folder / _DOCUMENT).write_text(document, encoding="utf-8")
    arguments = compiled(_graph(width, height, len(pages)), "warning")
    with Process(space, arguments, feeding=False, reading=True) as process:
        yield Plates(process, width, height)


def rgba_of(page: Bytes, text_color: str, lit_color: str) -> Bytes:
    """A page, or part of one, in its real colours (sRGB, `#rrggbb`), with outlines in black.

    Premultiplied RGBA, uint8, shape (height, width, 4).
    """
    text, lit = (np.array([*bytes.fromhex(color[1:])]) / 255 for color in (text_color, lit_color))
    outline = np.zeros(3)
    matrix = np.vstack([np.stack([text, outline, lit], axis=1), np.ones(3)])
    rgba = np.asarray(cv2.transform(page, matrix), np.uint8)  # rounds and saturates
    np.minimum(rgba[:, :, :3], rgba[:, :, 3:], out=rgba[:, :, :3])
    return rgba


def missing_glyphs(stderr: str) -> tuple[str, ...]:
    """Characters no font could draw, from what libass said; sorted, without invisible ones."""
    found = {chr(int(code, 16)) for code in _MISSING.findall(stderr)}
    return tuple(sorted(character for character in found if not _is_invisible(character)))


def _is_invisible(character: str) -> bool:
    is_selector = "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"
    return is_selector or unicodedata.category(character) in ("Cc", "Cf", "Zs", "Zl", "Zp")


def _graph(width: int, height: int, pages: int) -> object:
    drawn = ffmpeg.input(
        f"color=c=black:s={width}x{height}:r=1,format=rgb24", format="lavfi"
    ).filter("ass", _DOCUMENT, fontsdir=_FONTS)
    return drawn.output("pipe:1", format="rawvideo", pix_fmt="rgb24", **{"frames:v": pages})
