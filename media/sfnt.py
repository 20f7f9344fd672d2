"""Reading OpenType files as far as choosing and scaling a font needs: which characters it has,
how tall its lines are, what it is called. Layout of the tables: ISO/IEC 14496-22 (OpenType).
"""

import struct
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

_MAX_TABLE_BYTES = 16 << 20  # the cmap of a CJK font takes 0.3 MB; a damaged length asks for more
# Spans of a cmap may name the same characters again and again: a million of them take hours. A font
# has 65,535 glyphs at most, and no font of a script names more than twice as many characters.
_MAX_CHARACTERS = 1 << 18
_WINDOWS, _UNICODE = 3, 0
_DAMAGED = (OSError, struct.error, ValueError, KeyError, IndexError, ZeroDivisionError)


@dataclass(frozen=True)
class Font:
    """One face of a font file.

    Attributes:
      path: The file; `index` is the face in a collection (.ttc), 0 otherwise.
      family: Family name, by which libass finds it.
      ascent_em, descent_em: Space that libass gives it above and below the baseline, in ems. Its
        size in a subtitle is their sum times the em.
      tables: Tags of its tables, e.g. `CBDT` for colour bitmaps.
      is_bold: Whether it is the bold face of its family.
    """

    path: Path
    index: int
    family: str
    ascent_em: float
    descent_em: float
    tables: frozenset[str]
    is_bold: bool = False

    @property
    def line_em(self) -> float:
        return self.ascent_em + self.descent_em

    @property
    def characters(self) -> frozenset[int]:
        """Code points that it has a glyph for."""
        return _characters_of(self.path, self.index)

    def has(self, text: str) -> bool:
        """Whether it has a glyph for every character of the text."""
        return self.characters.issuperset(map(ord, text))


@lru_cache(maxsize=512)
def read_fonts(path: Path) -> tuple[Font, ...]:
    """The faces of a font file; none when it is not one or is damaged."""
    try:
        with path.open("rb") as file:
            return tuple(
                _font(file, path, index, offset) for index, offset in enumerate(_offsets(file))
            )
    except _DAMAGED:
        return ()


@lru_cache(maxsize=64)
def _characters_of(path: Path, index: int) -> frozenset[int]:
    try:
        with path.open("rb") as file:
            return _characters(_table(file, _places(file, _offsets(file)[index]), "cmap"))
    except _DAMAGED:
        return frozenset()


def _offsets(file: BinaryIO) -> tuple[int, ...]:
    head = file.read(12)
    if head[:4] != b"ttcf":
        return (0,)
    (count,) = struct.unpack(">I", head[8:12])
    count = min(count, 64)
    return struct.unpack(f">{count}I", file.read(4 * count))


def _places(file: BinaryIO, offset: int) -> dict[str, tuple[int, int]]:
    file.seek(offset)
    (count,) = struct.unpack(">4xH6x", file.read(12))
    places: dict[str, tuple[int, int]] = {}
    for _ in range(count):
        tag, at, length = struct.unpack(">4s4xII", file.read(16))
        places[tag.decode("latin-1")] = (at, length)
    return places


def _table(file: BinaryIO, places: dict[str, tuple[int, int]], tag: str) -> bytes:
    at, length = places[tag]
    if length > _MAX_TABLE_BYTES:
        raise ValueError(f"table {tag} of {length} bytes")
    file.seek(at)
    return file.read(length)


def _font(file: BinaryIO, path: Path, index: int, offset: int) -> Font:
    places = _places(file, offset)
    head = _table(file, places, "head")
    (units_per_em,), (style,) = struct.unpack(">H", head[18:20]), struct.unpack(">H", head[44:46])
    os2 = _table(file, places, "OS/2") if "OS/2" in places else b""
    ascent, descent = _line(_table(file, places, "hhea"), os2)
    return Font(
        path,
        index,
        _family(_table(file, places, "name")),
        ascent / units_per_em,
        descent / units_per_em,
        frozenset(places),
        is_bold=bool(style & 1),
    )


def _line(hhea: bytes, os2: bytes) -> tuple[int, int]:
    # libass scales a font so that these two fill the font size, as VSFilter on Windows does.
    if len(os2) >= 78:
        ascent, descent = struct.unpack(">HH", os2[74:78])
        if ascent + descent:
            return ascent, descent
    ascent, descent = struct.unpack(">hh", hhea[4:8])
    return ascent, -descent


def _family(name: bytes) -> str:
    count, strings = struct.unpack(">HH", name[2:6])
    found = {}
    for record in range(count):
        platform, _, language, kind, length, at = struct.unpack(
            ">6H", name[6 + 12 * record : 18 + 12 * record]
        )
        if kind == 1 and platform in (_WINDOWS, _UNICODE):
            raw = name[strings + at : strings + at + length]
            # US English first: libass knows every name, people read this one.
            found[language != 0x409, language] = raw.decode("utf-16-be", "replace")
    return found[min(found)]


def _characters(cmap: bytes) -> frozenset[int]:
    (count,) = struct.unpack(">H", cmap[2:4])
    by_format = {}
    for record in range(count):
        platform, _, at = struct.unpack(">HHI", cmap[4 + 8 * record : 12 + 8 * record])
        if platform in (_WINDOWS, _UNICODE):
            (kind,) = struct.unpack(">H", cmap[at : at + 2])
            by_format[kind] = at
    if 12 in by_format:
        return _format_12(cmap[by_format[12] :])
    return _format_4(cmap[by_format[4] :])


def _format_12(table: bytes) -> frozenset[int]:
    (count,) = struct.unpack(">I", table[12:16])
    found: set[int] = set()
    named = 0
    for first, last, glyph in struct.iter_unpack(">3I", table[16 : 16 + 12 * count]):
        if first <= last <= 0x10FFFF:
            named = _counted(named, first, last)
            found.update(range(first + (glyph == 0), last + 1))
    return frozenset(found)


def _format_4(table: bytes) -> frozenset[int]:
    (length,) = struct.unpack(">H", table[6:8])
    words = struct.unpack(f">{len(table) // 2}H", table[: len(table) // 2 * 2])
    segments = length // 2
    ends = words[7 : 7 + segments]
    starts = words[8 + segments : 8 + 2 * segments]
    deltas = words[8 + 2 * segments : 8 + 3 * segments]
    offsets_at = 8 + 3 * segments
    found: set[int] = set()
    named = 0
    for segment, (first, last) in enumerate(zip(starts, ends, strict=True)):
        named = _counted(named, first, last)
        offset = words[offsets_at + segment]
        if offset == 0:
            found.update(c for c in range(first, last + 1) if (c + deltas[segment]) & 0xFFFF)
            continue
        glyphs = offsets_at + segment + offset // 2
        found.update(c for c in range(first, last + 1) if words[glyphs + c - first])
    found.discard(0xFFFF)
    return frozenset(found)


def _counted(named: int, first: int, last: int) -> int:
    """How many characters a cmap has named with those of a span; too many are a damaged one."""
    named += max(0, last - first + 1)
    if named > _MAX_CHARACTERS:
        raise ValueError(f"a cmap that names more than {_MAX_CHARACTERS} characters")
    return named
