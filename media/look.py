"""What a finished file holds, decoded from its first frame to its last."""

import re
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import ffmpeg

from jobs.errors import QualityMissed, ToolFailed
from media.packets import parse_listing
from media.run import CLIP_FORMATS, Workspace, compiled, fenced_input

# Two spaces of indentation: a title that looks like this line is indented further.
_VIDEO_LINE = re.compile(r"^  Stream #0:\d+\S*: Video: (.+)$", re.M)


@dataclass(frozen=True)
class Seen:
    """What was decoded.

    Attributes:
      video: FFmpeg's description of the picture, empty without one: codec, pixel format, colours.
      sound_s: Length of the sound; 0 without one.
    """

    frames: int
    size: tuple[int, int]
    video: str
    sound_s: Fraction


def look(space: Workspace, path: Path, *, decoding: bool = True) -> Seen:
    """Decodes a file.

    Args:
      decoding: Whether to; else packets count as frames.

    Raises:
      QualityMissed: It is damaged.
    """
    source = fenced_input(path, CLIP_FORMATS)
    how = {"fps_mode": "passthrough"} if decoding else {"codec": "copy"}
    listing = source.output("pipe:1", format="framecrc", map="0", sn=None, **how)
    try:
        # -xerror: a damaged frame ends it instead of being painted over.
        done = space.run(["-xerror", *compiled(listing)], capture=True)
    except ToolFailed as error:
        raise QualityMissed(f"{path.name} cannot be decoded: {error.message}") from error
    tracks = {track.kind: track for track in parse_listing(done.stdout.decode())}
    video, audio = tracks.get("video"), tracks.get("audio")
    return Seen(
        len(video.starts) if video else 0,
        video.size if video else (0, 0),
        described(done.stderr_tail),
        audio.duration_s if audio else Fraction(0),
    )


def describe(space: Workspace, path: Path) -> str:
    """What FFmpeg says of the first video stream: codec, profile, pixel format, colours."""
    stream = fenced_input(path, CLIP_FORMATS).video
    output = ffmpeg.output(stream, "pipe:1", format="null", vcodec="copy", **{"frames:v": 1})
    return described(space.run(compiled(output), capture=True).stderr_tail) or "unknown"


def described(said: str) -> str:
    """The line about the first video stream in what FFmpeg said."""
    return next((found[1] for found in _VIDEO_LINE.finditer(said)), "")
