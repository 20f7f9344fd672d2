import contextlib
import io
import struct
import tracemalloc
import zlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from jobs.errors import UnsupportedMedia
from media.picture_header import MAX_SEGMENTS, PictureHeader, picture_header
from media.pictures import picture_size, read_picture

TURNED = Image.Exif()
TURNED[0x0112] = 6  # by 90 degrees clockwise


def written(kind: str, mode: str = "RGB", **how: Any) -> bytes:
    """A picture of 40 by 20 pixels."""
    buffer = io.BytesIO()
    Image.effect_noise((40, 20), 60).convert(mode).save(buffer, kind, **how)
    return buffer.getvalue()


def chunk(name: bytes, data: bytes) -> bytes:
    """A chunk of a PNG."""
    head = struct.pack(">I", len(data)) + name
    return head + data + struct.pack(">I", zlib.crc32(name + data))


def png(width: int, height: int, *chunks: bytes) -> bytes:
    """A PNG whose pixels are not there."""
    first = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + first + b"".join(chunks) + chunk(b"IDAT", b"")


def header_of(data: bytes) -> PictureHeader | None:
    return picture_header(io.BytesIO(data))


PICTURES = {
    "JPEG": written("JPEG"),
    "JPEG turned": written("JPEG", exif=TURNED),
    "JPEG progressive": written("JPEG", progressive=True),
    "JPEG of four colours": written("JPEG", "CMYK"),
    "PNG": written("PNG"),
    "PNG turned": written("PNG", exif=TURNED),
    "PNG with a palette": written("PNG", "P"),
    "WebP": written("WEBP"),
    "WebP turned": written("WEBP", exif=TURNED),
    "WebP lossless": written("WEBP", lossless=True),
    "WebP with transparency": written("WEBP", "RGBA"),
}


@pytest.mark.parametrize("data", PICTURES.values(), ids=PICTURES.keys())
def test_the_header_tells_what_the_decoder_finds(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a"
    path.write_bytes(data)

    height, width, _ = read_picture(path).shape

    assert picture_size(path) == (width, height)


def test_a_broken_orientation_turns_nothing() -> None:
    for exif in (b"", b"II*\0", b"II*\0\xff\xff\xff\xff", b"MM\0*\0\0\0\x08\xff\xff", b"XX*\0"):
        assert header_of(png(3, 2, chunk(b"eXIf", exif))) == PictureHeader(3, 2)


def test_a_header_may_be_long_but_not_endless() -> None:
    few, many = (chunk(b"tEXt", b"a\0b") * count for count in (1000, MAX_SEGMENTS + 1))

    assert header_of(png(3, 2, few)) == PictureHeader(3, 2)
    with pytest.raises(ValueError, match="do not begin"):
        header_of(png(3, 2, many))


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(png(0, 5), id="no width"),
        pytest.param(png(5, 5)[:20], id="cut off in the first chunk"),
        pytest.param(png(5, 5)[:33], id="cut off before the pixels"),
        pytest.param(png(5, 5).replace(b"IHDR\0\0\0\5", b"IHDR\0\0\0\6"), id="wrong checksum"),
        pytest.param(b"\xff\xd8\xff\xda\0\2", id="JPEG without a frame"),
        pytest.param(b"\xff\xd8\xff\xe0\0\1", id="JPEG segment shorter than its length"),
        pytest.param(b"\xff\xd8\xff" + b"\xff" * 30_000, id="JPEG of padding"),
        pytest.param(b"\xff\xd8\xff\xe0\0\4ab??", id="JPEG segments apart"),
        pytest.param(b"RIFF\0\0\0\0WEBPVP8 \0\0\0\0" + bytes(10), id="WebP without a frame"),
        pytest.param(b"RIFF\0\0\0\0WEBPVP8L\0\0\0\0" + bytes(10), id="WebP without a signature"),
        pytest.param(b"RIFF\0\0\0\0WEBPVP8X", id="WebP cut off"),
    ],
)
def test_a_damaged_header_is_refused_by_name(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(data)

    with pytest.raises(UnsupportedMedia, match=r"a\.jpg is damaged"):
        picture_size(path)


def test_pixels_are_not_looked_at(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(png(7000, 7000))

    assert picture_size(path) == (7000, 7000)


def test_a_huge_chunk_is_passed_over_and_not_read(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    size = 2**30
    whole = png(3, 2)
    with path.open("wb") as file:
        file.write(whole[:33] + struct.pack(">I", size) + b"tEXt")
        file.seek(size, io.SEEK_CUR)  # a hole: takes no room
        file.write(bytes(4) + whole[33:])

    tracemalloc.start()
    found = picture_size(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert found == (3, 2)
    assert peak < 2**20


@settings(max_examples=400, deadline=None)
@given(
    data=st.sampled_from(
        [*PICTURES.values(), written("GIF", "P"), written("BMP"), written("TIFF", exif=TURNED)]
    ),
    edits=st.lists(st.tuples(st.integers(0, 300), st.binary(min_size=1, max_size=8)), max_size=6),
    cut=st.integers(0, 4000),
)
def test_whatever_is_damaged_is_no_surprise(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, edits: list[Any], cut: int
) -> None:
    damaged = bytearray(data)
    for at, piece in edits:
        damaged[at : at + len(piece)] = piece
    path = tmp_path_factory.getbasetemp() / "damaged.picture"
    path.write_bytes(damaged[: cut or None])

    for read in (picture_size, read_picture):
        with contextlib.suppress(UnsupportedMedia):
            read(path)
