import struct
from pathlib import Path

import pytest

from jobs.errors import InvalidInput, UnsupportedMedia
from media.caption_look import CaptionLook
from media.cues import Cue, CueWord
from media.fonts import Weight, font_set
from media.lettering import draw_captions, draw_title, measure
from media.own_fonts import font_of_family, font_of_file, own_font
from media.run import Workspace
from media.text_style import TextStyle

MAIN = font_set("en").main()


def test_a_family_is_found_whatever_its_case_with_both_weights() -> None:
    found = font_of_family(MAIN.family.upper())

    assert {found.regular.family, found.bold.family} == {MAIN.family}
    assert found.of(Weight.BOLD) is found.bold


def test_a_family_that_is_not_installed_is_refused_with_similar_ones() -> None:
    misspelt = MAIN.family.replace("a", "o")

    with pytest.raises(InvalidInput) as raised:
        font_of_family(misspelt)

    assert raised.value.message.startswith(f"the font {misspelt} is not installed here: give ")
    assert MAIN.family in raised.value.message
    assert raised.value.message.endswith(" or a .ttf or .otf file")


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\0\1\0\0" + 100 * b"\0", id="head only"),
        pytest.param(b"OTTO" + 60 * b"\xff", id="damaged"),
    ],
)
def test_what_is_no_font_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "brand.ttf"
    path.write_bytes(content)

    with pytest.raises(UnsupportedMedia, match=r"brand.ttf is not a font that can be drawn"):
        font_of_file(path)


def font_file(cmap: bytes, cmap_bytes: int | None = None) -> bytes:
    """A TrueType file with the tables that are read, and no glyph.

    Args:
      cmap_bytes: Length of the cmap as the file tells it, if not what it is.
    """
    name = struct.pack(">3H6H", 0, 1, 18, 3, 1, 0x409, 1, 8, 0) + "Hard".encode("utf-16-be")
    head = bytes(18) + struct.pack(">H", 1000) + bytes(34)
    tables = {b"cmap": cmap, b"head": head, b"hhea": struct.pack(">4xhh", 800, -200), b"name": name}
    file = b"\0\1\0\0" + struct.pack(">H6x", len(tables))
    at = len(file) + 16 * len(tables)
    for tag, data in tables.items():
        told = cmap_bytes if tag == b"cmap" and cmap_bytes else len(data)
        file += struct.pack(">4s4xII", tag, at, told)
        at += len(data)
    return file + b"".join(tables.values())


def spans(*characters: tuple[int, int]) -> bytes:
    """A cmap of format 12."""
    groups = b"".join(struct.pack(">3I", first, last, 1) for first, last in characters)
    table = struct.pack(">HHIII", 12, 0, 16 + len(groups), 0, len(characters)) + groups
    return struct.pack(">HHHHI", 0, 1, 3, 10, 12) + table


def segments(*characters: tuple[int, int]) -> bytes:
    """A cmap of format 4."""
    count = len(characters)
    ends, starts = ([one[k] for one in characters] for k in (1, 0))
    words = [*ends, 0, *starts, *[1] * count, *[0] * count]
    table = struct.pack(f">7H{len(words)}H", 4, 0, 0, 2 * count, 0, 0, 0, *words)
    return struct.pack(">HHHHI", 0, 1, 3, 1, 12) + table


def test_a_font_of_a_few_tables_is_one(tmp_path: Path) -> None:
    path = tmp_path / "brand.ttf"

    for cmap in (spans((0x41, 0x5A), (0x4E00, 0x9FFF)), segments((0x41, 0x5A), (0x4E00, 0x9FFF))):
        path = path.with_name(f"{len(cmap)}.ttf")
        path.write_bytes(font_file(cmap))
        assert len(font_of_file(path).bold.characters) == 26 + 0x9FFF - 0x4DFF


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(font_file(spans(*[(0, 0x10FFFF)] * 9)), id="spans over each other"),
        pytest.param(font_file(spans(*[(0x41, 0x7FFF)] * 9)), id="small spans over each other"),
        pytest.param(font_file(segments(*[(0, 0xFFFE)] * 9)), id="segments over each other"),
        pytest.param(font_file(spans((0x41, 0x5A)), 17 << 20), id="a table of 17 MiB"),
    ],
)
def test_a_font_whose_tables_take_too_long_to_read_is_refused(
    tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "brand.ttf"
    path.write_bytes(content)

    with pytest.raises(UnsupportedMedia, match=r"brand.ttf is not a font that can be drawn"):
        font_of_file(path)


def test_a_font_of_more_than_32_mib_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "brand.ttf"
    path.write_bytes(font_file(spans((0x41, 0x5A))))
    with path.open("r+b") as file:
        file.truncate((32 << 20) + 1)

    with pytest.raises(UnsupportedMedia, match="larger than 32 MiB"):
        font_of_file(path)


def test_a_collection_is_refused_with_the_number_of_its_fonts(tmp_path: Path) -> None:
    head = b"ttcf" + struct.pack(">II2I", 0x10000, 2, 20, 20)
    moved = bytearray(font_file(spans((0x41, 0x5A))))
    for number in range(4):
        at = 12 + 16 * number + 8
        struct.pack_into(">I", moved, at, struct.unpack_from(">I", moved, at)[0] + len(head))
    path = tmp_path / "two.ttf"
    path.write_bytes(head + moved)

    with pytest.raises(UnsupportedMedia, match=r"two\.ttf has 2 fonts in it"):
        font_of_file(path)


def test_a_file_goes_before_a_family_and_none_is_the_usual_font() -> None:
    files = {"media/f.font": MAIN.path}

    assert own_font(TextStyle(font_file="media/f.font", font="no such"), files)
    assert own_font(TextStyle(), files) is None


def test_text_is_measured_and_drawn_in_the_font_of_the_brand(space: Workspace) -> None:
    regular = font_set("en", Weight.REGULAR).main()
    own = font_of_file(regular.path)
    usual, branded = CaptionLook("block", 640, 360), CaptionLook("block", 640, 360, own=own)
    cue = Cue(0, 20, ((CueWord("mmmmmmmm", 0, 20),),))

    widths = [
        draw_captions(space, look, [cue]).states[0].sprite.rgba.shape[1]
        for look in (usual, branded)
    ]
    measured = [measure(look, ["mmmmmmmm"])[0] for look in (usual, branded)]

    assert measured[0] != measured[1]
    assert widths[0] - widths[1] == pytest.approx(measured[0] - measured[1], abs=4)


def test_a_title_has_the_font_of_the_brand(space: Workspace) -> None:
    own = font_of_file(font_set("en", Weight.REGULAR).main().path)

    usual, branded = (
        draw_title(space, (640, 360), "HHHH", own=font).sprite.rgba.shape for font in (None, own)
    )

    assert usual != branded
