import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from storage.sniff import HEAD_BYTES, serves, sniff


def picture(form: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (16, 9)).save(buffer, form, **options)
    return buffer.getvalue()[:HEAD_BYTES]


def boxed(brand: bytes, *others: bytes) -> bytes:
    """The first box of an ISO base media file, and the start of the next."""
    brands = b"".join(others)
    box = struct.pack(">I4s4sI", 16 + len(brands), b"ftyp", brand, 512) + brands
    return box + b"\0\0\0\x08free"


def matroska(doc_type: bytes, before: bytes = b"\x42\x86\x81\x01") -> bytes:
    """An EBML header; `before` are elements in front of the document type."""
    elements = before + b"\x42\x82" + bytes([0x80 | len(doc_type)]) + doc_type
    return b"\x1a\x45\xdf\xa3" + bytes([0x80 | len(elements)]) + elements + b"\x18\x53\x80\x67"


@pytest.mark.parametrize(
    ("head", "content_type"),
    [
        pytest.param(picture("JPEG"), "image/jpeg", id="jpeg"),
        pytest.param(b"\xff\xd8\xff\xe1\0\x10Exif\0\0", "image/jpeg", id="jpeg of a camera"),
        pytest.param(picture("PNG"), "image/png", id="png"),
        pytest.param(picture("WEBP"), "image/webp", id="webp"),
        pytest.param(picture("WEBP", lossless=True), "image/webp", id="webp without loss"),
        pytest.param(b"RIFF\0\1\0\0WEBPVP8X", "image/webp", id="webp with extras"),
    ],
)
def test_pictures_are_known_by_their_content(head: bytes, content_type: str) -> None:
    found = sniff(head)

    assert found is not None
    assert (found.kind, found.suffix, found.content_type) == ("image", ".picture", content_type)


@pytest.mark.parametrize(
    "head",
    [
        pytest.param(b"\0\1\0\0\0\x12\1\0\0\4\0\x20", id="TrueType"),
        pytest.param(b"OTTO\0\x0c\0\x80\0\3\0\x40", id="OpenType"),
    ],
)
def test_fonts_are_known_by_their_content(head: bytes) -> None:
    found = sniff(head)

    assert found is not None
    assert (found.kind, found.suffix) == ("font", ".font")


@pytest.mark.parametrize("head", [b"ttcf\0\1\0\0", b"wOFF\0\1\0\0", b"wOF2\0\1\0\0", b"\0\1\0"])
def test_collections_and_fonts_of_the_web_are_not_taken(head: bytes) -> None:
    assert sniff(head) is None


@pytest.mark.parametrize(
    ("head", "suffix", "content_type"),
    [
        pytest.param(boxed(b"isom", b"isom", b"avc1"), ".mp4", "video/mp4", id="mp4"),
        pytest.param(boxed(b"mp42"), ".mp4", "video/mp4", id="mp4 without more brands"),
        pytest.param(boxed(b"M4V ", b"M4A "), ".mp4", "video/mp4", id="film with an audio brand"),
        pytest.param(boxed(b"3gp5"), ".mp4", "video/mp4", id="phone"),
        pytest.param(boxed(b"qt  "), ".mp4", "video/quicktime", id="mov"),
        pytest.param(matroska(b"matroska"), ".mkv", "video/x-matroska", id="mkv"),
        pytest.param(matroska(b"webm"), ".mkv", "video/webm", id="webm"),
        pytest.param(matroska(b"webm\0\0"), ".mkv", "video/webm", id="webm, padded"),
        pytest.param(
            matroska(b"matroska", b"\xbf\x84\1\2\3\4" + b"\xec\x90" + bytes(16)),
            ".mkv",
            "video/x-matroska",
            id="mkv with a checksum and a void first",
        ),
    ],
)
def test_clips_are_known_by_their_content(head: bytes, suffix: str, content_type: str) -> None:
    found = sniff(head)

    assert found is not None
    assert (found.kind, found.suffix, found.content_type) == ("clip", suffix, content_type)


@pytest.mark.parametrize(
    ("head", "content_type"),
    [
        pytest.param(b"RIFF\0\0\0\0WAVEfmt ", "audio/wav", id="WAV"),
        pytest.param(b"RF64\xff\xff\xff\xffWAVEds64", "audio/wav", id="WAV over 4 GB"),
        pytest.param(b"ID3\x04\0\0", "audio/mpeg", id="MP3 with a tag"),
        pytest.param(b"\xff\xfb\x90\x64", "audio/mpeg", id="MP3 without one"),
        pytest.param(b"fLaC\0\0\0\x22", "audio/flac", id="FLAC"),
        pytest.param(b"OggS\0\x02", "audio/ogg", id="Ogg"),
        pytest.param(boxed(b"M4A "), "audio/mp4", id="M4A"),
    ],
)
def test_sounds_are_known_by_their_content(head: bytes, content_type: str) -> None:
    found = sniff(head)

    assert found is not None
    assert (found.kind, found.suffix, found.content_type) == ("sound", ".sound", content_type)
    assert serves(found, "sound")
    assert not serves(found, "clip")


@pytest.mark.parametrize(
    "head",
    [
        pytest.param(b"WEBVTT\n\n00:01.000 --> 00:02.000\nHi.\n", id="WebVTT"),
        pytest.param(b"\xef\xbb\xbfWEBVTT - a title\r\n", id="WebVTT with a byte order mark"),
        pytest.param(b"1\r\n00:00:01,000 --> 00:00:02,000\r\nHi.\r\n", id="SubRip"),
    ],
)
def test_captions_are_known_by_their_content(head: bytes) -> None:
    found = sniff(head)

    assert found is not None
    assert (found.kind, found.suffix) == ("captions", ".captions")


@pytest.mark.parametrize(
    ("head", "kind", "expected"),
    [
        pytest.param(boxed(b"isom"), "sound", True, id="the sound of an mp4"),
        pytest.param(matroska(b"webm"), "sound", False, id="that of a webm is not taken"),
        pytest.param(picture("PNG"), "sound", False, id="a picture"),
        pytest.param(boxed(b"isom"), "image", False, id="a clip is no picture"),
        pytest.param(b"", "sound", False, id="nothing"),
    ],
)
def test_what_a_file_serves_as(head: bytes, kind: str, expected: bool) -> None:
    assert serves(sniff(head), kind) is expected


@pytest.mark.parametrize(
    "head",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\0", id="one byte"),
        pytest.param(b"#EXTM3U\n#EXT-X-VERSION:3\n", id="HLS"),
        pytest.param(b"#EXTftyp\n", id="HLS disguised as a box"),
        pytest.param(b"\xef\xbb\xbf#EXTM3U\n", id="HLS with a byte order mark"),
        pytest.param(b"ffconcat version 1.0\nfile /etc/passwd\n", id="ffconcat"),
        pytest.param(b"ffcoftypisom", id="ffconcat disguised as a box"),
        pytest.param(b'<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash"', id="DASH"),
        pytest.param(b'<svg xmlns="http://www.w3.org/2000/svg">', id="SVG"),
        pytest.param(b"<!DOCTYPE html><html>", id="web page"),
        pytest.param(b"%PDF-1.7\n", id="PDF"),
        pytest.param(b"RIFF\0\0\0\0AVI LIST", id="AVI"),
        pytest.param(b"RIFF\0\0\0\0WEBPJUNK", id="WebP without a picture"),
        pytest.param(b"FWS\x0a\0\0\0\0", id="SWF"),
        pytest.param(b"CWS\x0a\0\0\0\0", id="SWF, packed"),
        pytest.param(b"FLV\x01\x05", id="FLV"),
        pytest.param(b"ID3 and other tags\n", id="text like an MP3"),
        pytest.param(b"fLaC is a format\n", id="text like a FLAC"),
        pytest.param(b"\xff\xf1\x50\x80", id="AAC without a container"),
        pytest.param(b"\xff\xfe1\0\n\0", id="text in UTF-16"),
        pytest.param(b"1\n\nWEBVTT", id="text with a word of WebVTT"),
        pytest.param(b"PK\x03\x04", id="ZIP"),
        pytest.param(b"\x1f\x8b\x08", id="gzip"),
        pytest.param(b"\x7fELF\x02", id="program"),
        pytest.param(b"#!/bin/sh\n", id="script"),
        pytest.param(b"\x89PNG\r\n\x1a\n\0\0\0\x04CgBI", id="PNG of a phone's app"),
        pytest.param(b"\x89PNG\r\n\x1a\n", id="cut PNG"),
        pytest.param(b"\xff\xd8", id="cut JPEG"),
        pytest.param(boxed(b"avif", b"mif1"), id="AVIF"),
        pytest.param(boxed(b"heic"), id="HEIC"),
        pytest.param(boxed(b"M4P "), id="M4A with a lock"),
        pytest.param(boxed(b"crx "), id="raw picture"),
        pytest.param(b"\0\0\0\1ftypisom", id="box with a long size"),
        pytest.param(b"\0\0\0\0ftypisom", id="box to the end"),
        pytest.param(matroska(b"secrets"), id="EBML of something else"),
        pytest.param(b"\x1a\x45\xdf\xa3\x84\x42\x86\x81\x01", id="EBML of nothing"),
        pytest.param(b"\x1a\x45\xdf\xa3\x84\x42\x82", id="cut EBML"),
    ],
)
def test_everything_else_is_refused(head: bytes) -> None:
    assert sniff(head) is None


@given(st.text(st.characters(codec="utf-8"), max_size=HEAD_BYTES))
def test_no_text_is_media(text: str) -> None:
    # EBML starts with control characters, which a text may hold, but no list of files does.
    printable = "".join(filter(str.isprintable, text))

    found = sniff(printable.encode())

    assert found is None or found.kind == "captions"


@given(st.binary(max_size=64), st.sampled_from([b"", b"\x1a\x45\xdf\xa3", b"\0\0\0\x14ftyp"]))
def test_no_bytes_make_it_fail(data: bytes, start: bytes) -> None:
    found = sniff(start + data)

    assert found is None or found.suffix in (".picture", ".mp4", ".mkv", ".sound", ".captions")
