"""Voices that hold a note: many players of a few wavetables, each with its own pitch and place."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from providers.composer.tone import (
    RATE,
    Array,
    Generator,
    Samples,
    cycle,
    decay,
    line,
    noise,
    phase,
    read,
    swell,
    vibrato,
)

Formants = tuple[tuple[float, float, float], ...]  # (hz, gain, width in octaves)


@dataclass(frozen=True)
class Voice:
    """How a section or a soloist sounds.

    Attributes:
      slope: Harmonic n has amplitude n^-slope before the formants.
      cutoff_hz: Above this little is left, at medium velocity.
      formants: Resonances that stay where they are, whatever the pitch.
      odd: Level of the even harmonics relative to the odd ones: 1 all, 0.1 a clarinet.
      players: How many.
      detune_cents: How far they are apart.
      vibrato_hz, vibrato_cents, onset_s: Its speed, depth and when it sets in.
      attack_s: Rise of a loud note; a soft one takes twice as long.
      bloom: How much brighter the tone grows after the attack, 0 to 1.
      breath: Level of bow or breath noise.
      breath_hz: Its band.
      wide: Width of the section, 0 to 1.
      swing: Depth of the slow change in loudness that keeps a long note alive.
    """

    slope: float
    cutoff_hz: float
    formants: Formants = ()
    odd: float = 1.0
    players: int = 1
    detune_cents: float = 0.0
    vibrato_hz: float = 5.3
    vibrato_cents: float = 10.0
    onset_s: float = 0.4
    attack_s: float = 0.08
    bloom: float = 0.5
    breath: float = 0.0
    breath_hz: tuple[float, float] = (1500, 6000)
    wide: float = 0.0
    swing: float = 0.06


_FIDDLE = ((290, 0.9, 0.3), (480, 1.1, 0.35), (1050, 0.6, 0.35), (2700, 1.3, 0.5))
_CELLO = ((110, 0.7, 0.4), (220, 1.0, 0.4), (620, 0.7, 0.5), (1900, 0.8, 0.6))
_AH = ((650, 2.6, 0.3), (1080, 1.8, 0.25), (2700, 0.7, 0.25), (3400, 0.4, 0.2))
STRINGS = Voice(
    1.1, 3300, _FIDDLE, players=5, detune_cents=9, vibrato_cents=7, attack_s=0.16, bloom=0.7,
    breath=0.012, breath_hz=(2000, 8000), wide=0.9,
)  # fmt: skip
LOW_STRINGS = Voice(
    1.1, 1500, _CELLO, players=3, detune_cents=6, vibrato_cents=4, attack_s=0.06, bloom=0.4,
    breath=0.012, breath_hz=(900, 4000), wide=0.35,
)  # fmt: skip
VIOLIN = Voice(
    1.05, 3600, _FIDDLE, vibrato_hz=5.7, vibrato_cents=17, onset_s=0.35, attack_s=0.07, bloom=0.8,
    breath=0.01, breath_hz=(2500, 8000), swing=0.1,
)  # fmt: skip
CELLO = Voice(
    1.1, 2300, _CELLO, vibrato_hz=5.1, vibrato_cents=15, onset_s=0.45, attack_s=0.09, bloom=0.8,
    breath=0.01, breath_hz=(1200, 5000), swing=0.1,
)  # fmt: skip
CHOIR = Voice(
    1.3, 2600, _AH, players=5, detune_cents=13, vibrato_hz=5.4, vibrato_cents=14, onset_s=0.6,
    attack_s=0.28, bloom=0.6, breath=0.03, breath_hz=(1200, 6000), wide=1.0, swing=0.12,
)  # fmt: skip
WARM_PAD = Voice(
    1.3, 1100, players=4, detune_cents=7, vibrato_hz=0.35, vibrato_cents=3, onset_s=0.1,
    attack_s=0.5, bloom=0.9, wide=0.9, swing=0.15,
)  # fmt: skip
GLASS_PAD = Voice(
    1.9, 3600, ((1400, 0.6, 0.8),), players=4, detune_cents=5, vibrato_hz=0.6, vibrato_cents=4,
    onset_s=0.1, attack_s=0.7, bloom=0.8, breath=0.012, breath_hz=(2500, 7000), wide=1.0, swing=0.3,
)  # fmt: skip
SYNTH_PAD = Voice(
    1.0, 2600, players=6, detune_cents=14, vibrato_hz=0.4, vibrato_cents=3, onset_s=0.1,
    attack_s=0.12, bloom=0.7, wide=1.0, swing=0.08,
)  # fmt: skip
SYNTH_LEAD = Voice(
    0.95, 3000, players=3, detune_cents=9, vibrato_hz=5.5, vibrato_cents=9, onset_s=0.35,
    attack_s=0.012, bloom=-0.5, wide=0.4, swing=0.03,
)  # fmt: skip
FLUTE = Voice(
    2.1, 3200, ((800, 0.6, 0.9),), vibrato_hz=5.0, vibrato_cents=9, onset_s=0.4, attack_s=0.06,
    bloom=0.5, breath=0.05, breath_hz=(900, 5000), swing=0.12,
)  # fmt: skip
CLARINET = Voice(
    1.2, 2100, ((1500, 0.4, 0.7),), odd=0.13, vibrato_cents=3, attack_s=0.045, bloom=0.5,
    breath=0.012, breath_hz=(1200, 4500),
)  # fmt: skip
WHISTLE = Voice(
    3.2, 5000, vibrato_hz=5.6, vibrato_cents=14, onset_s=0.25, attack_s=0.035, bloom=0.2,
    breath=0.03, breath_hz=(1500, 5000),
)  # fmt: skip
TRUMPET = Voice(
    0.85, 2800, ((1100, 1.0, 0.6), (2400, 0.4, 0.5)), vibrato_cents=7, onset_s=0.5, attack_s=0.03,
    bloom=0.9, breath=0.008, breath_hz=(1500, 6000),
)  # fmt: skip
MUTED_TRUMPET = Voice(
    0.95, 2400, ((1600, 1.5, 0.5), (2900, 0.6, 0.4)), vibrato_cents=9, onset_s=0.3, attack_s=0.03,
    bloom=0.5, breath=0.02, breath_hz=(2000, 7000),
)  # fmt: skip
HORN = Voice(
    1.15, 1400, ((450, 1.2, 0.6),), players=3, detune_cents=5, vibrato_cents=3, attack_s=0.07,
    bloom=0.9, breath=0.008, breath_hz=(600, 3000), wide=0.4,
)  # fmt: skip
ACCORDION = Voice(
    0.85, 3000, ((900, 0.7, 0.7), (2000, 0.5, 0.5)), players=3, detune_cents=11, vibrato_cents=0,
    attack_s=0.03, bloom=0.3, breath=0.006, wide=0.4, swing=0.1,
)  # fmt: skip


def held(voice: Voice, hz: float, velocity: float, seconds: float, rng: Generator) -> Samples:
    """A note of `seconds`; whoever lets it go fades it out. Shape (n, 2)."""
    n = max(1, round(seconds * RATE))
    hard = voice.cutoff_hz * (0.5 + velocity)
    dark = _table(voice, hz, hard * 0.45)
    bright = _table(voice, hz, hard)
    out = np.zeros((n, 2), np.float32)
    attack = voice.attack_s * (1.9 - velocity)
    opening = _opening(n, attack, voice.bloom)
    # The colour moves for a second or so; from then on one table does for two.
    moving = min(n, round((3 * attack + 1.3) * RATE))
    settled = dark + (bright - dark) * opening[-1]
    swings = [_breathing(n, voice.swing, rng) for _ in range(min(2, voice.players))]
    places = np.linspace(-1, 1, voice.players) if voice.players > 1 else np.zeros(1)
    tuning = np.linspace(-1, 1, voice.players) if voice.players > 1 else np.zeros(1)
    for number, (place, off) in enumerate(zip(places, rng.permutation(tuning), strict=True)):
        bend = off * voice.detune_cents + vibrato(
            rng, n, voice.vibrato_hz * rng.uniform(0.9, 1.1), voice.vibrato_cents,
            voice.onset_s, min(3.0, 0.2 * voice.vibrato_cents),
        )  # fmt: skip
        at = phase(hz, n, bend, rng.random())
        low, high = read((dark, bright), at[:moving])
        early = low + (high - low) * opening[:moving]
        (late,) = read((settled,), at[moving:])
        wave = np.concatenate([early, late])
        # Players do not start together.
        wave *= swell(n, attack * rng.uniform(0.8, 1.3)) * swings[number % len(swings)]
        angle = (place * voice.wide + 1) * np.pi / 4
        out[:, 0] += wave * np.float32(np.cos(angle))
        out[:, 1] += wave * np.float32(np.sin(angle))
    level = float(np.sqrt(np.mean(out**2))) + 1e-9
    if voice.breath:
        air = noise(rng, n, *voice.breath_hz, sides=2) * swell(n, attack * 0.6)[:, None]
        # A little more at the onset: the bow catches, the reed speaks.
        air *= (1 + 1.5 * decay(n, 0.07))[:, None]
        out += (air * voice.breath * level * (1.4 - 0.5 * velocity)).astype(np.float32)
    return out


def tremolo_strings(hz: float, velocity: float, seconds: float, rng: Generator) -> Samples:
    """A string section with short, fast bows."""
    wave = held(STRINGS, hz, velocity, seconds, rng)
    n = len(wave)
    sides = []
    for side in range(2):
        rate = 7.6 + 0.7 * side
        bow = np.abs(np.sin(np.pi * (rate * np.arange(n) / RATE + rng.random())))
        sides.append(0.35 + 0.75 * bow)
    return (wave * np.stack(sides, axis=1)).astype(np.float32)


def spiccato(hz: float, velocity: float, seconds: float, rng: Generator) -> Samples:
    """A string section with the bow bouncing off."""
    quick = Voice(
        1.05, 3200, _FIDDLE if hz > 180 else _CELLO, players=4, detune_cents=8, vibrato_cents=0,
        attack_s=0.011, bloom=-0.6, breath=0.07, wide=0.7,
    )  # fmt: skip
    wave = held(quick, hz, velocity, min(seconds, 0.6), rng)
    return wave * (0.1 * decay(len(wave), 0.3) + 0.9 * decay(len(wave), 0.085))[:, None]


def organ(hz: float, _velocity: float, seconds: float, rng: Generator) -> Samples:
    """Drawbars through a turning loudspeaker."""
    n = round(seconds * RATE)
    bars = np.zeros(16)
    bars[[0, 1, 2, 3, 5, 7, 9, 11, 15]] = (0.8, 1, 0.6, 0.7, 0.25, 0.35, 0.1, 0.12, 0.2)
    table = cycle(bars, hz / 2, rng)  # the lowest drawbar sounds an octave below
    sides = []
    for side in range(2):
        bend = vibrato(rng, n, 6.1, 5.0, 0.01, 1.0)
        (wave,) = read((table,), phase(hz / 2, n, bend, 0.25 * side))
        turn = 1 + 0.12 * np.sin(2 * np.pi * (6.1 * np.arange(n) / RATE + 0.3 * side))
        sides.append(wave * turn)
    stereo = np.stack(sides, axis=1).astype(np.float32)
    return stereo * swell(n, 0.012)[:, None]


def synth_bass(hz: float, velocity: float, seconds: float, _rng: Generator) -> Samples:
    """A sawtooth through a closing filter, with a sine under it."""
    n = round(seconds * RATE)
    dark, bright = (
        cycle(_sloped(1.0, hz, cutoff, ()), hz, None) for cutoff in (260, 900 + 1500 * velocity)
    )
    low, high = read((dark, bright), phase(hz, n))
    (under,) = read((cycle((1.0,), hz),), phase(hz, n))
    wave = low + (high - low) * decay(n, 0.16) + 0.35 * under
    wave *= swell(n, 0.004) * (0.55 + 0.45 * decay(n, 0.5))
    return np.stack([wave, wave], axis=1).astype(np.float32)


def sub_bass(hz: float, velocity: float, seconds: float, _rng: Generator) -> Samples:
    """A sine with just enough second and third harmonic for small loudspeakers."""
    n = round(seconds * RATE)
    (wave,) = read((cycle((1.0, 0.3 * velocity, 0.16 * velocity), hz),), phase(hz, n))
    wave = wave * swell(n, 0.05) * line(n, (0, 1), (6, 0.7))
    return np.stack([wave, wave], axis=1).astype(np.float32)


def _opening(n: int, attack_s: float, bloom: float) -> Samples:
    """Share of the bright table: rises into a note that blooms, falls in one that closes."""
    if bloom < 0:
        return line(n, (0, 1.0), (0.18, 1.0 + bloom), (1.2, 0.8 * (1.0 + bloom)))
    return line(n, (0, 0.1), (1.5 * attack_s + 0.02, bloom), (3 * attack_s + 0.6, 0.75 * bloom))


def _breathing(n: int, depth: float, rng: Generator) -> Samples:
    points = int(n / RATE * 2) + 3
    gain = 1 + depth * rng.uniform(-1, 1, points)
    # Smooth enough at two values a second, and cheap.
    return np.interp(np.arange(n) * 2 / RATE, np.arange(points), gain).astype(np.float32)


def _table(voice: Voice, hz: float, cutoff_hz: float) -> Samples:
    gains = _sloped(voice.slope, hz, cutoff_hz, voice.formants)
    gains[1::2] *= voice.odd
    return cycle(gains, hz * 1.02, np.random.default_rng(7) if voice.players > 1 else None)


def _sloped(
    slope: float, hz: float, cutoff_hz: float, formants: Sequence[tuple[float, float, float]]
) -> Array:
    n = np.arange(1, 120)
    tone = n * hz
    gains = n**-slope * np.exp(-np.maximum(tone - 0.5 * hz, 0) / (cutoff_hz + 0.8 * hz))
    shape = np.ones_like(gains)
    for centre, gain, width in formants:
        shape = shape + gain * np.exp(-((np.log2(tone / centre) / width) ** 2))
    return np.asarray(gains * shape)
