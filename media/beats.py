"""Where the beats of a piece of music are: found in its sound, with NumPy alone.

Beats are onsets at even distances. Onsets are rises of the spectrum (spectral flux; Dixon, "Onset
detection revisited", DAFx 2006); their distance is a peak of the autocorrelation of the onsets; the
beats are the cheapest row of onsets at about that distance (Ellis, "Beat tracking by dynamic
programming", Journal of New Music Research 36, 2007).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from media.timeline import SAMPLE_RATE_HZ
from media.wave import Wave

Floats = NDArray[np.float64]

_DECIMATION = 2  # to 24 kHz: what is above 12 kHz tells of no onset that is not below, too
RATE_HZ = SAMPLE_RATE_HZ // _DECIMATION
HOP = RATE_HZ // 100  # 10 ms
HOPS_A_SECOND = RATE_HZ // HOP
_WINDOW = 1024  # 43 ms: bins of 23 Hz tell a bass drum from a bass
_BLOCK_HOPS = 10 * HOPS_A_SECOND
_BANDS = 24
_LOWEST_HZ, _LOW_HZ = 40.0, 160.0
_COMPRESSION = 1e4  # of full scale to the logarithm: what is below -80 dB is no onset
_RISE_HOPS = 2
_LEAST_RISE = 0.1  # 0.4 dB: held tones that beat against each other rise by less
# A window meets an onset before its middle does: so much of it, measured on clicks and chords.
_EARLY_S = 0.013
SLOWEST_BPM, FASTEST_BPM = 60.0, 180.0
_USUAL_BPM, _OCTAVES = 110.0, 1.0  # of tempi that are an octave apart, the one people tap
NEAR_END = 0.15  # of a beat: a loop may be cut a little short
_TIGHTNESS = 100.0  # Ellis's: how dear it is to leave the tempo
_SMOOTHED_BEATS = 4  # to either side: within so many people keep a tempo


@dataclass(frozen=True, eq=False)
class Onsets:
    """How much begins to sound, by hop of 10 ms: in all of the spectrum, and below 160 Hz.

    Attributes:
      level_db: How loud it is then, against full scale.
    """

    strength: Floats
    low: Floats
    level_db: Floats


@dataclass(frozen=True, eq=False)
class Beats:
    """The beats of a track.

    Attributes:
      at_s: Their times, ascending.
      period_s: Between two of them, in the median.
      clarity: Autocorrelation of the onsets at that distance: 0 in noise, 1 where they are equal.
      unsteadiness: How far beats were from where their neighbours had them, in shares of a beat.
    """

    at_s: Floats
    period_s: float
    clarity: float
    unsteadiness: float


def mono(audio: NDArray[Any] | Wave, start: int, stop: int) -> Floats:
    """Samples `[start, stop)` of a track at 24 kHz, as far as there are any."""
    part = np.asarray(audio[start * _DECIMATION : stop * _DECIMATION], np.float64).mean(axis=1)
    whole = part[: len(part) // _DECIMATION * _DECIMATION]
    return np.asarray(whole.reshape(-1, _DECIMATION).mean(axis=1))


def onsets_of(audio: NDArray[Any] | Wave) -> Onsets:
    """The onsets of a track, shape (samples, channels), at 48 kHz."""
    powers = np.concatenate([*_powers(audio)] or [np.zeros((0, _BANDS))])
    levels = np.log1p(_COMPRESSION * powers)
    rises = np.zeros_like(levels)
    rises[_RISE_HOPS:] = np.maximum(levels[_RISE_HOPS:] - levels[:-_RISE_HOPS] - _LEAST_RISE, 0)
    is_low = _edges_hz()[1:] <= _LOW_HZ
    return Onsets(
        _standing_out(rises.mean(axis=1)),
        _standing_out(rises[:, is_low].mean(axis=1)),
        10 * np.log10(powers.sum(axis=1) + 1e-12),
    )


def find_beats(strength: Floats) -> Beats | None:
    """The beats in onsets; None when there is nothing to find them in."""
    found = _tempo(strength)
    if found is None:
        return None
    period, clarity = found
    at = _row(strength, period)
    if len(at) < 4:
        return None
    smooth = _smoothed(at)
    hops = float(np.median(np.diff(smooth)))
    unsteadiness = float(np.median(np.abs(smooth - at)) / hops)
    whole = _continued(smooth, hops, len(strength)) / HOPS_A_SECOND + _EARLY_S
    return Beats(whole, hops / HOPS_A_SECOND, clarity, unsteadiness)


def _continued(at: Floats, period: float, hops: int) -> Floats:
    """Beats to both ends of the track: with its first sound nothing rises."""
    ahead = int((at[0] / period) + NEAR_END)
    behind = int((hops - at[-1]) / period + NEAR_END)
    return np.concatenate([
        at[0] - period * np.arange(ahead, 0, -1), at, at[-1] + period * np.arange(1, behind + 1)
    ])  # fmt: skip


def _edges_hz() -> Floats:
    return np.geomspace(_LOWEST_HZ, RATE_HZ / 2, _BANDS + 1)


def _powers(audio: NDArray[Any] | Wave) -> Iterator[Floats]:
    """Powers by hop and band."""
    hertz = np.fft.rfftfreq(_WINDOW, 1 / RATE_HZ)
    # Low bands are narrower than a bin: each takes the share of bins that its edges cut.
    places = np.interp(_edges_hz(), hertz, np.arange(len(hertz)))
    window = np.hanning(_WINDOW)
    step = _BLOCK_HOPS * HOP
    for start in range(0, len(audio) // _DECIMATION, step):
        block = mono(audio, start, start + step + _WINDOW - HOP)
        if len(block) < _WINDOW:
            block = np.pad(block, (0, _WINDOW - len(block)))
        frames = sliding_window_view(block, _WINDOW)[::HOP]
        power = np.abs(np.fft.rfft(frames * window)) ** 2 / _WINDOW
        total = np.concatenate([np.zeros((len(power), 1)), np.cumsum(power, axis=1)], axis=1)
        below = np.stack([_at(total, place) for place in places], axis=1)
        yield np.diff(below, axis=1)


def _at(table: Floats, place: float) -> Floats:
    """A column between two columns."""
    first = min(int(place), table.shape[1] - 2)
    share = place - first
    return np.asarray(table[:, first] * (1 - share) + table[:, first + 1] * share)


def _standing_out(rises: Floats) -> Floats:
    """What is above the mean of a second round it, of unit variance."""
    if not len(rises):
        return rises
    kernel = np.ones(HOPS_A_SECOND) / HOPS_A_SECOND
    around = np.convolve(np.pad(rises, HOPS_A_SECOND // 2, mode="edge"), kernel, "valid")
    above = np.maximum(rises - around[: len(rises)], 0)
    return np.asarray(above / (above.std() or 1.0))


def _tempo(strength: Floats) -> tuple[float, float] | None:
    """The distance of beats in hops, and how clear it is."""
    slowest = round(HOPS_A_SECOND * 60 / SLOWEST_BPM)
    if len(strength) < 8 * slowest or not strength.any():
        return None
    smooth = np.convolve(strength, np.hanning(7) / np.hanning(7).sum(), "same")  # swing, people
    centred = smooth - smooth.mean()
    spectrum = np.fft.rfft(centred, 2 * len(centred))
    same = np.fft.irfft(np.abs(spectrum) ** 2)[: 4 * slowest + 2]
    same /= same[0] * (1 - np.arange(len(same)) / len(centred))
    lags = np.arange(HOPS_A_SECOND * 60 / FASTEST_BPM, slowest, 0.05)
    multiples = sum(np.interp(lags * k, np.arange(len(same)), same) * w
                    for k, w in ((1, 1.0), (2, 0.5), (4, 0.5)))  # fmt: skip
    octaves = np.log2(60 * HOPS_A_SECOND / lags / _USUAL_BPM)
    best = float(lags[np.argmax(multiples * np.exp(-0.5 * (octaves / _OCTAVES) ** 2))])
    return best, float(np.interp([best, 2 * best, 4 * best], np.arange(len(same)), same).max())


def _row(strength: Floats, period: float) -> Floats:
    """The hops of beats: the row of onsets that is strongest and most even."""
    lags = np.arange(round(period / 2), round(period * 2) + 1)
    dear = -_TIGHTNESS * np.log(lags / period) ** 2
    smooth = np.convolve(strength, np.exp(-0.5 * (np.arange(-8, 9) * 32 / period) ** 2), "same")
    score, before = smooth.copy(), np.full(len(smooth), -1)
    first, last = int(lags[0]), int(lags[-1])
    backwards = dear[::-1]
    for hop in range(last, len(smooth)):
        options = score[hop - last : hop - first + 1] + backwards
        best = int(options.argmax())
        score[hop] += options[best]
        before[hop] = hop - last + best
    tail = score[-round(period) :]
    at = len(score) - len(tail) + int(tail.argmax())
    row = []
    while at >= 0:
        row.append(at)
        at = int(before[at])
    return _peaks(smooth, np.array(row[::-1]))


def _peaks(strength: Floats, at: NDArray[np.int64]) -> Floats:
    """Beats between hops: at the tops of the parabolas through them and their neighbours."""
    inside = np.clip(at, 1, len(strength) - 2)
    left, middle, right = (strength[inside + k] for k in (-1, 0, 1))
    bend = left - 2 * middle + right
    shift = np.divide(left - right, 2 * bend, out=np.zeros(len(at)), where=bend < 0)
    return np.asarray(inside + np.clip(shift, -0.5, 0.5))


def _smoothed(at: Floats) -> Floats:
    """Each beat where a line through it and its neighbours has it; outliers weigh little."""
    numbers = np.arange(len(at))
    found = np.empty(len(at))
    for number in range(len(at)):
        near = slice(max(0, number - _SMOOTHED_BEATS), number + _SMOOTHED_BEATS + 1)
        x, y = numbers[near] - number, at[near]
        weights = np.ones(len(x))
        for _ in range(3):
            slope, found[number] = np.polyfit(x, y, 1, w=weights)
            off = np.abs(y - slope * x - found[number])
            weights = 1 / np.maximum(off, 0.5)
    return found
