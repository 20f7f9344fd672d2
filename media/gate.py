"""The quality gate: what came out is measured, whatever the exit codes said."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path

from jobs.errors import QualityMissed
from media.look import describe
from media.loudness import Loudness
from media.master import PROMISED_LU, LoudnessTarget
from media.packets import list_packets
from media.run import Workspace
from media.stills import Span, Stills, holds, joined_stills

MAX_AV_DIFFERENCE_S = 0.043  # two AAC frames at 48 kHz


@dataclass(frozen=True)
class Quality:
    """What was measured on the finished file.

    Attributes:
      frames: Video packets, each one frame.
      av_difference_s: Length of sound minus length of picture.
      video: FFmpeg's description of the video stream.
      black, frozen: Stretches of black (0.5 s and longer) and of still picture (2 s and longer).
      flashing: Stretches with more than three flashes a second.
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
    flashing: tuple[Span, ...] = ()


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


@dataclass(frozen=True)
class Master:
    """The sound that a video was given, and what was measured on it once it was encoded."""

    path: Path
    loudness: Loudness


def measure_video(
    space: Workspace, path: Path, chunks: Sequence[Stills], master: Master
) -> Quality:
    """Measures a finished file: packets, timing, sound, black and frozen stretches.

    Args:
      chunks: What was seen of each of the chunks that it was joined of, in order.

    Raises:
      QualityMissed: It lacks picture or sound, or does not have the very sound it was given.
    """
    with ThreadPoolExecutor() as pool:
        given = pool.submit(list_packets, space, master.path)
        describing = pool.submit(describe, space, path)
        stills = joined_stills(chunks, partial(holds, space, path))
        tracks = list_packets(space, path)
        video_line = describing.result()
    video = next((track for track in tracks if track.kind == "video"), None)
    audio = next((track for track in tracks if track.kind == "audio"), None)
    if video is None or audio is None:
        raise QualityMissed("the finished file lacks picture or sound")
    # Packet for packet what was measured already: it need not be decoded again.
    if (audio.time_base, audio.content) != (given.result()[0].time_base, given.result()[0].content):
        raise QualityMissed("the sound of the finished file is not that of its mix")
    sound = master.loudness
    return Quality(
        frames=len(video.starts),
        width=video.size[0],
        height=video.size[1],
        duration_s=round(float(video.duration_s), 6),
        av_difference_s=round(
            float(_heard(audio.starts, audio.ends, audio.time_base) - video.duration_s), 6
        ),
        video=video_line,
        lufs=sound.lufs,
        peak_dbtp=sound.peak_dbtp,
        lra=sound.lra,
        black=stills.black,
        frozen=stills.frozen,
        flashing=stills.flashing,
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
    if off > PROMISED_LU or (off < -PROMISED_LU and not promise.may_be_quiet):
        found.append(
            f"{quality.lufs:.1f} LUFS instead of {promise.loudness.lufs:g} "
            f"(tolerance {PROMISED_LU:g} LU)"
        )
    if quality.peak_dbtp > promise.loudness.peak_dbtp:
        found.append(
            f"true peak {quality.peak_dbtp:.1f} dBTP above {promise.loudness.peak_dbtp:g} dBTP"
        )
    return tuple(found)


def _heard(starts: Sequence[int], ends: Sequence[int], time_base: Fraction) -> Fraction:
    # Priming lies before time zero and is not heard.
    return max(ends) * time_base - max(min(starts), 0) * time_base
