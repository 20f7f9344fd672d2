"""Loudness and peaks of the finished sections."""

from collections.abc import Iterable

import numpy as np
from scipy import ndimage, signal

from providers.composer.tone import RATE, Samples, peaks

TARGET_LUFS = -18.0
PEAK = 0.8  # -1.9 dBFS, so that what the samples do not show (true peak) stays below -1 too
HOLD_S = 0.003
RELEASE_S = 0.06
# ITU-R BS.1770-4, coefficients for 48 kHz: the head's shelf, then the high-pass.
_SHELF = (1.53512485958697, -2.69169618940638, 1.19839281085285, 1.0, -1.69065929318241)
_K_WEIGHTING = np.array(
    [(*_SHELF, 0.73248077421585), (1.0, -2.0, 1.0, 1.0, -1.99004745483398, 0.99007225036621)]
)


def loudness_lufs(waves: Iterable[Samples]) -> float:
    """Integrated loudness of the waves one after the other, gated as in ITU-R BS.1770-4.

    Returns -70 for silence.
    """
    powers = []
    for wave in waves:
        heard = signal.sosfilt(_K_WEIGHTING, wave, axis=0)
        square = heard[:, 0] ** 2 + heard[:, 1] ** 2
        power = np.cumsum(np.concatenate([[0.0], square]))
        starts = np.arange(0, len(wave) - RATE * 2 // 5, RATE // 10)
        powers.append((power[starts + RATE * 2 // 5] - power[starts]) / (RATE * 2 // 5))
    blocks = np.concatenate(powers) if powers else np.zeros(0)
    blocks = blocks[blocks > 10 ** ((-70 + 0.691) / 10)]
    if not len(blocks):
        return -70.0
    gate = np.mean(blocks) / 10  # 10 LU below the ungated loudness
    return float(-0.691 + 10 * np.log10(np.mean(blocks[blocks > gate])))


def limited(wave: Samples, also: Samples) -> Samples:
    """The wave, turned down briefly where it and `also` together would exceed the peak.

    Args:
      wave: Shape (n, 2).
      also: Shape (m,), the most that other sections' tails may add at each sample from the start.
    """
    level = peaks(wave)
    room = np.full(len(wave), PEAK, np.float32)
    shared = min(len(also), len(wave))
    room[:shared] -= np.minimum(also[:shared], 0.5 * PEAK)
    if not np.any(level > room):
        return wave
    needed = np.minimum(1.0, room / np.maximum(level, 1e-9))
    width = round(HOLD_S * RATE) * 2 + 1
    held = ndimage.minimum_filter1d(needed, width + round(RELEASE_S * RATE))
    # Two running means make the gain's edges as smooth as a raised cosine.
    half = width // 2
    gain = ndimage.uniform_filter1d(held, round(RELEASE_S * RATE), mode="nearest")
    gain = ndimage.uniform_filter1d(np.minimum(gain, 1.0), half, mode="nearest")
    return np.asarray(wave * np.minimum(gain, 1.0)[:, None], np.float32)
