"""Counting what a media file holds, by FFmpeg's machine-readable `framecrc` listing."""

import hashlib
import re
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import ffmpeg

from jobs.errors import ToolFailed, UnsupportedMedia
from media.clip_colours import ClipColours, colours_of
from media.run import CLIP_FORMATS, Workspace, compiled, fenced_input

_COMPLAINT = re.compile(r"(?:\[[^\]]* @ [^\]]*\] )?\[(?:error|fatal|panic)\] (.*\S.*)")
_HEADER = re.compile(r"#(tb|media_type|dimensions|sample_rate) (\d+): (.+)")


@dataclass(frozen=True)
class Track:
    """One stream: its packets or frames in presentation order.

    Attributes:
      kind: `video` or `audio`.
      size: Width and height; (0, 0) for sound.
      time_base: Seconds per tick.
      starts, ends: Presentation times in ticks, sorted.
      keys: Those of `starts` at which decoding can begin.
      content: Fingerprint of the packets and their times, in the order of the file.
    """

    kind: str
    size: tuple[int, int]
    time_base: Fraction
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    keys: tuple[int, ...] = ()
    content: str = ""

    @property
    def duration_s(self) -> Fraction:
        return (max(self.ends) - min(self.starts)) * self.time_base if self.starts else Fraction(0)


def list_packets(space: Workspace, path: Path) -> tuple[Track, ...]:
    """The packets of a file, without decoding it."""
    source = fenced_input(path, CLIP_FORMATS)
    listing = source.output("pipe:1", format="framecrc", codec="copy", map="0")
    return parse_listing(space.run(compiled(listing, "error"), capture=True).stdout.decode())


def probe_clip(
    space: Workspace, path: Path, start_s: float, length_s: float, name: str
) -> tuple[Track, ClipColours]:
    """Decodes a part of a user's clip; lists its frames, and tells its colours.

    Args:
      name: How the user calls the file, for messages.

    Raises:
      UnsupportedMedia: Not a clip in an accepted container, no picture in that part, or damaged.
    """
    source = fenced_input(path, CLIP_FORMATS, ss=f"{start_s:.6f}", t=f"{length_s:.6f}")
    listing = ffmpeg.output(source.video, "pipe:1", format="framecrc", fps_mode="passthrough")
    # -xerror: a damaged frame ends the probe instead of being painted over.
    arguments = ["-xerror", *compiled(listing, "level+info")]
    try:
        probed = space.run(arguments, capture=True)
    except ToolFailed as error:
        raise UnsupportedMedia(
            f"{name} cannot be decoded as a clip (accepted: MP4, MOV, MKV, WebM): "
            f"{_reason(str(error.facts.get('stderr_tail', '')))}"
        ) from error
    tracks = parse_listing(probed.stdout.decode())
    video = next((track for track in tracks if track.kind == "video" and track.starts), None)
    if video is None:
        raise UnsupportedMedia(f"{name} shows no picture from {start_s:g} s on")
    return video, colours_of(probed.stderr_tail)


def parse_listing(listing: str) -> tuple[Track, ...]:
    """Reads a `framecrc` listing."""
    headers: dict[int, dict[str, str]] = {}
    times: dict[int, list[tuple[int, int, bool]]] = {}
    contents: dict[int, Any] = {}
    for line in listing.splitlines():
        if match := _HEADER.match(line):
            headers.setdefault(int(match[2]), {})[match[1]] = match[3].strip()
        elif line and not line.startswith("#"):
            fields = [field.strip() for field in line.split(",")]
            stream, _dts, pts, duration = (int(field) for field in fields[:4])
            # Flags are listed where they are others than those of a key frame.
            is_key = not any(field.startswith("F=") for field in fields[6:])
            times.setdefault(stream, []).append((pts, pts + duration, is_key))
            # Times, size and checksum; not flags, which containers differ in.
            packet = " ".join(fields[1:6]).encode()
            contents.setdefault(stream, hashlib.sha256()).update(packet)
    return tuple(
        _track(
            headers[stream],
            times.get(stream, []),
            contents[stream].hexdigest() if stream in contents else "",
        )
        for stream in sorted(headers)
    )


def _track(header: dict[str, str], times: list[tuple[int, int, bool]], content: str) -> Track:
    width, _, height = header.get("dimensions", "0x0").partition("x")
    return Track(
        header.get("media_type", ""),
        (int(width), int(height)),
        Fraction(header.get("tb", "1/1")),
        tuple(sorted(start for start, _, _ in times)),
        tuple(sorted(end for _, end, _ in times)),
        tuple(sorted(start for start, _, is_key in times if is_key)),
        content,
    )


def _reason(stderr: str) -> str:
    """The first thing FFmpeg complained about, without its address prefix."""
    lines = [_COMPLAINT.match(line) for line in stderr.splitlines()]
    return next((line[1].strip()[:200] for line in lines if line), "no reason given")
