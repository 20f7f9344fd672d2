"""Where a sound happens: its place between the ears, the room round it, its movement past us."""

import numpy as np
from scipy import signal

from providers.foley.synthesis import RATE, Generator, Mono, Stereo, count, decay, lowpass

SOUND_SPEED_MPS = 343.0


def placed(wave: Mono, position: float | Mono = 0.0) -> Stereo:
    """A mono sound between left (-1) and right (1), at constant power; `position` may move."""
    angle = (np.asarray(position) + 1) * np.pi / 4
    return np.stack([wave * np.cos(angle), wave * np.sin(angle)])


def room(
    rng: Generator, wave: Stereo, t60_s: float, wet: float, bright_hz: float = 6000.0
) -> Stereo:
    """The sound in a room: early reflections, then a diffuse tail, unlike in the two ears.

    Args:
      rng: Draws the reflections.
      wave: The dry sound; the tail is cut at its length.
      t60_s: Time in which the tail falls by 60 dB.
      wet: Energy of the answer relative to the dry sound, as an amplitude ratio (0..2).
      bright_hz: Upper edge of the tail: soft walls and air absorb what lies above.
    """
    size = count(min(t60_s, 3.0))
    tail = rng.normal(size=(2, size)) * decay(size, t60_s)
    dull = lowpass(tail, bright_hz)
    # High frequencies die in a third of the time: mix a short bright tail with a long dull one.
    tail = 0.4 * tail * decay(size, t60_s * 0.5) + dull
    first = count(0.004 + 0.012 * t60_s)
    tail[:, :first] = 0.0
    for gap in rng.uniform(0.003, 0.045, 10) * (0.5 + min(t60_s, 1.5)):
        at = min(count(gap), size - 1)
        tail[int(rng.integers(2)), at] += 3.0 * np.exp(-gap / 0.03) * rng.choice((-1.0, 1.0))
    tail /= np.sqrt(np.sum(tail**2, axis=1, keepdims=True))
    n = wave.shape[1]
    answer = np.asarray(signal.oaconvolve(wave, tail, axes=1)[:, :n], dtype=np.float64)
    return wave + wet * answer


def passing(
    wave: Mono, speed_mps: float, nearest_m: float, nearest_at_s: float, reach: float = 0.9
) -> Stereo:
    """A source driving past on a straight line: Doppler shift, 1/r level, air loss and panning.

    The pitch follows from the changing delay distance / 343 m/s; nothing else shifts it.

    Args:
      wave: The sound at the source.
      speed_mps: Its speed in metres a second.
      nearest_m: Distance at the closest point.
      nearest_at_s: When it is closest.
      reach: How far to the sides it pans, 0..1.
    """
    time = np.arange(wave.size) / RATE - nearest_at_s
    distance = np.hypot(speed_mps * time, nearest_m)
    delay = (distance - nearest_m) / SOUND_SPEED_MPS
    source = np.arange(wave.size) - delay * RATE
    # What was sounded before the take began is not there: mirror the start in its place.
    near = np.interp(np.abs(source), np.arange(wave.size), wave)
    dull = np.asarray(lowpass(near, 900.0))
    clear = np.clip(nearest_m * 2.5 / distance, 0.0, 1.0)
    level = nearest_m / distance
    return placed((near * clear + dull * (1 - clear)) * level, reach * speed_mps * time / distance)
