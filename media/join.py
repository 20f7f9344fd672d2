"""Chunks and sound become one file, by stream copy."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import ffmpeg

from media.chapters import Chapter, with_chapters
from media.run import Workspace, compiled, fenced_input
from media.track_language import track_language


@dataclass(frozen=True)
class Piece:
    """A chunk file and its exact number of frames."""

    path: Path
    frames: int


@dataclass(frozen=True)
class Extras:
    """What the file has beside picture and sound.

    Attributes:
      captions: Text of a track of captions, as WebVTT; empty without one.
      language: Of the captions, a BCP 47 tag.
    """

    title: str | None = None
    chapters: tuple[Chapter, ...] = ()
    captions: str = ""
    language: str = ""


def join(
    space: Workspace, pieces: Sequence[Piece], rate: Fraction, sound: Path, extras: Extras
) -> Path:
    """Writes final.mp4 into the work folder: video and sound copied, index in front.

    The sound was encoded whole, so its priming is hidden by one edit list; gluing encoded pieces
    of sound would add up to 43 ms of silence at every joint.
    """
    (space.folder / "chunks.txt").write_text(chunk_list(pieces, rate), encoding="utf-8")
    if extras.captions:
        (space.folder / "track.vtt").write_text(extras.captions, encoding="utf-8")
    arguments = compiled(join_graph(sound, rate, extras), "warning")
    space.run(with_chapters(space, arguments, extras.chapters, rate))
    return space.folder / "final.mp4"


def chunk_list(pieces: Sequence[Piece], rate: Fraction) -> str:
    """An ffconcat script; durations come from frame counts, exact to the microsecond."""
    lines = ["ffconcat version 1.0"]
    shown = Fraction(0)
    for piece in pieces:
        # Rounding each end, not each length: a thousand chunks do not drift.
        end = shown + piece.frames / rate
        microseconds = round(end * 1_000_000) - round(shown * 1_000_000)
        lines += [f"file 'file:{_quoted(piece.path)}'", f"duration {microseconds}us"]
        shown = end
    return "\n".join(lines) + "\n"


def join_graph(sound: Path, rate: Fraction, extras: Extras) -> Any:
    """FFmpeg graph: chunks.txt, the sound and track.vtt, copied into final.mp4."""
    video = ffmpeg.input(
        "chunks.txt",
        format="concat",
        safe=0,
        protocol_whitelist="file",
        format_whitelist="concat,mov,mp4,m4a,3gp,3g2,mj2",
    )
    streams = [video.video, fenced_input(sound, "mov,mp4,m4a,3gp,3g2,mj2").audio]
    options: dict[str, Any] = {"metadata": f"title={extras.title}"} if extras.title else {}
    if extras.captions:
        streams.append(fenced_input("track.vtt", "webvtt")["s"])
        options |= {
            "scodec": "mov_text",
            "metadata:s:s:0": f"language={track_language(extras.language)}",
        }
    return ffmpeg.output(
        *streams,
        "final.mp4",
        vcodec="copy",
        acodec="copy",
        format="mp4",
        fflags="+bitexact",
        map_metadata=-1,
        movflags="+faststart",
        video_track_timescale=rate.numerator,
        **options,
    )


def _quoted(path: Path) -> str:
    # ffconcat quoting: inside single quotes only the quote itself is special.
    return str(path).replace("'", r"'\''")
