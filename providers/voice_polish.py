"""Makes a formant synthesizer's voice pleasant to sit in a mix: 48 kHz, clean ends, less buzz."""

import io
import math
import wave
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import signal

SAMPLE_RATE_HZ = 48_000
PEAK_DBFS = -3.0
RUMBLE_HZ = 70.0  # below the lowest voice; DC and thumps of plosives
PRESENCE_HZ, PRESENCE_DB = 3000.0, 2.0  # consonants; more is harsh: the voice is bright already
HISS_HZ = 9000.0  # above it only synthesis noise and resampling images
KEEP_S = 0.02  # silence kept at both ends
FADE_S = 0.005
BLOCK = 1 << 18  # samples: the longest narrations last 25 minutes, so no double-precision copies
TRIM_DB = -55.0  # below the peak: the ends of the weakest fricatives are louder


@dataclass(frozen=True)
class Clip:
    """Mono samples at 48 kHz, full scale 1, and how much was cut from the start of the source."""

    samples: NDArray[np.float32]
    cut_s: float


def polished(pcm: bytes, sample_rate_hz: int) -> Clip | None:
    """Filters, resamples, trims, fades and levels a clip; `None` if it is silent.

    Args:
      pcm: Mono 16-bit little-endian samples.
      sample_rate_hz: Their rate.

    Returns:
      Samples with a peak of -3 dBFS, 20 ms of silence at each end at most, 5 ms fades.
    """
    source = np.frombuffer(pcm, dtype="<i2")
    if not source.any():
        return None
    common = math.gcd(SAMPLE_RATE_HZ, sample_rate_hz)
    samples = signal.resample_poly(
        _shaped(source, sample_rate_hz),
        SAMPLE_RATE_HZ // common,
        sample_rate_hz // common,
        window=("kaiser", 8.0),  # images 80 dB down
    )
    peak = max(float(samples.max()), -float(samples.min()))
    floor = peak * 10 ** (TRIM_DB / 20)
    heard = (samples > floor) | (samples < -floor)
    keep = round(KEEP_S * SAMPLE_RATE_HZ)
    first = max(0, int(np.argmax(heard)) - keep)
    kept = samples[first : len(heard) - int(np.argmax(heard[::-1])) + keep]
    kept *= 10 ** (PEAK_DBFS / 20) / peak
    fade = np.linspace(0, 1, min(round(FADE_S * SAMPLE_RATE_HZ), len(kept) // 2), dtype=np.float32)
    kept[: len(fade)] *= fade
    kept[len(kept) - len(fade) :] *= fade[::-1]
    return Clip(kept, first / SAMPLE_RATE_HZ)


def wav_bytes(samples: NDArray[np.float32]) -> bytes:
    """A 48 kHz mono 16-bit WAV file of samples within full scale."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE_HZ)
        for start in range(0, len(samples), BLOCK):
            block = samples[start : start + BLOCK]
            file.writeframes(np.rint(block * 32767).astype("<i2").tobytes())
    return out.getvalue()


def _shaped(source: NDArray[np.int16], sample_rate_hz: int) -> NDArray[np.float32]:
    sections = np.vstack(
        (
            signal.butter(2, RUMBLE_HZ, "highpass", fs=sample_rate_hz, output="sos"),
            _high_shelf(PRESENCE_HZ, PRESENCE_DB, sample_rate_hz),
            signal.butter(2, HISS_HZ, "lowpass", fs=sample_rate_hz, output="sos"),
        )
    )
    state = np.zeros((len(sections), 2))
    shaped = np.empty(len(source), dtype=np.float32)
    for start in range(0, len(source), BLOCK):
        block = source[start : start + BLOCK] / 32768
        shaped[start : start + BLOCK], state = signal.sosfilt(sections, block, zi=state)
    return shaped


def _high_shelf(corner_hz: float, gain_db: float, sample_rate_hz: int) -> NDArray[np.float64]:
    """Second-order shelf, slope 1, from R. Bristow-Johnson's Audio EQ Cookbook."""
    amplitude = 10 ** (gain_db / 40)
    angle = 2 * math.pi * corner_hz / sample_rate_hz
    cosine = math.cos(angle)
    width = 2 * math.sqrt(amplitude) * math.sin(angle) / math.sqrt(2)
    plus, minus = amplitude + 1, amplitude - 1
    b = np.array(
        [
            amplitude * (plus + minus * cosine + width),
            -2 * amplitude * (minus + plus * cosine),
            amplitude * (plus + minus * cosine - width),
        ]
    )
    a = np.array(
        [
            plus - minus * cosine + width,
            2 * (minus - plus * cosine),
            plus - minus * cosine - width,
        ]
    )
    return np.concatenate((b / a[0], a / a[0]))[np.newaxis]
