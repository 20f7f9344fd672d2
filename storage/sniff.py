"""What kind of media a file is, told by its first bytes. Names and headers prove nothing."""

from dataclasses import dataclass
from typing import Literal

HEAD_BYTES = 512  # an EBML header and the brands of an MP4 fit several times

_PNG = b"\x89PNG\r\n\x1a\n"
_EBML = b"\x1a\x45\xdf\xa3"
_EBML_DOC_TYPE = b"\x42\x82"
_PICTURE = ".picture"  # one suffix for all: the decoder looks at the content, too

# Other things than clips that are kept in the same container: https://mp4ra.org/registered-types/brands
_NOT_CLIPS = {
    *(b"avif", b"avis", b"heic", b"heim", b"heis", b"heix", b"hevc", b"hevx", b"mif1", b"msf1"),
    *(b"jp2 ", b"jpm ", b"jpx ", b"crx "),
    *(b"M4A ", b"M4B ", b"M4P ", b"F4A ", b"F4B ", b"aax ", b"aaxc"),
}


@dataclass(frozen=True)
class Sniffed:
    """A kind of media that is read.

    Attributes:
      suffix: With its dot; part of the blob's name.
    """

    kind: Literal["image", "clip"]
    suffix: str
    content_type: str


def sniff(head: bytes) -> Sniffed | None:
    """The kind of a file, from its first `HEAD_BYTES` (fewer when it is shorter).

    None for everything but JPEG, PNG, WebP, MP4, MOV, WebM and Matroska: above all for lists that
    make a player open other files (HLS, DASH, ffconcat, SVG), whatever their name says.
    """
    if head.startswith(b"\xff\xd8\xff"):
        return Sniffed("image", _PICTURE, "image/jpeg")
    if head.startswith(_PNG) and head[12:16] == b"IHDR":
        return Sniffed("image", _PICTURE, "image/png")
    if head.startswith(b"RIFF") and head[8:15] == b"WEBPVP8":
        return Sniffed("image", _PICTURE, "image/webp")
    if head[4:8] == b"ftyp":
        return _boxed(head)
    return _ebml(head) if head.startswith(_EBML) else None


def _boxed(head: bytes) -> Sniffed | None:
    """An ISO base media file; its first box lists the brands that it conforms to."""
    size, brand = int.from_bytes(head[:4]), head[8:12]
    # A text cannot pass as a box: its first letters would be a size of half a gigabyte.
    if not 16 <= size <= 4096 or brand in _NOT_CLIPS:
        return None
    return Sniffed("clip", ".mp4", "video/quicktime" if brand == b"qt  " else "video/mp4")


def _ebml(head: bytes) -> Sniffed | None:
    """A Matroska file; WebM is its subset and says so in an element of the header."""
    at = head.find(_EBML_DOC_TYPE)
    if at < 0:
        return None
    start = at + len(_EBML_DOC_TYPE) + 1
    size_bytes = int.from_bytes(head[start - 1 : start]) & 0x7F
    match head[start : start + size_bytes].rstrip(b"\0"):
        case b"webm":
            return Sniffed("clip", ".mkv", "video/webm")
        case b"matroska":
            return Sniffed("clip", ".mkv", "video/x-matroska")
    return None
