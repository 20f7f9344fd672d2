"""The quality gate: what came out is measured, whatever the exit codes said."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import ffmpeg

from jobs.errors import QualityMissed
from media.loudness import measured
from media.master import LoudnessTarget
from media.packets import list_packets
from media.run import CLIP_FORMATS, Workspace, compiled, fenced_input

MAX_AV_DIFFERENCE_S = 0.043  # two AAC frames at 48 kHz
LOUDNESS_TOLERANCE_LU = 0.5
# Marks of the detectors: `lavfi.black_start=3.1`, `lavfi.freezedetect.freeze_end=7.5`.
_BLACK = re.compile(r"^lavfi\.black_(start|end)=(\d+(?:\.\d+)?)$", re.M)
_FREEZE = re.compile(r"^lavfi\.freezedetect\.freeze_(start|end)=(\d+(?:\.\d+)?)$", re.M)
# Two spaces of indentation: a title that looks like this line is indented further.
_VIDEO_LINE = re.compile(r"^  Stream #0:\d+\S*: Video: (.+)$", re.M)
MIN_BLACK_S, MIN_FREEZE_S = 0.5, 2.0


@dataclass(frozen=True)
class Span:
    """A stretch of the video, in seconds."""

    start_s: float
    end_s: float


@dataclass(frozen=True)
class Quality:
    """What was measured on the finished file.

    Attributes:
      frames: Video packets, each one frame.
      av_difference_s: Length of sound minus length of picture.
      video: FFmpeg's description of the video stream.
      black, frozen: Stretches of black (0.5 s and longer) and of still picture (2 s and longer).
    """

    frames: int
    width: int
    height: int
    duration_s: float
    av_difference_s: float
    video: str
    lufs: float
    peak_dbtp: float
    lra: float
    black: tuple[Span, ...]
    frozen: tuple[Span, ...]


@dataclass(frozen=True)
class Promise:
    """What the file must be.

    Attributes:
      may_be_quiet: Mastering found that the programme cannot reach its loudness: silence, or so
        soft that more gain would only lift noise. Too loud is a miss all the same.
    """

    frames: int
    width: int
    height: int
    rate: Fraction
    loudness: LoudnessTarget
    may_be_quiet: bool


def measure_video(space: Workspace, path: Path) -> Quality:
    """Measures a finished file: packets, timing, loudness, black and frozen stretches."""
    tracks = list_packets(space, path)
    video = next((track for track in tracks if track.kind == "video"), None)
    audio = next((track for track in tracks if track.kind == "audio"), None)
    if video is None or audio is None:
        raise QualityMissed("the finished file lacks picture or sound")
    black, frozen = _still_spans(space, path, float(video.duration_s))
    sound = measured(space, path)
    return Quality(
        frames=len(video.starts),
        width=video.size[0],
        height=video.size[1],
        duration_s=round(float(video.duration_s), 6),
        av_difference_s=round(
            float(_heard(audio.starts, audio.ends, audio.time_base) - video.duration_s), 6
        ),
        video=_described(space, path),
        lufs=sound.lufs,
        peak_dbtp=sound.peak_dbtp,
        lra=sound.lra,
        black=black,
        frozen=frozen,
    )


def misses(quality: Quality, promise: Promise) -> tuple[str, ...]:
    """Everything in which a file differs from what was promised, a sentence each."""
    found = []
    if quality.frames != promise.frames:
        found.append(f"{quality.frames} frames instead of {promise.frames}")
    if (quality.width, quality.height) != (promise.width, promise.height):
        found.append(
            f"{quality.width}x{quality.height} instead of {promise.width}x{promise.height}"
        )
    planned_s = float(promise.frames / promise.rate)
    if abs(quality.duration_s - planned_s) > float(0.5 / promise.rate):
        found.append(f"{quality.duration_s:.3f} s of picture instead of {planned_s:.3f} s")
    if abs(quality.av_difference_s) >= MAX_AV_DIFFERENCE_S:
        found.append(f"sound and picture differ by {quality.av_difference_s * 1000:.0f} ms")
    for tag in ("h264 (High)", "yuv420p", "bt709"):
        if tag not in quality.video:
            found.append(f"the video stream is not {tag}: {quality.video}")
    off = quality.lufs - promise.loudness.lufs
    if off > LOUDNESS_TOLERANCE_LU or (off < -LOUDNESS_TOLERANCE_LU and not promise.may_be_quiet):
        found.append(
            f"{quality.lufs:.1f} LUFS instead of {promise.loudness.lufs:g} "
            f"(tolerance {LOUDNESS_TOLERANCE_LU:g} LU)"
        )
    if quality.peak_dbtp > promise.loudness.peak_dbtp:
        found.append(
            f"true peak {quality.peak_dbtp:.1f} dBTP above {promise.loudness.peak_dbtp:g} dBTP"
        )
    return tuple(found)


def _heard(starts: Sequence[int], ends: Sequence[int], time_base: Fraction) -> Fraction:
    # Priming lies before time zero and is not heard.
    return max(ends) * time_base - max(min(starts), 0) * time_base


def _described(space: Workspace, path: Path) -> str:
    """What FFmpeg says of the first video stream: codec, profile, pixel format, colours."""
    stream = fenced_input(path, CLIP_FORMATS).video
    output = ffmpeg.output(stream, "pipe:1", format="null", vcodec="copy", **{"frames:v": 1})
    said = space.run(compiled(output), capture=True).stderr_tail
    return next((found[1] for found in _VIDEO_LINE.finditer(said)), "unknown")


def _still_spans(
    space: Workspace, path: Path, duration_s: float
) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    """Black and frozen stretches, from a file of marks: a log would be cut for long videos."""
    # Non-reference frames are skipped: a third of the work finds the same stretches.
    picture = (
        fenced_input(path, CLIP_FORMATS, skip_frame="noref", skip_loop_filter="all")
        .video.filter("scale", 320, -2, flags="fast_bilinear")
        .filter("blackdetect", d=MIN_BLACK_S, pix_th=0.02, pic_th=0.995)
        .filter("freezedetect", n=0.0003, d=MIN_FREEZE_S)
        .filter("metadata", "print", file="marks.txt")
    )
    output = ffmpeg.output(picture, "pipe:1", format="null", fps_mode="passthrough")
    space.run(compiled(output, "error"), capture=True)
    marks = (space.folder / "marks.txt").read_text(encoding="utf-8")
    # blackdetect marks every black frame; its shortest length governs only its log.
    black = (
        span
        for span in _spans(_BLACK.findall(marks), duration_s)
        if span.end_s - span.start_s >= MIN_BLACK_S
    )
    return tuple(black), _spans(_FREEZE.findall(marks), duration_s)


def _spans(marks: Sequence[tuple[str, str]], duration_s: float) -> tuple[Span, ...]:
    spans, start = [], None
    for kind, at in marks:
        if kind == "start":
            start = float(at)
        elif start is not None:
            spans.append(Span(start, float(at)))
            start = None
    if start is not None:
        spans.append(Span(start, round(duration_s, 3)))
    return tuple(spans)
