"""Building blocks of the synthesized sounds: noise, envelopes, resonators, oscillators, grains.

Signals are float64 arrays at 48 kHz: `Mono` has shape (n,), `Stereo` (2, n). Levels are arbitrary
here; `finishing` sets loudness and peak.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy import fft, signal

RATE = 48_000  # Hz
Mono = npt.NDArray[np.float64]
Stereo = npt.NDArray[np.float64]
Numbers = Sequence[float] | Mono
Generator = np.random.Generator


def count(duration_s: float) -> int:
    """Samples in `duration_s`, at least 1."""
    return max(1, round(duration_s * RATE))


def clock(n: int) -> Mono:
    """The time of each of `n` samples, in seconds."""
    return np.arange(n, dtype=np.float64) / RATE


def noise(
    rng: Generator, n: int, low_hz: float = 20.0, high_hz: float = 20_000.0, tilt_db: float = 0.0
) -> Mono:
    """Gaussian noise of unit RMS between two 12 dB/octave edges.

    Args:
      rng: Source of the samples.
      n: Length in samples.
      low_hz: Lower -3 dB edge.
      high_hz: Upper -3 dB edge.
      tilt_db: Slope in dB per octave: 0 is white, -3 pink, -6 brown.
    """
    return np.asarray(_coloured(rng, 1, n, low_hz, high_hz, tilt_db)[0])


def wide_noise(
    rng: Generator,
    n: int,
    low_hz: float = 20.0,
    high_hz: float = 20_000.0,
    tilt_db: float = 0.0,
    width: float = 0.7,
) -> Stereo:
    """Noise as `noise`, on two channels; `width` 0 is mono, 1 two unrelated channels."""
    left, other = _coloured(rng, 2, n, low_hz, high_hz, tilt_db)
    return np.stack([left, (1 - width) * left + np.sqrt(1 - (1 - width) ** 2) * other])


def _coloured(
    rng: Generator, rows: int, n: int, low_hz: float, high_hz: float, tilt_db: float
) -> npt.NDArray[np.float64]:
    # Below 2048 samples the spectrum has too few lines for the edges: make more, keep the first.
    size = fft.next_fast_len(max(n, 2048), real=True)
    hz = np.maximum(np.arange(size // 2 + 1, dtype=np.float32) * np.float32(RATE / size), 1.0)
    magnitude = (hz / 1000) ** np.float32(tilt_db / 6.02) if tilt_db else np.ones_like(hz)
    magnitude /= np.sqrt((1 + (low_hz / hz) ** 4) * (1 + (hz / high_hz) ** 4))
    magnitude[0] = 0.0
    # By Parseval the RMS of the filtered noise is known; no need to measure it.
    magnitude /= np.sqrt(2 * np.sum(magnitude**2) / size)
    # Single precision carries 24 bits, 16 are written in the end, and it is twice as fast.
    white = rng.standard_normal((rows, size), dtype=np.float32)
    spectrum = fft.rfft(white, axis=1) * magnitude
    return np.asarray(fft.irfft(spectrum, size, axis=1)[:, :n], dtype=np.float64)


def line(n: int, *points: tuple[float, float]) -> Mono:
    """Straight lines through (time_s, value) points, held before the first and after the last."""
    times, values = zip(*points, strict=True)
    return np.asarray(np.interp(clock(n), times, values), dtype=np.float64)


def glide(n: int, *points: tuple[float, float]) -> Mono:
    """As `line`, straight in the logarithm: for frequencies. Values are positive."""
    return np.exp(line(n, *((time, float(np.log(value))) for time, value in points)))


def decay(n: int, t60_s: float) -> Mono:
    """Exponential decay from 1, by 60 dB in `t60_s`."""
    return np.asarray(10.0 ** (-3.0 * clock(n) / t60_s), dtype=np.float64)


def burst(n: int, attack_s: float, t60_s: float) -> Mono:
    """A raised-cosine attack into an exponential decay."""
    rise = np.clip(clock(n) / max(attack_s, 1 / RATE), 0.0, 1.0)
    shape = 0.5 - 0.5 * np.cos(np.pi * rise)
    late = np.maximum(clock(n) - attack_s, 0.0)
    return np.asarray(shape * 10.0 ** (-3.0 * late / t60_s), dtype=np.float64)


def hump(n: int, peak_at: float = 0.5, sharpness: float = 2.0) -> Mono:
    """0 to 1 to 0 over `n` samples, the top at `peak_at` (0..1); larger `sharpness` is narrower."""
    place = (np.arange(n) + 0.5) / n
    warped = np.interp(place, (0.0, peak_at, 1.0), (0.0, 0.5, 1.0))
    return np.asarray(np.sin(np.pi * warped) ** sharpness, dtype=np.float64)


def drift(rng: Generator, n: int, period_s: float, low: float, high: float) -> Mono:
    """A smooth random curve between `low` and `high` that turns about every `period_s`."""
    knots = int(n / (period_s * RATE)) + 4
    values = rng.uniform(low, high, knots)
    place = np.arange(n) / (period_s * RATE) + rng.uniform(0, 1)
    left = place.astype(np.int64)
    ease = 0.5 - 0.5 * np.cos(np.pi * (place - left))
    return np.asarray(values[left] * (1 - ease) + values[left + 1] * ease, dtype=np.float64)


def lowpass(wave: Mono | Stereo, hz: float, order: int = 2) -> npt.NDArray[np.float64]:
    """Butterworth low-pass along the last axis."""
    sos = signal.butter(order, min(hz, 0.49 * RATE), "lowpass", fs=RATE, output="sos")
    return np.asarray(signal.sosfilt(sos, wave, axis=-1), dtype=np.float64)


def highpass(wave: Mono | Stereo, hz: float, order: int = 2) -> npt.NDArray[np.float64]:
    """Butterworth high-pass along the last axis."""
    sos = signal.butter(order, hz, "highpass", fs=RATE, output="sos")
    return np.asarray(signal.sosfilt(sos, wave, axis=-1), dtype=np.float64)


def bandpass(wave: Mono | Stereo, low_hz: float, high_hz: float) -> npt.NDArray[np.float64]:
    """Butterworth band-pass, 12 dB per octave on each side, along the last axis."""
    edges = (low_hz, min(high_hz, 0.49 * RATE))
    sos = signal.butter(2, edges, "bandpass", fs=RATE, output="sos")
    return np.asarray(signal.sosfilt(sos, wave, axis=-1), dtype=np.float64)


def moving_band(wave: Mono | Stereo, centre_hz: Mono, octaves: float) -> npt.NDArray[np.float64]:
    """A bell-shaped pass band, `octaves` wide, whose centre follows `centre_hz` sample by sample.

    The gain is applied to overlapping 1024-sample spectra (Hann in and out, hop 256), so the
    band moves without the clicks and the cost of a recursive filter with changing coefficients.
    """
    size, hop = 1024, 256
    n = wave.shape[-1]
    frames = -(-(n + size) // hop)
    window = np.sin(np.pi * (np.arange(size) + 0.5) / size).astype(np.float32)
    hz = np.maximum(np.fft.rfftfreq(size, 1 / RATE), 10.0)
    at = np.clip(np.arange(frames) * hop - size // 2, 0, n - 1)
    distance = np.log2(hz[None, :] / centre_hz[at][:, None]) / (octaves / 2)
    gain = np.exp2(-(distance.astype(np.float32) ** 2))  # -6 dB in amplitude at the edges
    out = np.zeros((np.atleast_2d(wave).shape[0], frames * hop + size))
    for channel, samples in enumerate(np.atleast_2d(wave)):
        padded = np.zeros(frames * hop + size, dtype=np.float32)
        padded[size : size + n] = samples
        pieces = np.lib.stride_tricks.sliding_window_view(padded, size)[: frames * hop : hop]
        shaped = fft.irfft(fft.rfft(pieces * window, axis=1) * gain, size, axis=1) * window
        for part in range(size // hop):
            chunk = shaped[:, part * hop : (part + 1) * hop].ravel()
            out[channel, part * hop : part * hop + chunk.size] += chunk
    out = out[:, size : size + n] / 2.0  # sine window squared, four times overlapped, sums to 2
    return np.asarray(out[0] if wave.ndim == 1 else out, dtype=np.float64)


def ring(strike: Mono, hz: Numbers, t60_s: Numbers, gains: Numbers) -> Mono:
    """Modal resonators struck by a signal: one two-pole filter a mode, summed.

    Each mode answers a unit impulse with gain * r**k * sin(w * (k + 1)), the damped sinusoid of
    a struck object (e.g. Cook, "Real Sound Synthesis", ch. 4). Modes beyond 20 kHz are left out.
    """
    out = np.zeros_like(strike)
    for frequency, t60, gain in zip(hz, t60_s, gains, strict=True):
        if frequency < 20_000.0:
            w = 2 * np.pi * frequency / RATE
            radius = 10.0 ** (-3.0 / (t60 * RATE))
            out += signal.lfilter(
                [gain * np.sin(w)], [1.0, -2 * radius * np.cos(w), radius**2], strike
            )
    return out


def tap(n: int, contact_s: float) -> Mono:
    """The push of a mallet: a half-sine of `contact_s`. Softer contact is longer, thus duller."""
    width = max(1, round(contact_s * RATE))
    push = np.zeros(n)
    shape = np.sin(np.pi * (np.arange(width) + 0.5) / width)
    shape /= shape.sum()
    push[: min(n, width)] = shape[:n]
    return push


def phase(hz: Mono) -> Mono:
    """Cycles run through at a changing frequency, starting at 0."""
    return np.cumsum(hz) / RATE


def sine(hz: Mono) -> Mono:
    """A sine of changing frequency, amplitude 1."""
    return np.asarray(np.sin(2 * np.pi * phase(hz)), dtype=np.float64)


def saw(hz: Mono, offset: float = 0.0) -> Mono:
    """A sawtooth from -1 to 1 whose step is rounded by a polynomial, against aliasing (PolyBLEP).

    Välimäki and Huovilainen, "Antialiasing Oscillators in Subtractive Synthesis", 2007.
    """
    step = np.maximum(hz / RATE, 1e-6)
    place = (np.cumsum(step) + offset) % 1.0
    wave = 2 * place - 1
    after = place < step
    t = place[after] / step[after]
    wave[after] -= t + t - t * t - 1
    before = place > 1 - step
    t = (place[before] - 1) / step[before]
    wave[before] -= t * t + t + t + 1
    return wave


def square(hz: Mono) -> Mono:
    """A square wave from -1 to 1, band-limited as `saw`."""
    return saw(hz) - saw(hz, 0.5)


def harmonics(hz: Mono, gains: Sequence[float]) -> Mono:
    """Sines at 1, 2, 3... times a changing frequency, with these gains."""
    angle = 2 * np.pi * phase(hz)
    turn = 2 * np.cos(angle)
    before, wave = np.zeros_like(hz), np.sin(angle)
    out = np.zeros_like(hz)
    highest = float(hz.max())
    for number, gain in enumerate(gains, start=1):
        if gain:
            out += gain * (wave * (number * hz < 20_000.0) if number * highest > 20_000.0 else wave)
        # sin((k + 1) a) = 2 cos(a) sin(k a) - sin((k - 1) a): cheaper than another sine.
        before, wave = wave, turn * wave - before
    return out


def poisson_times(rng: Generator, n: int, per_s: float | Mono) -> Mono:
    """Random moments in seconds, ordered: `per_s` a second, or following a curve of that rate."""
    if isinstance(per_s, np.ndarray):
        total = np.cumsum(per_s) / RATE
        many = rng.poisson(float(total[-1]))
        places = np.interp(rng.uniform(0, total[-1], many), total, clock(n))
    else:
        many = rng.poisson(per_s * n / RATE)
        places = rng.uniform(0, n / RATE, many)
    return np.asarray(np.sort(places), dtype=np.float64)


def steady_times(rng: Generator, n: int, period_s: float, jitter: float = 0.0) -> Mono:
    """Moments every `period_s`, each moved by up to `jitter` periods; the first near 0."""
    many = int(np.ceil(n / RATE / period_s))
    places = (np.arange(many) + rng.uniform(0, max(jitter, 1e-9), many)) * period_s
    return np.asarray(places, dtype=np.float64)


def add_at(track: npt.NDArray[np.float64], grain: npt.NDArray[np.float64], at_s: float) -> None:
    """Adds a grain into a track of as many channels, cut at the track's end."""
    start = int(at_s * RATE)
    stop = min(track.shape[-1], start + grain.shape[-1])
    if 0 <= start < stop:
        track[..., start:stop] += grain[..., : stop - start]


def scatter(
    rng: Generator, n: int, at_s: Mono, gains: Mono, grains: Sequence[Mono], spread: float = 0.8
) -> Stereo:
    """Mono grains, each drawn from a set, at given moments and gains, at random places in stereo.

    `spread` 0 is all in the middle, 1 from far left to far right.
    """
    track = np.zeros((2, n))
    places = rng.uniform(-spread, spread, at_s.size)
    angles = (places + 1) * np.pi / 4
    sides = np.stack([np.cos(angles), np.sin(angles)]) * gains
    kinds = rng.integers(len(grains), size=at_s.size)
    for index, kind in enumerate(kinds):
        start = int(at_s[index] * RATE)
        grain = grains[kind][: n - start]
        track[:, start : start + grain.size] += sides[:, index, None] * grain
    return track
