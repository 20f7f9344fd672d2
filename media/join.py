"""Chunks and sound become one file, by stream copy."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import ffmpeg

from media.run import Workspace, compiled, fenced_input


@dataclass(frozen=True)
class Piece:
    """A chunk file and its exact number of frames."""

    path: Path
    frames: int


def join(
    space: Workspace, pieces: Sequence[Piece], rate: Fraction, sound: Path, title: str | None
) -> Path:
    """Writes final.mp4 into the work folder: video and sound copied, index in front.

    The sound was encoded whole, so its priming is hidden by one edit list; gluing encoded pieces
    of sound would add up to 43 ms of silence at every joint.
    """
    (space.folder / "chunks.txt").write_text(chunk_list(pieces, rate), encoding="utf-8")
    space.run(compiled(join_graph(sound, title, rate), "warning"))
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


def join_graph(sound: Path, title: str | None, rate: Fraction) -> Any:
    """FFmpeg graph: chunks.txt and the sound, copied into final.mp4."""
    video = ffmpeg.input(
        "chunks.txt",
        format="concat",
        safe=0,
        protocol_whitelist="file",
        format_whitelist="concat,mov,mp4,m4a,3gp,3g2,mj2",
    )
    audio = fenced_input(sound, "mov,mp4,m4a,3gp,3g2,mj2")
    metadata = {"metadata": f"title={title}"} if title else {}
    return ffmpeg.output(
        video.video,
        audio.audio,
        "final.mp4",
        vcodec="copy",
        acodec="copy",
        format="mp4",
        fflags="+bitexact",
        map_metadata=-1,
        movflags="+faststart",
        video_track_timescale=rate.numerator,
        **metadata,
    )


def _quoted(path: Path) -> str:
    # ffconcat quoting: inside single quotes only the quote itself is special.
    return str(path).replace("'", r"'\''")
