"""What kind of media a file is, told by its first bytes. Names and headers prove nothing."""

import re
from dataclasses import dataclass
from typing import Final, Literal

HEAD_BYTES = 512  # an EBML header and the brands of an MP4 fit several times
SOUND: Final = "sound"
CAPTIONS: Final = "captions"
MAX_CAPTION_BYTES = 1_000_000
WANTED = {
    "image": "a picture (accepted: JPEG, PNG, WebP)",
    "clip": "a clip (accepted: MP4, MOV, MKV, WebM)",
    SOUND: "a sound (accepted: WAV, MP3, FLAC, Ogg, M4A, and MP4 or MOV with sound)",
    CAPTIONS: "a caption file (accepted: SubRip, WebVTT)",
    "font": "a font (accepted: TrueType, OpenType)",
}

_PNG = b"\x89PNG\r\n\x1a\n"
_FONTS = (b"\0\1\0\0\0", b"OTTO\0")  # TrueType, OpenType; collections have several
_EBML = b"\x1a\x45\xdf\xa3"
_EBML_DOC_TYPE = b"\x42\x82"
_PICTURE, _SOUND = ".picture", ".sound"  # one suffix for all: decoders look at the content, too

# Other things than clips that are kept in the same container: https://mp4ra.org/registered-types/brands
_NOT_CLIPS = {
    *(b"avif", b"avis", b"heic", b"heim", b"heis", b"heix", b"hevc", b"hevx", b"mif1", b"msf1"),
    *(b"jp2 ", b"jpm ", b"jpx ", b"crx "),
    *(b"M4P ", b"F4A ", b"F4B ", b"aax ", b"aaxc"),
}
_SOUND_BRANDS = {b"M4A ", b"M4B "}
_WAVE_FORMS = (b"RIFF", b"RF64", b"BW64")
_W64 = b"riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb"
_CAPTIONS = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:WEBVTT(?:[ \t\r\n]|$)"
    rb"|\s*\d{1,6}[ \t]*\r?\n[ \t]*\d{1,3}:\d\d:\d\d[,.]\d{1,3}[ \t]*-->)"
)


@dataclass(frozen=True)
class Sniffed:
    """A kind of media that is read.

    Attributes:
      suffix: With its dot; part of the blob's name.
    """

    kind: Literal["image", "clip", "sound", "captions", "font"]
    suffix: str
    content_type: str


def sniff(head: bytes) -> Sniffed | None:
    """The kind of a file, from its first `HEAD_BYTES` (fewer when it is shorter).

    None for everything but JPEG, PNG, WebP, MP4, MOV, WebM, Matroska, WAV, MP3, FLAC, Ogg, M4A,
    SubRip, WebVTT, TrueType and OpenType: above all for lists that make a player open other files
    (HLS, DASH, ffconcat, SVG), whatever their name says.
    """
    if head.startswith(b"\xff\xd8\xff"):
        return Sniffed("image", _PICTURE, "image/jpeg")
    if head.startswith(_PNG) and head[12:16] == b"IHDR":
        return Sniffed("image", _PICTURE, "image/png")
    if head.startswith(b"RIFF") and head[8:15] == b"WEBPVP8":
        return Sniffed("image", _PICTURE, "image/webp")
    if head.startswith(_FONTS):
        return Sniffed("font", ".font", "font/sfnt")
    if head[4:8] == b"ftyp":
        return _boxed(head)
    if head.startswith(_EBML):
        return _ebml(head)
    if _CAPTIONS.match(head):
        return Sniffed(CAPTIONS, ".captions", "text/plain; charset=utf-8")
    return _sound(head)


def serves(found: Sniffed | None, kind: str) -> bool:
    """Whether a file of that content can be used as a file of that kind: an MP4 as a sound, too."""
    if found is None:
        return False
    return found.kind == kind or (kind == SOUND and found.suffix == ".mp4")


def _sound(head: bytes) -> Sniffed | None:
    if head[:4] in _WAVE_FORMS and head[8:12] == b"WAVE":
        return Sniffed(SOUND, _SOUND, "audio/wav")
    if head.startswith(_W64):
        return Sniffed(SOUND, _SOUND, "audio/wav")
    if head.startswith((b"fLaC\0", b"fLaC\x80")):
        return Sniffed(SOUND, _SOUND, "audio/flac")
    if head.startswith(b"OggS\0"):
        return Sniffed(SOUND, _SOUND, "audio/ogg")
    # A tag, or the header of a frame of MPEG-1, 2 or 2.5, layer III.
    is_frame = head[:1] == b"\xff" and head[1:2] in (b"\xfb", b"\xfa", b"\xf3", b"\xf2", b"\xe3")
    if head.startswith((b"ID3\2", b"ID3\3", b"ID3\4")) or is_frame:
        return Sniffed(SOUND, _SOUND, "audio/mpeg")
    return None


def _boxed(head: bytes) -> Sniffed | None:
    """An ISO base media file; its first box lists the brands that it conforms to."""
    size, brand = int.from_bytes(head[:4]), head[8:12]
    # A text cannot pass as a box: its first letters would be a size of half a gigabyte.
    if not 16 <= size <= 4096 or brand in _NOT_CLIPS:
        return None
    if brand in _SOUND_BRANDS:
        return Sniffed(SOUND, _SOUND, "audio/mp4")
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
