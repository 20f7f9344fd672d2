"""How loud something is: ITU-R BS.1770 in NumPy for clips, FFmpeg's `ebur128` for files."""

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jobs.errors import ToolFailed
from media.run import CLIP_FORMATS, SOUND_FORMATS, Workspace, compiled, fenced_input

FLOOR_LUFS = -70.0  # the absolute gate of BS.1770: nothing below it is heard
FLOOR_DBTP = -120.0
RELATIVE_GATE_LU = -10.0
HOP_S = 0.1  # gating blocks of 400 ms overlap by 75 %
HOPS_PER_BLOCK = 4
_CHUNK_HOPS = 20  # filtered at once: 2 s, of which little is added to have a power of two samples

_SUMMARY = re.compile(
    r"Summary:.*?I:\s+(\S+) LUFS.*?LRA:\s+(\S+) LU\b(?:.*?Peak:\s+(\S+) dBFS)?",
    re.DOTALL,
)


@dataclass(frozen=True)
class Loudness:
    """What a meter says of a whole programme.

    Attributes:
      lufs: Integrated loudness, EBU R 128; -70.0 for silence and for less than 400 ms.
      peak_dbtp: Highest true peak of any channel, at least -120.0.
      lra: Loudness range in LU, EBU Tech 3342; 0.0 for programmes of a few seconds.
    """

    lufs: float
    peak_dbtp: float
    lra: float


def integrated_lufs(samples: NDArray[np.float32], rate: int = 48000) -> float:
    """Integrated loudness of a clip in LUFS, gated, ITU-R BS.1770-4; never below -70.0.

    A mono clip is one channel of weight 1, as FFmpeg measures it: 3 LU below the same sound on
    two channels, and exactly what it adds to a stereo mix when panned there at equal power.

    A clip too short for a gating block of 400 ms has no loudness by the standard; it is measured
    as one block of its own length, since a spoken "No." must be brought to level like the rest.

    Args:
      samples: Shape (n,) or (n, channels) for mono or stereo, full scale +-1.
      rate: In Hz, at least 8000.
    """
    channels = samples[:, np.newaxis] if samples.ndim == 1 else samples
    hop = round(rate * HOP_S)
    powers = np.zeros(len(channels) // hop)
    short = 0.0
    for channel in range(channels.shape[1]):
        energies = np.array(list(_energies(channels[:, channel], rate, hop)))
        if len(channels) < hop * HOPS_PER_BLOCK:
            short += float(energies.sum()) / max(len(channels), 1)
        else:
            powers += energies[: len(powers)] / hop
    if len(channels) < hop * HOPS_PER_BLOCK:
        return max(_lufs(short), FLOOR_LUFS)
    blocks = np.convolve(powers, np.full(HOPS_PER_BLOCK, 1 / HOPS_PER_BLOCK), "valid")
    heard = blocks[blocks > _power(FLOOR_LUFS)]
    if not heard.size:
        return FLOOR_LUFS
    # The mean of what passed the absolute gate sets the relative one, which only lets more fall.
    gate = _power(_lufs(float(heard.mean())) + RELATIVE_GATE_LU)
    return max(_lufs(float(heard[heard > gate].mean())), FLOOR_LUFS)


def measured(space: Workspace, path: Path) -> Loudness:
    """Measures the first sound stream of a media file.

    Raises:
      ToolFailed: It cannot be decoded, or holds no sound.
    """
    return metered(space, fenced_input(path, f"{CLIP_FORMATS},{SOUND_FORMATS}").audio)


def metered(
    space: Workspace, sound: Any, *, peaks: bool = True, feed: Iterable[bytes] | None = None
) -> Loudness:
    """Measures an ffmpeg-python audio stream without writing it anywhere.

    Args:
      peaks: Whether true peaks are wanted; they take three quarters of the time. Without them
        `peak_dbtp` is -120.0.
      feed: What the stream reads from its stdin.
    """
    found = space.run(meter_arguments(sound, peaks=peaks), feed, capture=True)
    return parse_measurement(found.stderr_tail, found.stdout.decode())


def meter_arguments(sound: Any, *, peaks: bool = True) -> list[str]:
    """FFmpeg arguments: the summary on stderr, and on stdout the meter at every 100 ms."""
    meter = sound.filter(
        "ebur128", peak="true" if peaks else "none", framelog="quiet", metadata=1
    ).filter("ametadata", mode="print", file="pipe:1")
    return compiled(meter.output("-", format="null"))


def parse_measurement(summary: str, frames: str) -> Loudness:
    """Reads what `meter_arguments` made FFmpeg say.

    The summary has one decimal; the frames have three, but end with the last whole 100 ms.
    """
    said = _SUMMARY.search(summary)
    if not said:
        raise ToolFailed("FFmpeg measured no loudness", stderr_tail=summary)
    lufs, lra, peak_dbtp = (_finite(value or "-inf") for value in said.groups())
    if (finer := _last(frames, "I")) is not None:
        lufs = finer
    if factor := _last(frames, "true_peak"):
        finer_dbtp = 20 * math.log10(factor)
        # A peak in the last part of 100 ms is in the summary only.
        peak_dbtp = finer_dbtp if finer_dbtp > peak_dbtp - 0.06 else peak_dbtp
    return Loudness(
        lufs=round(max(lufs, FLOOR_LUFS), 3),
        peak_dbtp=round(max(peak_dbtp, FLOOR_DBTP), 3),
        lra=round(max(lra, 0.0), 3),
    )


def _last(frames: str, key: str) -> float | None:
    at = frames.rfind(f"lavfi.r128.{key}=")
    if at < 0:
        return None
    return _finite(frames[at:].split("\n", 1)[0].partition("=")[2])


def _finite(value: str) -> float:
    number = float(value)
    return number if math.isfinite(number) else FLOOR_DBTP


def _energies(channel: NDArray[np.float32], rate: int, hop: int) -> Iterator[float]:
    """Energy of the K-weighted channel in each hop; the last one may be partial."""
    # By spectra: SciPy's filters take as long to load as Beam does. The filters ring for 40 ms,
    # down to -60 dB; what comes before a part is filtered with it, and zeros follow.
    reach = rate // 5
    size = 1 << (min(hop * _CHUNK_HOPS, len(channel)) + 2 * reach).bit_length()
    response = _response(rate, size)
    for start in range(0, len(channel), hop * _CHUNK_HOPS):
        first = max(start - reach, 0)
        # In single precision, which is off by 140 dB less than full scale, and half the work.
        part = channel[first : start + hop * _CHUNK_HOPS].astype(np.float32)
        weighted = np.fft.irfft(np.fft.rfft(part, size) * response, size)[start - first : len(part)]
        yield from np.add.reduceat(weighted**2, np.arange(0, len(weighted), hop), dtype=np.float64)


@lru_cache(maxsize=4)  # half a megabyte each, and as much work as what they are for
def _response(rate: int, size: int) -> NDArray[np.complex64]:
    """What K-weighting makes of the frequencies of so many samples."""
    later = np.exp(-2j * np.pi * np.arange(size // 2 + 1) / size)  # by one sample
    parts = [
        (b0 + b1 * later + b2 * later**2) / (a0 + a1 * later + a2 * later**2)
        for b0, b1, b2, a0, a1, a2 in k_weighting(rate)
    ]
    return np.asarray(np.prod(parts, axis=0), np.complex64)


def k_weighting(rate: int) -> NDArray[np.float64]:
    """The two filters of BS.1770 as second-order sections, for any sample rate.

    The standard tabulates them at 48 kHz only. The analogue parameters behind the table are those
    that libebur128 and FFmpeg use (after B. De Man, "Evaluation of implementations of the EBU
    R128 loudness measurement", AES 2018); at 48 kHz they give the table to ten digits.
    """
    gain, corner = 3.999843853973347, math.tan(math.pi * 1681.974450955533 / rate)
    quality = 0.7071752369554196
    high = 10 ** (gain / 20)
    band = high**0.4996667741545416
    a0 = 1 + corner / quality + corner**2
    shelf = [
        (high + band * corner / quality + corner**2) / a0,
        2 * (corner**2 - high) / a0,
        (high - band * corner / quality + corner**2) / a0,
        1.0,
        2 * (corner**2 - 1) / a0,
        (1 - corner / quality + corner**2) / a0,
    ]
    corner, quality = math.tan(math.pi * 38.13547087602444 / rate), 0.5003270373238773
    a0 = 1 + corner / quality + corner**2
    highpass = [
        1.0,
        -2.0,
        1.0,
        1.0,
        2 * (corner**2 - 1) / a0,
        (1 - corner / quality + corner**2) / a0,
    ]
    return np.array([shelf, highpass])


def _lufs(power: float) -> float:
    return -0.691 + 10 * math.log10(max(power, 1e-13))


def _power(lufs: float) -> float:
    return float(10 ** ((lufs + 0.691) / 10))
