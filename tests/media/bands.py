"""Tracks of known bars, played by a band of a bass drum, a snare, a cymbal, a bass and a piano."""

from dataclasses import dataclass

import numpy as np

from tests.media.programmes import RATE, Sound

CHORDS = ((45, 57, 60, 64), (41, 53, 57, 60), (48, 55, 60, 64), (43, 55, 59, 62))


@dataclass(frozen=True)
class Played:
    """A track, and the seconds at which its bars begin; the last is that of its last chord."""

    sound: Sound
    lines_s: tuple[float, ...]


def band(
    bpm: float, bars: int, *, metre: int = 4, swing: float = 0.0, drums: bool = True,
    off_time_s: float = 0.0, rubato: float = 0.0, opening_s: float = 0.0, has_ending: bool = True,
) -> Played:  # fmt: skip
    """Four chords, one a bar, in eighths.

    Args:
      swing: How much later the second eighth comes, in beats.
      off_time_s: By how much players miss the beat, as a standard deviation.
      rubato: By how much beats differ in length, as a share.
      has_ending: Whether a last chord rings for 3.5 s; else the track stops at a bar line.
    """
    chance = np.random.default_rng(1)
    beats = 60 / bpm * (1 + rubato * chance.normal(0, 1, bars * metre))
    at_s = opening_s + np.concatenate([[0.0], np.cumsum(beats)])
    out = np.zeros((round((at_s[-1] + 4) * RATE), 2))

    def play(sound: np.ndarray, when_s: float, gain: float) -> None:
        start = max(0, round((when_s + chance.normal(0, 1) * off_time_s) * RATE))
        part = sound[: len(out) - start, np.newaxis]
        out[start : start + len(part)] += gain * part

    for number, beat_s in enumerate(beats):
        bar, beat = divmod(number, metre)
        chord, start_s = CHORDS[bar % 4], at_s[number]
        if beat == 0:
            play(_note(chord[0], beat_s * metre), start_s, 1.3)
        play(_note(chord[1 + beat % 3] + 12, beat_s), start_s, 0.8)
        play(
            _note(chord[1 + (beat + 1) % 3] + 12, beat_s / 2), start_s + beat_s * (0.5 + swing), 0.5
        )
        if drums:
            is_low = beat == 0 or (metre == 4 and beat == 2)
            play(_bass_drum() if is_low else _noise(0.35, 22), start_s, 0.7)
            play(_noise(0.2, 70), start_s, 0.4)
            play(_noise(0.2, 70), start_s + beat_s * (0.5 + swing), 0.3)
    if has_ending:
        for midi in CHORDS[0]:
            play(_note(midi, 3.5), at_s[-1], 1.2)
        lines_s = at_s[::metre]
    else:
        out, lines_s = out[: round(at_s[-1] * RATE)], at_s[:-1:metre]
    return Played(np.asarray(out * 0.4 / np.abs(out).max(), np.float32), tuple(lines_s.tolist()))


def rain(seconds: float) -> Sound:
    chance = np.random.default_rng(5)
    out = chance.normal(0, 0.03, (round(seconds * RATE), 2))
    for start in chance.integers(0, len(out) - 1500, round(40 * seconds)):
        fading = np.exp(-np.arange(1500) / 200)[:, np.newaxis]
        out[start : start + 1500] += chance.normal(0, 0.1 * chance.random(), (1500, 2)) * fading
    return np.asarray(out, np.float32)


def _note(midi: int, seconds: float) -> np.ndarray:
    t = np.arange(round(seconds * RATE)) / RATE
    hertz = 440 * 2 ** ((midi - 69) / 12)
    tone = sum(
        np.sin(2 * np.pi * hertz * k * t + k) * np.exp(-t * (2 + k)) / k for k in range(1, 6)
    )
    fades = np.minimum(t / 0.004, 1) * np.minimum((t[-1] - t) / 0.03, 1)
    return np.asarray(0.12 * tone * fades)


def _bass_drum() -> np.ndarray:
    t = np.arange(RATE // 4) / RATE
    phase = 50 * t + 3 * (1 - np.exp(-t * 30))
    return np.asarray(np.sin(2 * np.pi * phase) * np.exp(-t * 14))


def _noise(level: float, decay: float) -> np.ndarray:
    t = np.arange(RATE // 5) / RATE
    hiss = np.random.default_rng(7).normal(0, level, len(t))
    return np.asarray(hiss * np.exp(-t * decay))
