"""An HTTP Live Streaming rendition: fragments of MP4 in one file, and the playlist of them.

A player fetches them by byte range (RFC 8216, section 4.3.2.2). So a rendition is two files however
long the video is; six seconds a file would be hundreds, all to be stored, named and signed.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from jobs.errors import QualityMissed
from jobs.formats import Rung
from media.packets import list_packets
from media.run import CLIP_FORMATS, Workspace, compiled, fenced_input

SEGMENT_S = 6  # as Apple advises; a segment ends with the first key frame after it
NEVER = 1_000_000  # frames between key frames of the encoder's own: only those that are asked for
# x264 by output quality: preset and crf. A smaller picture of the film needs no finer one.
_QUALITY = {"draft": ("veryfast", 23), "standard": ("medium", 21)}
_SEGMENT = re.compile(r"#EXTINF:([0-9.]+),\n#EXT-X-BYTERANGE:(\d+)@(\d+)\n")


@dataclass(frozen=True)
class Segment:
    """A stretch of a rendition."""

    duration_s: Fraction
    size_bytes: int


@dataclass(frozen=True)
class Stream:
    """What a master playlist tells of a rendition; bits a second were measured.

    Attributes:
      name: Of its playlist and its file, without endings.
      bandwidth: The most in any stretch of about a segment's length.
      codecs: As RFC 6381 names them.
      size: Width and height; (0, 0) of sound.
    """

    name: str
    bandwidth: int
    average_bandwidth: int
    codecs: str
    size: tuple[int, int] = (0, 0)


def copy_picture(space: Workspace, film: Path, rung: Rung) -> tuple[Segment, ...]:
    """Writes the picture of the film as a rendition, without encoding it again."""
    return _packed(space, fenced_input(film, CLIP_FORMATS).video, rung.name, vcodec="copy")


def encode_picture(
    space: Workspace, film: Path, rung: Rung, rate: Fraction, quality: str
) -> tuple[Segment, ...]:
    """Writes a smaller picture of the film as a rendition, cut at the same frames."""
    cuts = segment_starts(space, film, rate)
    preset, crf = _QUALITY[quality]
    most = round((rung.max_kbps or 0) * max(Fraction(1), rate / 30))
    picture = fenced_input(film, CLIP_FORMATS).video.filter("scale", *rung.size, flags="lanczos")
    return _packed(
        space,
        picture,
        rung.name,
        **{
            "vcodec": "libx264",
            "preset": preset,
            "crf": crf,
            "maxrate": f"{most}k",
            "bufsize": f"{2 * most}k",
            "profile:v": "high",
            "pix_fmt": "yuv420p",
            "threads": 1,  # as in `media.chunk`
            "g": NEVER,
            "sc_threshold": 0,
            "forced-idr": 1,
            # Half a frame early: a time that was rounded up would mean the next frame.
            "force_key_frames": ",".join(
                f"{max(0.0, float((frame - Fraction(1, 2)) / rate)):.6f}" for frame in cuts
            ),
            "flags:v": "+bitexact",
            "color_range": "tv",
            "colorspace": "bt709",
            "color_primaries": "bt709",
            "color_trc": "bt709",
            "fps_mode": "passthrough",
        },
    )


def copy_sound(space: Workspace, film: Path) -> tuple[Segment, ...]:
    """Writes the sound of the film as a rendition of its own, audio.mp4.

    Once for all pictures: it is stored once, and goes on unbroken when a player changes the size.
    """
    return _packed(space, fenced_input(film, CLIP_FORMATS).audio, "audio", acodec="copy")


def segment_starts(space: Workspace, film: Path, rate: Fraction) -> tuple[int, ...]:
    """Frames of the film at which the segments of its copied picture begin."""
    tracks = list_packets(space, film)
    video = next(track for track in tracks if track.kind == "video")
    keys = [round(key * video.time_base * rate) for key in video.keys]
    starts: list[int] = []
    for key in keys:
        if key >= len(starts) * SEGMENT_S * rate:  # counted from the start, as FFmpeg does
            starts.append(key)
    return tuple(starts)


def check_cuts(
    segments: Sequence[Segment], starts: Sequence[int], frames: int, rate: Fraction
) -> None:
    """Raises `QualityMissed` unless a rendition is cut where the film is, and as long."""
    ends = [*starts[1:], frames]
    wanted = [(end - start) / rate for start, end in zip(starts, ends, strict=True)]
    found = [segment.duration_s for segment in segments]
    if len(found) != len(wanted) or any(
        abs(one - other) > Fraction(1, 1000) for one, other in zip(found, wanted, strict=True)
    ):
        told = ", ".join(f"{float(one):.3f}" for one in found)
        raise QualityMissed(f"the stream has segments of {told} s, which are not those of the film")


def stream_of(
    name: str, segments: Sequence[Segment], init: bytes, size: tuple[int, int] = (0, 0)
) -> Stream:
    """Measures a rendition. `init`: the beginning of its file, with what decoders need to know."""
    whole_s = sum((segment.duration_s for segment in segments), Fraction(0))
    average = -(-8 * sum(segment.size_bytes for segment in segments) // whole_s)
    codecs = _avc_codec(init) if any(size) else "mp4a.40.2"  # AAC-LC, as `media.master` makes it
    return Stream(name, max(_peaks(segments), default=average), average, codecs, size)


def _peaks(segments: Sequence[Segment]) -> Iterator[int]:
    """Bit rates of all stretches of half to one and a half of the target duration (RFC 8216bis,
    section 4.4.6.2)."""
    target_s = max(round(segment.duration_s) for segment in segments)
    for first in range(len(segments)):
        seconds, size = Fraction(0), 0
        for segment in segments[first:]:
            seconds += segment.duration_s
            size += segment.size_bytes
            if seconds > Fraction(3, 2) * target_s:
                break
            if seconds >= Fraction(1, 2) * target_s:
                yield -(-8 * size // seconds)


def _avc_codec(init: bytes) -> str:
    """`avc1.640028`: profile, constraints and level as the decoder is told them (ISO 14496-15)."""
    at = init.index(b"avcC") + 5
    return f"avc1.{init[at : at + 3].hex()}"


def read_segments(playlist: str) -> tuple[Segment, ...]:
    """The segments of a playlist that FFmpeg wrote."""
    return tuple(
        Segment(Fraction(duration), int(size)) for duration, size, _ in _SEGMENT.findall(playlist)
    )


def _packed(space: Workspace, stream: Any, name: str, **options: Any) -> tuple[Segment, ...]:
    output = stream.output(
        f"{name}.m3u8",
        format="hls",
        hls_time=SEGMENT_S,
        hls_playlist_type="vod",
        hls_segment_type="fmp4",
        hls_flags="single_file+independent_segments",
        hls_segment_filename=f"{name}.mp4",
        hls_segment_options="fflags=+bitexact",
        # Picture and sound are written apart: each would be moved by its own first packets, which
        # come before 0, and they would differ by 45 ms. Edit lists then tell of those.
        avoid_negative_ts="disabled",
        fflags="+bitexact",
        map_metadata=-1,
        map_chapters=-1,
        **options,
    )
    space.run(compiled(output, "warning"))
    return read_segments((space.folder / f"{name}.m3u8").read_text(encoding="utf-8"))
