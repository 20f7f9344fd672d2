"""What every voice goes through on its way into a mix: a high-pass and a gentle de-esser.

    voice --high-pass--+------------------------- sum --> as loud as before
                       +--sibilants--turned down--^

The high-pass takes rumble, hum of 50 Hz and thumps. The de-esser takes from the band of s, sh and t
what stands out over the voice, and only while it does; a voice without sharp sibilants passes it
unchanged. What comes out is as loud as what went in, so that speakers stay matched.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from media.loudness import FLOOR_LUFS, integrated_lufs
from media.timeline import SAMPLE_RATE_HZ
from media.wave import FloatWave, Samples, Wave, open_wave

RUMBLE_HZ = 75.0  # second order: 0.9 dB at 110 Hz, a low voice; 12 dB at 37 Hz
SIBILANT_HZ = 5000.0  # s lies above it, sh begins there; vowels have little
BAND_TAPS = 193  # of a linear-phase filter, 700 Hz from stop to pass: what it takes lies in phase
HOP = SAMPLE_RATE_HZ // 1000  # a gain every millisecond, in between along a line
THRESHOLD_DB = -7.0  # of the band against the loud part of the voice: sharper ones stand out
RATIO = 3.0
MOST_DB = 8.0  # more would lisp
ATTACK_MS, RELEASE_MS = 2.0, 50.0
_BLOCK = 100 * HOP * 10  # a second: filtered at once
_REACH = SAMPLE_RATE_HZ // 10  # five times as long as the high-pass rings, down to -60 dB
_LEVEL_HOPS = 10  # levels are means of 10 ms


def write_clean_voice(source: Path, destination: Path) -> None:
    """Writes a mono voice as it goes into a mix: float32, as long and as loud as before.

    Args:
      source: A WAV file at 48 kHz; of more than one channel, the first.
    """
    wave = open_wave(source)
    passed = destination.with_suffix(".passed.wav")
    _write(passed, len(wave), _high_passed(wave))
    band = _Band(open_wave(passed))
    gains_db = sibilant_gains_db(band.levels(), _loud_level(band.wave))
    _write(destination, len(wave), band.turned_down(gains_db))
    passed.unlink()
    _as_loud(wave, destination)


def sibilant_gains_db(band_db: NDArray[np.float64], voice_db: float) -> NDArray[np.float64]:
    """What is taken from the sibilant band, in dB from -8 to 0, every millisecond.

    Args:
      band_db: Level of the band, every millisecond.
      voice_db: Level of the loud parts of the voice.
    """
    over_db = np.maximum(band_db - (voice_db + THRESHOLD_DB), 0.0)
    wanted = -np.minimum(over_db * (1 - 1 / RATIO), MOST_DB)
    gains, gain = np.zeros(len(wanted)), 0.0
    down, up = np.exp(-1 / ATTACK_MS), np.exp(-1 / RELEASE_MS)
    for index, target in enumerate(wanted):
        keep = down if target < gain else up
        gain = target + (gain - target) * keep
        gains[index] = gain
    return gains


class _Band:
    """The sibilants of a voice, in phase with it."""

    def __init__(self, wave: Wave) -> None:
        self.wave = wave
        self._taps = _band_taps()

    def levels(self) -> NDArray[np.float64]:
        """Of the band in dB, a mean of 10 ms round every millisecond."""
        powers = [
            np.add.reduceat(block.astype(np.float64) ** 2, np.arange(0, len(block), HOP)) / HOP
            for _, block in self._blocks()
        ]
        return _decibels(_smooth(np.concatenate(powers)))

    def turned_down(self, gains_db: NDArray[np.float64]) -> Iterator[Samples]:
        """The voice with its band turned down."""
        taken = 10 ** (gains_db / 20) - 1.0
        middles = np.arange(len(taken)) * HOP + HOP / 2
        for start, block in self._blocks():
            at = np.arange(start, start + len(block))
            share = np.interp(at, middles, taken)
            yield self.wave[start : start + len(block)][:, 0] + (share * block).astype(np.float32)

    def _blocks(self) -> Iterator[tuple[int, Samples]]:
        # Long enough that nothing comes round from the other end, and a power of two: fast.
        size = 1 << (_BLOCK + BAND_TAPS).bit_length()
        spectrum = np.fft.rfft(self._taps, size).astype(np.complex64)
        for start, block in _with_surroundings(self.wave, BAND_TAPS // 2, "constant"):
            filtered = np.fft.irfft(np.fft.rfft(block, size) * spectrum, size)
            yield start, filtered[BAND_TAPS - 1 : len(block)].astype(np.float32)


def _band_taps() -> NDArray[np.float64]:
    """A high-pass of linear phase: what a windowed sinc (Hamming) leaves of a single pulse."""
    at = np.arange(BAND_TAPS) - BAND_TAPS // 2
    share = 2 * SIBILANT_HZ / SAMPLE_RATE_HZ
    low = share * np.sinc(share * at) * np.hamming(BAND_TAPS)
    taps = -low / low.sum()
    taps[BAND_TAPS // 2] += 1.0
    return np.asarray(taps)


def _high_passed(wave: Wave) -> Iterator[Samples]:
    # By spectra: SciPy's filters take as long to load as Beam does. Its edges are repeated, as if
    # they had been there for ever: a constant offset makes no thump.
    size = _BLOCK + 2 * _REACH
    s = 1j * np.fft.rfftfreq(size, 1 / SAMPLE_RATE_HZ) / RUMBLE_HZ
    # Butterworth's of the second order; in single precision, as the samples are.
    response = (s**2 / (s**2 + np.sqrt(2) * s + 1)).astype(np.complex64)
    for _, block in _with_surroundings(wave, _REACH, "edge"):
        missing = (0, size - len(block))
        spectrum = np.fft.rfft(np.pad(block, missing, mode="edge")) * response
        yield np.fft.irfft(spectrum, size)[_REACH : len(block) - _REACH].astype(np.float32)


def _with_surroundings(
    wave: Wave, reach: int, mode: Literal["constant", "edge"]
) -> Iterator[tuple[int, Samples]]:
    """Blocks with so many samples more at each side, made up where the wave has none."""
    for start in range(0, len(wave), _BLOCK):
        stop = min(start + _BLOCK, len(wave))
        first, last = max(start - reach, 0), min(stop + reach, len(wave))
        beyond = (reach - (start - first), reach - (last - stop))
        yield start, np.pad(wave[first:last][:, 0], beyond, mode=mode)


def _loud_level(wave: Wave) -> float:
    """The level in dB that the loud half of what is heard has: vowels, mostly."""
    powers = np.concatenate(
        [
            np.add.reduceat(block.astype(np.float64) ** 2, np.arange(0, len(block), HOP)) / HOP
            for start in range(0, len(wave), _BLOCK)
            for block in (wave[start : start + _BLOCK][:, 0],)
        ]
    )
    levels = _smooth(powers)
    heard = levels[levels > levels.max() * 1e-4]  # 40 dB under the loudest are pauses
    return float(_decibels(np.percentile(heard, 75))) if len(heard) else 0.0


def _smooth(powers: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.convolve(powers, np.full(_LEVEL_HOPS, 1 / _LEVEL_HOPS), "same")[: len(powers)]


def _decibels(power: NDArray[np.float64] | np.float64) -> NDArray[np.float64]:
    return np.asarray(10 * np.log10(np.maximum(power, 1e-12)))


def _write(path: Path, length: int, blocks: Iterator[Samples]) -> None:
    with FloatWave(path, length, channels=1) as out:
        for block in blocks:
            out.write(block[:, np.newaxis])


def _as_loud(before: Wave, path: Path) -> None:
    made = open_wave(path)
    wanted, has = (integrated_lufs(one[:][:, 0]) for one in (before, made))
    if min(wanted, has) <= FLOOR_LUFS:
        return
    gain = np.float32(10 ** ((wanted - has) / 20))
    level = path.with_suffix(".level.wav")
    blocks = (made[start : start + _BLOCK][:, 0] * gain for start in range(0, len(made), _BLOCK))
    _write(level, len(made), blocks)
    level.replace(path)
