"""The space: stereo impulse responses made of early reflections and decaying noise."""

from dataclasses import dataclass

import numpy as np
from scipy import fft, signal

from providers.composer.tone import RATE, Samples, noise

BANDS_HZ = (20.0, 250.0, 1000.0, 4000.0, 14000.0)


@dataclass(frozen=True)
class Room:
    """A space by what is heard of it.

    Attributes:
      decay_s: Reverberation time (to -60 dB) below 250 Hz, to 1 kHz, to 4 kHz and above.
      pre_delay_s: Before the first reflection.
      early: Share of early reflections, 0 to 1.
      spread_s: Over how long these arrive.
      level: Loudness of the space; instruments send more or less to it.
    """

    decay_s: tuple[float, float, float, float]
    pre_delay_s: float
    early: float
    spread_s: float
    level: float


ROOMS = {
    "studio": Room((0.5, 0.6, 0.55, 0.35), 0.006, 0.5, 0.03, 0.8),
    "club": Room((0.8, 0.9, 0.8, 0.5), 0.01, 0.45, 0.04, 0.8),
    "chamber": Room((1.1, 1.3, 1.1, 0.6), 0.012, 0.35, 0.05, 0.9),
    "plate": Room((1.3, 1.8, 1.7, 1.0), 0.02, 0.05, 0.03, 0.9),
    "hall": Room((1.9, 2.1, 1.7, 0.9), 0.022, 0.25, 0.07, 1.0),
    "cathedral": Room((2.8, 3.2, 2.6, 1.2), 0.035, 0.12, 0.1, 1.15),
}


def impulse(room: Room) -> Samples:
    """The room's answer to one sample, shape (n, 2); the same every time."""
    rng = np.random.default_rng(1770)
    n = round((room.pre_delay_s + max(room.decay_s)) * RATE)
    start = round(room.pre_delay_s * RATE)
    time = np.arange(n - start) / RATE
    late = np.zeros((n, 2))
    edges = zip(BANDS_HZ, BANDS_HZ[1:], room.decay_s, strict=False)
    for low, high, decay_s in edges:
        # Noise that falls by 60 dB (a factor of e^6.9) in the band's reverberation time.
        fall = np.exp(-6.908 * time / decay_s) * (1 - np.exp(-time / 0.012))
        band = noise(rng, n - start, low, high, sides=2) * np.sqrt(min(high, 6000) - low)
        late[start:] += band * fall[:, None]
    late /= np.sqrt(np.sum(late**2) / 2)
    first = np.zeros((n, 2))
    for side in range(2):
        at = start + np.sort(rng.uniform(0, room.spread_s, 9)) * RATE
        gain = rng.choice((-1, 1), 9) * np.exp(-1.5 * (at - start) / RATE / room.spread_s)
        first[at.astype(int), side] = gain
    walls = signal.butter(1, 5500, "lowpass", fs=RATE, output="sos")
    first = signal.sosfilt(walls, first, axis=0)
    first /= np.sqrt(np.sum(first**2) / 2)
    both = np.sqrt(room.early) * first + np.sqrt(1 - room.early) * late
    # Mud lies below 150 Hz: the space of low instruments is left dry.
    clear = signal.butter(2, 150, "highpass", fs=RATE, output="sos")
    both = signal.sosfilt(clear, both, axis=0) * room.level
    both[-RATE // 20 :] *= np.linspace(1, 0, RATE // 20)[:, None]
    return np.asarray(both, np.float32)


def reverberated(send: Samples, response: Samples) -> Samples:
    """The sound of `send`, shape (n, 2), in a room; as long as both together."""
    crossed = 0.8 * send + 0.2 * send[:, ::-1]  # a source on the left is heard on both sides
    size = fft.next_fast_len(len(send) + len(response) - 1, real=True)
    out = np.empty((len(send) + len(response) - 1, 2), np.float32)
    for side in range(2):  # one at a time: half the memory
        spectrum = fft.rfft(crossed[:, side], size) * fft.rfft(response[:, side], size)
        out[:, side] = fft.irfft(spectrum, size)[: len(out)]
    return out
