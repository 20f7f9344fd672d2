"""Fonts that a brand kit names, by family or by file."""

import difflib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from jobs.errors import InvalidInput, UnsupportedMedia
from media.fonts import OwnFont, Weight, installed_fonts
from media.sfnt import Font, read_fonts
from media.text_style import TextStyle

_MAX_BYTES = 32 << 20  # those of Chinese, Japanese and Korean in one have 20
_CLOSE = 3  # families that are told


def own_font(style: TextStyle, files: Mapping[str, Path]) -> OwnFont | None:
    """The font of a style; None for the usual ones.

    Args:
      files: Local files by blob name.

    Raises:
      InvalidInput, UnsupportedMedia: As below.
    """
    if style.font_file:
        return font_of_file(files[style.font_file])
    return font_of_family(style.font) if style.font else None


def font_of_file(path: Path, name: str | None = None) -> OwnFont:
    """The font in a TrueType or OpenType file.

    Args:
      name: What to call it in messages; the name of the file unless given.

    Raises:
      UnsupportedMedia: It is none, has several fonts or no character, or more than 32 MiB.
    """
    name = name or path.name
    if path.stat().st_size > _MAX_BYTES:
        raise UnsupportedMedia(f"{name} is larger than {_MAX_BYTES >> 20} MiB")
    faces = read_fonts(path)
    if len(faces) > 1:
        raise UnsupportedMedia(f"{name} has {len(faces)} fonts in it: give a file with one")
    if not faces or not faces[0].characters:
        raise UnsupportedMedia(
            f"{name} is not a font that can be drawn (accepted: TrueType and OpenType)"
        )
    return OwnFont(faces[0], faces[0])


def font_of_family(family: str) -> OwnFont:
    """An installed font, whatever the case of its name.

    Raises:
      InvalidInput: It is not installed; the message names the most similar families that are.
    """
    families = installed_families()
    faces = families.get(family.casefold())
    if not faces:
        raise InvalidInput(
            f"the font {family} is not installed here: give {_choice(family, families)}"
        )
    regular, bold = (
        min(faces, key=lambda face: _distance(face, weight))
        for weight in (Weight.REGULAR, Weight.BOLD)
    )
    return OwnFont(regular, bold)


@lru_cache(maxsize=1)
def installed_families() -> Mapping[str, tuple[Font, ...]]:
    """The faces of every installed family, by its name in lower case."""
    found: dict[str, list[Font]] = {}
    for path in installed_fonts().files.values():
        for face in read_fonts(path):
            if "CBDT" not in face.tables:  # bitmaps of emoji cannot be drawn as text
                found.setdefault(face.family.casefold(), []).append(face)
    return {name: tuple(faces) for name, faces in found.items()}


def _distance(face: Font, weight: Weight) -> tuple[bool, bool, str]:
    stem = face.path.stem.lower()
    is_slanted = "italic" in stem or "oblique" in stem
    return is_slanted, face.is_bold != (weight is Weight.BOLD), stem


def _choice(family: str, families: Mapping[str, tuple[Font, ...]]) -> str:
    close = difflib.get_close_matches(family.casefold(), families, _CLOSE, 0.5)
    if not close:
        first = family.casefold()[:1]
        close = [name for name in sorted(families) if name[:1] == first][:_CLOSE]
    names = [families[name][0].family for name in close or sorted(families)[:_CLOSE]]
    return " or ".join([", ".join(names), "a .ttf or .otf file"] if names else ["a font file"])
