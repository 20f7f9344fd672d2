"""Every pitched instrument by name: how it sounds, where it plays, how it sits in the mix."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy import signal

from providers.composer import keys, mallets, plucked, sustained
from providers.composer.tone import (
    HIGHEST_HZ,
    RATE,
    Generator,
    Samples,
    partials,
    swell,
)

Sound = Callable[[float, float, float, Generator], Samples]
LEVEL = 0.1  # RMS, weighted as hearing, of the loudest 0.2 s of a note
WINDOW = RATE // 5


@dataclass(frozen=True)
class Instrument:
    """A pitched instrument.

    Attributes:
      spoken: Its name in a summary.
      sound: (hz, velocity, seconds, generator) to a note, shape (n, 2).
      low, high: The pitches where it sounds best; a tune is put inside.
      release_s: Fade after a note is let go; 0 lets it ring out.
      longest_s: After this it has died away; 0: it holds.
      wet: How much goes to the room.
      pan: -1 left to 1 right.
      trim_db: Correction of its level in the mix.
      echo: Level of a repeat three quarters of a beat later.
    """

    spoken: str
    sound: Sound
    low: int
    high: int
    release_s: float
    longest_s: float
    wet: float = 0.25
    pan: float = 0.0
    trim_db: float = 0.0
    echo: float = 0.0

    @property
    def rings(self) -> bool:
        """Whether its notes end by themselves only."""
        return self.release_s == 0


def _synth_pluck(hz: float, velocity: float, seconds: float, _rng: Generator) -> Samples:
    """A sawtooth whose filter closes at once: the upper harmonics fade first."""
    n = np.arange(1, min(48, int(HIGHEST_HZ / hz)) + 1)
    gains = np.exp(-n * hz / (2500 + 5000 * velocity)) / n
    lasting = 0.34 / (1 + (n * hz / 700) ** 1.1)
    sides = np.stack([np.concatenate([gains, 0.5 * gains]), np.concatenate([0.5 * gains, gains])])
    tone = np.concatenate([n * hz * 0.9975, n * hz * 1.0025])
    wave = partials(tone, sides, np.concatenate([lasting, lasting]), seconds)
    return wave * swell(len(wave), 0.002)[:, None]


def _string(kind: plucked.StringKind) -> Sound:
    return partial(plucked.plucked, kind)


def _held(voice: sustained.Voice) -> Sound:
    return partial(sustained.held, voice)


def _struck(modes: mallets.Modes) -> Sound:
    return partial(mallets.struck, modes)


INSTRUMENTS: dict[str, Instrument] = {
    "piano": Instrument("piano", keys.piano, 60, 84, 0.16, 6.0, 0.25, 0.0),
    "felt piano": Instrument("piano", keys.felt_piano, 57, 79, 0.2, 6.0, 0.3, 0.0),
    "electric piano": Instrument(
        "electric piano", keys.electric_piano, 55, 79, 0.14, 5.0, 0.18, 0.0
    ),
    "harpsichord": Instrument("harpsichord", keys.harpsichord, 58, 80, 0.1, 3.0, 0.25, 0),
    "organ": Instrument("organ", sustained.organ, 55, 79, 0.06, 0, 0.25, 0, -2),
    "accordion": Instrument("accordion", _held(sustained.ACCORDION), 60, 84, 0.07, 0, 0.2, -0.1),
    "music box": Instrument("music box", _struck(mallets.MUSIC_BOX), 74, 93, 0, 2.6, 0.35, 0.1, -3),
    "celesta": Instrument("celesta", _struck(mallets.CELESTA), 72, 93, 0, 3.0, 0.35, 0.25, -2),
    "glockenspiel": Instrument(
        "bells", _struck(mallets.GLOCKENSPIEL), 76, 98, 0, 3.2, 0.35, 0.3, -4
    ),
    "tubular bells": Instrument(
        "bells", _struck(mallets.TUBULAR_BELLS), 60, 77, 0, 7.0, 0.5, -0.2, -2
    ),
    "vibraphone": Instrument("vibraphone", mallets.vibraphone, 60, 82, 0.35, 5.0, 0.28, -0.15),
    "marimba": Instrument("marimba", _struck(mallets.MARIMBA), 55, 79, 0, 1.6, 0.22, -0.2),
    "kalimba": Instrument("kalimba", _struck(mallets.KALIMBA), 64, 84, 0, 2.6, 0.35, 0.2, 0, 0.25),
    "bell pad": Instrument("bells", mallets.bell_pad, 69, 88, 0, 4.0, 0.45, 0.15, -3, 0.3),
    "nylon guitar": Instrument("guitar", _string(plucked.NYLON), 55, 76, 0.09, 4.0, 0.2, -0.2),
    "acoustic guitar": Instrument(
        "acoustic guitar", _string(plucked.STEEL), 55, 77, 0.09, 5.0, 0.18, -0.22
    ),
    "electric guitar": Instrument(
        "electric guitar", plucked.driven_guitar, 57, 79, 0.08, 4.5, 0.22, 0.25, -1
    ),
    "muted guitar": Instrument(
        "electric guitar", plucked.muted_strings, 52, 76, 0.05, 0.7, 0.2, 0.45, -2, 0.3
    ),
    "ukulele": Instrument("ukulele", _string(plucked.UKULELE), 60, 79, 0.08, 2.2, 0.16, -0.2),
    "lute": Instrument("lute", _string(plucked.LUTE), 52, 74, 0.1, 3.0, 0.22, -0.2),
    "harp": Instrument("harp", _string(plucked.HARP), 55, 84, 0, 4.5, 0.35, -0.2),
    "pizzicato": Instrument(
        "pizzicato strings", _string(plucked.PIZZICATO), 55, 79, 0, 1.4, 0.35, 0.15
    ),
    "spiccato": Instrument("strings", sustained.spiccato, 50, 76, 0.05, 0.6, 0.35, -0.1),
    "strings": Instrument("strings", _held(sustained.STRINGS), 55, 79, 0.38, 0, 0.4, 0.0),
    "tremolo strings": Instrument("strings", sustained.tremolo_strings, 52, 76, 0.35, 0, 0.4, 0),
    "low strings": Instrument(
        "low strings", _held(sustained.LOW_STRINGS), 36, 60, 0.16, 0, 0.25, 0.1
    ),
    "violin": Instrument("violin", _held(sustained.VIOLIN), 62, 84, 0.13, 0, 0.35, -0.12),
    "cello": Instrument("cello", _held(sustained.CELLO), 48, 67, 0.16, 0, 0.35, 0.1),
    "choir": Instrument("choir", _held(sustained.CHOIR), 55, 76, 0.5, 0, 0.5, 0.0),
    "warm pad": Instrument("pad", _held(sustained.WARM_PAD), 55, 76, 0.7, 0, 0.35, 0.0),
    "glass pad": Instrument("glass pad", _held(sustained.GLASS_PAD), 60, 81, 0.9, 0, 0.5, 0.0),
    "synth pad": Instrument("synth", _held(sustained.SYNTH_PAD), 55, 77, 0.3, 0, 0.32, 0.0),
    "synth lead": Instrument(
        "synth", _held(sustained.SYNTH_LEAD), 62, 84, 0.09, 0, 0.28, 0.0, -2, 0.28
    ),
    "synth pluck": Instrument("synth", _synth_pluck, 57, 81, 0.12, 1.6, 0.3, 0.0, 0, 0.2),
    "synth bass": Instrument("synth bass", sustained.synth_bass, 28, 46, 0.06, 0, 0.02, 0),
    "sub bass": Instrument("sub bass", sustained.sub_bass, 28, 46, 0.35, 0, 0.0, 0),
    "double bass": Instrument("double bass", _string(plucked.UPRIGHT), 28, 48, 0.12, 3.5, 0.1, 0),
    "bass guitar": Instrument("bass", _string(plucked.FINGERED), 28, 48, 0.08, 4.5, 0.04, 0),
    "flute": Instrument("flute", _held(sustained.FLUTE), 67, 88, 0.1, 0, 0.35, 0.12),
    "clarinet": Instrument("clarinet", _held(sustained.CLARINET), 60, 81, 0.09, 0, 0.3, 0.15),
    "whistle": Instrument("whistle", _held(sustained.WHISTLE), 72, 91, 0.07, 0, 0.3, 0.1, -2),
    "trumpet": Instrument("trumpet", _held(sustained.TRUMPET), 60, 79, 0.09, 0, 0.35, 0.15, -1),
    "muted trumpet": Instrument(
        "muted trumpet", _held(sustained.MUTED_TRUMPET), 60, 79, 0.1, 0, 0.28, 0.12, -1
    ),
    "horn": Instrument("horn", _held(sustained.HORN), 53, 72, 0.15, 0, 0.45, -0.15),
}


def note(
    instrument: Instrument, hz: float, velocity: float, seconds: float, rng: Generator
) -> Samples:
    """A note as loud as any other instrument's, whatever its velocity and pitch; shape (n, 2).

    Loudness is the RMS of the loudest 0.2 s after the weighting of ITU-R BS.1770, 0.1. Velocity
    changes the colour here; the mix makes it quiet or loud.
    """
    wave = instrument.sound(hz, velocity, seconds, rng)
    heard = _weighted(wave[: RATE * 2])
    window = min(len(heard), WINDOW)
    power = np.cumsum(np.concatenate([[0.0], np.mean(heard.astype(np.float64) ** 2, axis=1)]))
    loudest = float(np.max(power[window:] - power[:-window])) / WINDOW
    # The gain is limited: a short stroke is not made a long note.
    return wave * np.float32(LEVEL / max(np.sqrt(loudest * 2), 1e-6))


def _weighted(wave: Samples) -> Samples:
    shelf = (
        (1.53512485958697, -2.69169618940638, 1.19839281085285),
        (1.0, -1.69065929318241, 0.73248077421585),
    )
    heard: Samples = signal.lfilter(*shelf, wave, axis=0)
    return heard
