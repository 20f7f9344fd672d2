"""The forms in which a finished video is delivered."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum


class Format(Enum):
    """A form of the finished video; `hls` is a playlist with files of its own."""

    MP4 = "mp4"
    HLS = "hls"
    WEBM = "webm"
    M4A = "m4a"
    GIF = "gif"
    WEBP = "webp"
    SHEET = "sheet"

    @property
    def file(self) -> str:
        """Public name of the file that is opened."""
        return _FILES[self]

    @property
    def is_preview(self) -> bool:
        """Whether it shows parts of the video only."""
        return self not in _WHOLE


# Those with the whole video, the one to name first when several are there.
_WHOLE = (Format.MP4, Format.HLS, Format.WEBM, Format.M4A)
_FILES = {
    Format.MP4: "final.mp4",
    Format.HLS: "hls/master.m3u8",
    Format.WEBM: "final.webm",
    Format.M4A: "final.m4a",
    Format.GIF: "preview.gif",
    Format.WEBP: "preview.webp",
    Format.SHEET: "sheet.jpg",
}


@dataclass(frozen=True)
class Rung:
    """A step of the ladder of an HLS stream.

    Attributes:
      lines: The shorter side, in pixels.
      max_kbps: Bit rate of the picture that is not exceeded for long, at 30 frames a second; None:
        that of the film, which is copied.
    """

    lines: int
    size: tuple[int, int]
    max_kbps: int | None = None

    @property
    def name(self) -> str:
        return f"{self.lines}p"


# Where captions stay legible and an encoder at constant quality seldom meets the limit.
_LADDER = ((1080, 6000), (720, 3000), (480, 1400), (360, 800))


def ladder(size: tuple[int, int]) -> tuple[Rung, ...]:
    """The picture itself, and the smaller ones that are made of it; sides are even."""
    short, long = min(size), max(size)
    rungs = [Rung(short, size)]
    for lines, kbps in _LADDER:
        if lines < short:
            longer = 2 * ((lines * long + short) // (2 * short))
            rungs.append(
                Rung(lines, (lines, longer) if size[0] < size[1] else (longer, lines), kbps)
            )
    return tuple(rungs)


def format_names(formats: Iterable[Format], size: tuple[int, int]) -> tuple[str, ...]:
    """Names of the parts that are made of a finished video; renditions of HLS before their list."""
    wanted = set(formats)
    names: list[str] = []
    for one in Format:
        if one is Format.HLS and one in wanted:
            names += [f"hls-{rung.name}" for rung in ladder(size)]
        if one in wanted and one is not Format.MP4:
            names.append(one.value)
    return tuple(names)


def film_rank(name: str) -> int:
    """Orders public names of files: whole videos first, `final.mp4` before all."""
    for rank, one in enumerate(_WHOLE):
        if name == one.file or name.endswith(f"/{one.file}"):
            return rank
    return len(_WHOLE)


def film_names(files: Iterable[str]) -> tuple[str, ...]:
    """Of the public names of a job's files, that of its finished video, or of each variant's."""
    films = [(name, film_rank(name)) for name in files]
    found: dict[str, tuple[str, int]] = {}
    for name, rank in films:
        if rank < len(_WHOLE):
            folder = name.removesuffix(_WHOLE[rank].file)
            if folder not in found or rank < found[folder][1]:
                found[folder] = name, rank
    return tuple(name for name, _ in found.values())
