"""From a raw rendering to a clip that sits at a known level: distance, loudness, peak, fades."""

import io
import wave

import numpy as np
from scipy import ndimage, signal

from providers.foley.space import room
from providers.foley.synthesis import RATE, Generator, Mono, Stereo, count, highpass, lowpass

EVENT_LUFS = -20.0  # loudest 400 ms: an event is judged by its top
TEXTURE_LUFS = -23.0  # mean over the whole: a texture lies under speech
CEILING_DBFS = -1.2  # sample peak; rounding to 16 bits stays below -1 dBFS
FADE_S = 0.005
MOST_LIMITING_DB = 9.0  # beyond this a click loses its snap; it stays quieter instead


def distant(rng: Generator, sound: Stereo) -> Stereo:
    """The sound from far away: air takes the treble, the surroundings answer longer than it."""
    narrowed = 0.7 * sound + 0.3 * sound[::-1]
    return room(rng, lowpass(narrowed, 1600.0, 1), t60_s=1.8, wet=1.2, bright_hz=2200.0)


def k_weighted(sound: Stereo) -> Stereo:
    """The two filters of ITU-R BS.1770-5, annex 1, for 48 kHz."""
    shelf = signal.lfilter(
        [1.53512485958697, -2.69169618940638, 1.19839281085285],
        [1.0, -1.69065929318241, 0.73248077421585],
        sound,
    )
    return np.asarray(
        signal.lfilter([1.0, -2.0, 1.0], [1.0, -1.99004745483398, 0.99007225036621], shelf)
    )


def loudness_lufs(sound: Stereo, momentary: bool) -> float:
    """Loudness per BS.1770: of the loudest 400 ms, or the mean without the near-silent blocks.

    A sound shorter than 400 ms is measured with silence round it, as a meter would.
    """
    block = count(0.4)
    padded = np.pad(k_weighted(sound), ((0, 0), (block, block) if momentary else (0, 0)))
    total = np.concatenate(([0.0], np.cumsum(np.sum(padded**2, axis=0))))
    if total.size <= block:
        return _lufs(total[-1] / max(total.size - 1, 1))
    powers = (total[block:] - total[:-block])[:: count(0.1)] / block
    if momentary:
        return _lufs(float(powers.max()))
    heard = powers[powers > 10 ** (-6.93)]  # absolute gate, -70 LUFS
    if not heard.size:
        return -70.0
    return _lufs(float(heard[heard > 0.1 * heard.mean()].mean()))  # relative gate, -10 LU


def _lufs(power: float) -> float:
    return float(-0.691 + 10 * np.log10(max(power, 1e-12)))


def levelled(sound: Stereo, target_lufs: float, momentary: bool) -> Stereo:
    """The sound at `target_lufs`, its peaks held below the ceiling by a look-ahead limiter.

    Where that would take more than 9 dB off the peaks, the sound is left quieter.
    """
    ceiling = 10 ** (CEILING_DBFS / 20)
    gain_db = target_lufs - loudness_lufs(sound, momentary)
    over_db = gain_db + 20 * np.log10(max(float(np.abs(sound).max()), 1e-9) / ceiling)
    out = sound * 10 ** ((gain_db - max(0.0, over_db - MOST_LIMITING_DB)) / 20)
    out = limited(out, ceiling)
    # Limiting takes some loudness away; one more turn gives most of it back.
    again = min(max(0.0, target_lufs - loudness_lufs(out, momentary)), 3.0)
    return limited(out * 10 ** (again / 20), ceiling) if again > 0.2 else out


def limited(sound: Stereo, ceiling: float) -> Stereo:
    """Both channels turned down together, 4 ms ahead of every peak above `ceiling`.

    A converter also shows peaks between samples: the half-way point of a cubic is watched too.
    """
    level = np.abs(sound).max(axis=0)
    if sound.shape[1] > 3:
        inner, outer = sound[:, 1:-2] + sound[:, 2:-1], sound[:, :-3] + sound[:, 3:]
        level[1:-2] = np.maximum(level[1:-2], np.abs(0.5625 * inner - 0.0625 * outer).max(axis=0))
    need = np.minimum(1.0, ceiling / np.maximum(level, 1e-9))
    if need.min() >= 1.0:
        return sound
    reach = count(0.004)
    held = ndimage.minimum_filter1d(need, 2 * reach + 1)
    # A mean no longer than the hold never rises above the gain any peak inside it needs.
    gain: Mono = ndimage.uniform_filter1d(held, 2 * reach + 1)
    return sound * gain


def seamless(sound: Stereo, n: int) -> Stereo:
    """`n` samples whose end leads into their start: what lies beyond `n` is mixed into the start.

    The two parts are unrelated, so they cross at constant power.
    """
    seam = sound.shape[1] - n
    turn = np.linspace(0.0, np.pi / 2, seam)
    out = sound[:, :n].copy()
    out[:, :seam] = out[:, :seam] * np.sin(turn) + sound[:, n:] * np.cos(turn)
    return out


def faded(sound: Stereo, out_s: float) -> Stereo:
    """A 5 ms fade in and a fade out of `out_s`, both ending on exact silence."""
    n = sound.shape[1]
    out = sound.copy()
    for length, side in ((count(FADE_S), 1), (count(out_s), -1)):
        size = min(length, n // 2)
        ramp = 0.5 - 0.5 * np.cos(np.pi * np.arange(size) / size)
        out[:, ::side][:, :size] *= ramp
    return out


def cleaned(sound: Stereo) -> Stereo:
    """Without DC and infrasound, which eat headroom and cannot be heard."""
    return highpass(sound, 25.0)


def wav_bytes(sound: Stereo) -> bytes:
    """A WAV file: stereo, 48 kHz, 16-bit PCM."""
    samples = np.round(np.clip(sound, -1.0, 1.0) * 32767).astype("<i2")
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.T.tobytes())
    return buffer.getvalue()
