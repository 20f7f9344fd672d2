"""Caption files beside the video: SubRip (.srt) and WebVTT (.vtt), written and strictly read back.

WebVTT: W3C Candidate Recommendation, section 4. SubRip has no standard; what VLC and FFmpeg read.
"""

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from media.cues import Cue

_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
# In SubRip `-->` inside a text would read as a time line: one word joiner more parts it unseen.
_ARROW = re.compile("--(\u2060*)>")
_SAFE_ARROW = re.compile("--\u2060(\u2060*)>")
_PART, _WHOLE = "--\u2060\\1>", r"--\1>"
_SRT_TIMES = re.compile(
    r"(\d{2,}):([0-5]\d):([0-5]\d),(\d{3}) --> (\d{2,}):([0-5]\d):([0-5]\d),(\d{3})"
)
_VTT_TIMES = re.compile(
    r"(\d{2,}):([0-5]\d):([0-5]\d)\.(\d{3}) --> (\d{2,}):([0-5]\d):([0-5]\d)\.(\d{3})"
)


@dataclass(frozen=True)
class Caption:
    """A caption as a file tells it; milliseconds from the start of the video."""

    start_ms: int
    end_ms: int
    text: str


def srt(cues: Sequence[Cue], rate: Fraction) -> str:
    """The captions as a SubRip file."""
    blocks = [
        f"{number}\n{_times(cue, rate, ',')}\n{_ARROW.sub(_PART, cue.text)}\n"
        for number, cue in enumerate(cues, start=1)
    ]
    return "\n".join(blocks)


def vtt(cues: Sequence[Cue], rate: Fraction) -> str:
    """The captions as a WebVTT file."""
    blocks = ["WEBVTT\n"]
    for cue in cues:
        text = "".join(_ESCAPES.get(character, character) for character in cue.text)
        blocks.append(f"{_times(cue, rate, '.')}\n{text}\n")
    return "\n".join(blocks)


def captions_of(cues: Sequence[Cue], rate: Fraction) -> tuple[Caption, ...]:
    """What a caption file of these cues has to say."""
    return tuple(
        Caption(milliseconds(cue.start, rate), milliseconds(cue.end, rate), cue.text)
        for cue in cues
    )


def parse_srt(file: str) -> tuple[Caption, ...]:
    """Reads a SubRip file back. Raises `ValueError` for anything this module would not write."""
    found = []
    for number, block in enumerate(_blocks(file), start=1):
        if block[0] != str(number):
            raise ValueError(f"caption {number} is numbered {block[0]!r}")
        caption = _caption(_SRT_TIMES, block[1:], number)
        found.append(replace(caption, text=_SAFE_ARROW.sub(_WHOLE, caption.text)))
    return _in_order(found)


def parse_vtt(file: str) -> tuple[Caption, ...]:
    """Reads a WebVTT file back. Raises `ValueError` for anything this module would not write."""
    blocks = _blocks(file)
    if not blocks or blocks[0] != ["WEBVTT"]:
        raise ValueError("the file does not begin with WEBVTT")
    found = []
    for number, block in enumerate(blocks[1:], start=1):
        caption = _caption(_VTT_TIMES, block, number)
        if re.search("[<>]|&(?!amp;|lt;|gt;)", caption.text):
            raise ValueError(f"caption {number} holds markup")
        found.append(replace(caption, text=html.unescape(caption.text)))
    return _in_order(found)


def milliseconds(frame: int, rate: Fraction) -> int:
    """When a frame begins, to the nearest millisecond, halves up."""
    return (2000 * frame * rate.denominator + rate.numerator) // (2 * rate.numerator)


def _times(cue: Cue, rate: Fraction, point: str) -> str:
    start, end = milliseconds(cue.start, rate), milliseconds(cue.end, rate)
    return f"{_clock(start, point)} --> {_clock(end, point)}"


def _clock(at_ms: int, point: str) -> str:
    seconds, ms = divmod(at_ms, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{point}{ms:03}"


def _blocks(file: str) -> list[list[str]]:
    if not file:
        return []
    if not file.endswith("\n"):
        raise ValueError("the last line does not end")
    return [block.split("\n") for block in file[:-1].split("\n\n")]


def _caption(pattern: re.Pattern[str], block: Sequence[str], number: int) -> Caption:
    times = pattern.fullmatch(block[0]) if block else None
    if not times:
        raise ValueError(f"caption {number} has no times")
    if not all(line.strip() and "-->" not in line for line in block[1:]) or len(block) < 2:
        raise ValueError(f"caption {number} has a line that is empty or looks like times")
    values = [int(value) for value in times.groups()]
    start, end = (((h * 60 + m) * 60 + s) * 1000 + ms for h, m, s, ms in (values[:4], values[4:]))
    return Caption(start, end, "\n".join(block[1:]))


def _in_order(captions: Sequence[Caption]) -> tuple[Caption, ...]:
    at = 0
    for number, caption in enumerate(captions, start=1):
        if not at <= caption.start_ms < caption.end_ms:
            raise ValueError(f"caption {number} begins before {at} ms or does not last")
        at = caption.end_ms
    return tuple(captions)
