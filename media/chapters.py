"""Chapters of a video, as FFmpeg reads them (https://ffmpeg.org/ffmpeg-formats.html#Metadata-1)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from media.run import Workspace

_SPECIAL = re.compile(r"([=;#\\\n])")


@dataclass(frozen=True)
class Chapter:
    """A chapter: frames `start` to `end` exclusive of the video, and its name."""

    start: int
    end: int
    title: str


def chapters_of(named: Sequence[tuple[int, str | None]], frames: int) -> tuple[Chapter, ...]:
    """The chapters of a video; none when no scene begins one.

    What comes before the first belongs to it: players want the first to begin with the video.

    Args:
      named: Of each scene its first frame, and the name of the chapter that begins there.
      frames: Length of the video.
    """
    starts = [(start, name) for start, name in named if name]
    return tuple(
        Chapter(start if number else 0, [*starts, (frames, "")][number + 1][0], name)
        for number, (start, name) in enumerate(starts)
    )


def ffmetadata(chapters: Sequence[Chapter], rate: Fraction) -> str:
    """The chapters as a file that FFmpeg reads."""
    lines = [";FFMETADATA1"]
    for one in chapters:
        lines += [
            "[CHAPTER]",
            f"TIMEBASE={rate.denominator}/{rate.numerator}",
            f"START={one.start}",
            f"END={one.end}",
            "title=" + _SPECIAL.sub(r"\\\1", one.title),
        ]
    return "\n".join(lines) + "\n"


def with_chapters(
    space: Workspace, arguments: list[str], chapters: Sequence[Chapter], rate: Fraction
) -> list[str]:
    """The arguments of a call of FFmpeg whose output gets these chapters as well.

    A file of metadata has no stream, so ffmpeg-python cannot place it among the inputs.
    """
    if not chapters:
        return arguments
    path = space.folder / "chapters.txt"
    path.write_text(ffmetadata(chapters, rate), encoding="utf-8")
    last = len(arguments) - 1 - arguments[::-1].index("-i") + 2  # behind the name of an input
    inputs = arguments.count("-i")
    # Metadata of chapters goes with that of the rest, which is left out.
    kept = [one.replace("-map_metadata", "-map_metadata:g") for one in arguments[last:]]
    read = ["-protocol_whitelist", "file", "-f", "ffmetadata", "-i", f"file:{Path(path.name)}"]
    return [*arguments[:last], *read, "-map_chapters", str(inputs), "-map_metadata:s", "-1", *kept]
