"""Reading caption files of users: SubRip and WebVTT as editors write them.

What tells how a caption looks or where it stands is passed over; what is said and when is kept.
"""

import html
import re
from collections.abc import Iterator, Sequence

from jobs.errors import UnsupportedMedia
from media.sidecar import Caption

_TIME = r"(?:(\d{1,3}):)?([0-5]?\d):([0-5]?\d)[.,](\d{1,3})"
_TIMES = re.compile(rf"\s*{_TIME}\s*-->\s*{_TIME}(?:\s.*)?")
_TAGS = re.compile(r"<[^<>]*>|\{\\[^{}]*\}")  # <i>, <v Ann>, {\an8}
_ASIDE = re.compile(r"(NOTE|STYLE|REGION)\b")
_ACCEPTED = "accepted: SubRip (.srt) and WebVTT (.vtt) in UTF-8"
MAX_CAPTIONS = 5000  # of one scene
MAX_TEXT = 5000  # characters, as of a narration


def read_captions(data: bytes) -> tuple[Caption, ...]:
    """The captions of a file, in order, each with text; lines of a caption are parted by spaces.

    One that begins before the one ahead of it has ended takes its place there.

    Raises:
      UnsupportedMedia: It is neither, or a line of it cannot be read: its number is told.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise UnsupportedMedia(f"line {line}: is not UTF-8 ({_ACCEPTED})") from error
    lines = re.split(r"\r\n|\r|\n", text)
    found: list[Caption] = []
    for number, block in _blocks(lines):
        caption = _caption(number, block)
        if caption is None:
            continue
        if found and caption.start_ms <= found[-1].start_ms:
            raise UnsupportedMedia(
                f"line {_times_line(number, block)}: a caption begins at "
                f"{caption.start_ms / 1000:g} s, not after the one before it "
                f"({found[-1].start_ms / 1000:g} s)"
            )
        if found and caption.start_ms < found[-1].end_ms:
            found[-1] = Caption(found[-1].start_ms, caption.start_ms, found[-1].text)
        found.append(caption)
    if not found:
        raise UnsupportedMedia(f"has no captions in it ({_ACCEPTED})")
    if len(found) > MAX_CAPTIONS or sum(len(one.text) + 1 for one in found) > MAX_TEXT:
        raise UnsupportedMedia(
            f"has {sum(len(one.text) + 1 for one in found):,} characters of text "
            f"(accepted: up to {MAX_TEXT:,})"
        )
    return tuple(found)


def _blocks(lines: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """Lines between empty ones, with the number of the first; not the header of WebVTT."""
    block: list[str] = []
    for number, line in enumerate([*lines, ""], start=1):
        if line.strip():
            block.append(line)
            continue
        first = number - len(block)
        if block and not (first == 1 and block[0].startswith("WEBVTT")):
            yield first, block
        block = []


def _caption(number: int, block: list[str]) -> Caption | None:
    at = _times_line(number, block) - number
    match = _TIMES.fullmatch(block[at])
    if match is None:
        if _ASIDE.match(block[0]):
            return None
        raise UnsupportedMedia(
            f"line {number + at}: {block[at].strip()[:60]!r} is not the times of a caption, such "
            f"as 00:00:01,000 --> 00:00:02,500 ({_ACCEPTED})"
        )
    start_ms, end_ms = _milliseconds(match.groups()[:4]), _milliseconds(match.groups()[4:])
    if end_ms <= start_ms:
        raise UnsupportedMedia(f"line {number + at}: a caption ends before it has begun")
    text = html.unescape(_TAGS.sub("", " ".join(block[at + 1 :])))
    text = " ".join(text.split())
    return Caption(start_ms, end_ms, text) if text else None


def _times_line(number: int, block: Sequence[str]) -> int:
    """The number of the line that has the times: the first, or behind a number or a name."""
    has_name = len(block) > 1 and "-->" not in block[0]
    return number + has_name


def _milliseconds(parts: Sequence[str | None]) -> int:
    hours, minutes, seconds, fraction = parts
    whole_s = (int(hours or 0) * 60 + int(minutes or 0)) * 60 + int(seconds or 0)
    return whole_s * 1000 + int((fraction or "0").ljust(3, "0"))
