"""Size and orientation of a picture, from its header: nothing is decoded, little is read.

PNG: https://www.w3.org/TR/png-3; JPEG: ITU-T T.81, annex B; WebP: RFC 9649; EXIF: CIPA DC-008.
"""

import os
import struct
import zlib
from dataclasses import dataclass
from typing import BinaryIO

PNG = b"\x89PNG\r\n\x1a\n"
JPEG = b"\xff\xd8\xff"
MAX_SEGMENTS = 10_000  # before the pixels; pictures have dozens, and each costs two reads
_MAX_EXIF_BYTES = 64 << 10  # a JPEG cannot hold more
_EXIF = b"Exif\0\0"
_ORIENTATION = 0x0112
_TRANSPOSING = (5, 6, 7, 8)
# "Start of frame" in all its kinds; the numbers between them are tables and a reserved one.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_BARE = frozenset((0x01, *range(0xD0, 0xD9)))  # markers that no segment follows


@dataclass(frozen=True)
class PictureHeader:
    """What the header of a picture tells.

    Attributes:
      is_turned: Whether it is shown turned by a quarter, as EXIF before or after its pixels says.
    """

    width: int
    height: int
    is_turned: bool = False

    @property
    def shown_size(self) -> tuple[int, int]:
        """Width and height as shown."""
        return (self.height, self.width) if self.is_turned else (self.width, self.height)


def picture_header(file: BinaryIO) -> PictureHeader | None:
    """The header of a PNG, JPEG or WebP; None for files that start in another way.

    Raises:
      ValueError: It starts like one, and its header is damaged.
    """
    head = file.read(16)
    file.seek(0)
    if head.startswith(PNG):
        found = _png(file)
    elif head.startswith(JPEG):
        found = _jpeg(file)
    elif head.startswith(b"RIFF") and head[8:15] == b"WEBPVP8":
        found = _webp(file)
    else:
        return None
    if not (found.width and found.height):
        raise ValueError("it has no pixels")
    return found


def _png(file: BinaryIO) -> PictureHeader:
    file.seek(len(PNG))
    length, name = struct.unpack(">I4s", _exactly(file, 8))
    header = _exactly(file, 13)
    (checksum,) = struct.unpack(">I", _exactly(file, 4))
    if (length, name) != (13, b"IHDR") or checksum != zlib.crc32(name + header):
        raise ValueError("its first chunk is damaged")
    width, height = struct.unpack_from(">II", header)
    is_turned = False
    for _ in range(MAX_SEGMENTS):
        length, name = struct.unpack(">I4s", _exactly(file, 8))
        if name == b"IDAT":
            return PictureHeader(width, height, is_turned)
        if name == b"eXIf":
            is_turned = _is_turned(_kept(file, length))
        else:
            file.seek(length, os.SEEK_CUR)
        file.seek(4, os.SEEK_CUR)  # its checksum
    raise ValueError("its pixels do not begin")


def _jpeg(file: BinaryIO) -> PictureHeader:
    file.seek(2)
    is_turned = False
    for _ in range(MAX_SEGMENTS):
        fill, marker = _exactly(file, 2)
        if fill != 0xFF:
            raise ValueError("its segments do not follow each other")
        if marker == 0xFF:  # markers may be padded
            file.seek(-1, os.SEEK_CUR)
            continue
        if marker in _BARE:
            continue
        (length,) = struct.unpack(">H", _exactly(file, 2))
        if length < 2 or marker in (0xD9, 0xDA):
            break
        if marker in _FRAMES:
            _precision, height, width = struct.unpack(">BHH", _exactly(file, 5))
            return PictureHeader(width, height, is_turned)
        if marker == 0xE1:
            is_turned = _is_turned(_kept(file, length - 2)) or is_turned
        else:
            file.seek(length - 2, os.SEEK_CUR)
    raise ValueError("its pixels do not begin")


def _webp(file: BinaryIO) -> PictureHeader:
    file.seek(12)
    name, _length, start = struct.unpack("<4sI10s", _exactly(file, 18))
    if name == b"VP8 ":
        if start[3:6] != b"\x9d\x01\x2a":
            raise ValueError("its first frame is damaged")
        width, height = struct.unpack("<HH", start[6:10])
        return PictureHeader(width & 0x3FFF, height & 0x3FFF)
    if name == b"VP8L":
        (bits,) = struct.unpack("<I", start[1:5])
        if start[0] != 0x2F:
            raise ValueError("its first frame is damaged")
        return PictureHeader((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
    width, height = (1 + int.from_bytes(start[at : at + 3], "little") for at in (4, 7))
    has_exif = bool(start[0] & 0x08)
    return PictureHeader(width, height, has_exif and _is_turned(_exif_of_webp(file)))


def _exif_of_webp(file: BinaryIO) -> bytes:
    """It stands behind the pixels; chunks are passed over by their lengths."""
    file.seek(12)
    for _ in range(MAX_SEGMENTS):
        if len(head := file.read(8)) < 8:
            break
        name, length = struct.unpack("<4sI", head)
        if name == b"EXIF":
            return _kept(file, length)
        file.seek(length + length % 2, os.SEEK_CUR)
    return b""


def _is_turned(exif: bytes) -> bool:
    """Whether the orientation in the first directory transposes. Broken EXIF turns nothing."""
    tiff = exif.removeprefix(_EXIF)
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return False
    try:
        (start,) = struct.unpack_from(f"{order}I", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, start)
        for at in range(start + 2, start + 2 + 12 * count, 12):
            tag, _kind, _count, value = struct.unpack_from(f"{order}HHIH", tiff, at)
            if tag == _ORIENTATION:
                return value in _TRANSPOSING
    except struct.error:
        pass
    return False


def _kept(file: BinaryIO, length: int) -> bytes:
    """A part of the file that is passed over when it is too long to be EXIF."""
    if length > _MAX_EXIF_BYTES:
        file.seek(length, os.SEEK_CUR)
        return b""
    return _exactly(file, length)


def _exactly(file: BinaryIO, length: int) -> bytes:
    data = file.read(length)
    if len(data) < length:
        raise ValueError("it ends early")
    return data
