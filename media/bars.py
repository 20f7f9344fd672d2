"""Where the bars of a track are that nobody has written down, or that this cannot be told.

Of the beats, those are downbeats on which chords change and low notes begin: the strongest phase of
four, or of three where that tells more. Bars are told apart by their chords and their colour.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from media.bar_fit import TrackBars
from media.beats import (
    HOPS_A_SECOND,
    NEAR_END,
    RATE_HZ,
    Beats,
    Floats,
    Onsets,
    find_beats,
    mono,
    onsets_of,
)
from media.timeline import SAMPLE_RATE_HZ
from media.wave import Wave

# Measured on tracks of known bars; rain, speech and free time stay below at least one of them.
MIN_CLARITY = 0.35
MAX_UNSTEADINESS = 0.035
MIN_CONTRAST = 0.5
MIN_BARS = 4
METRES = (4, 3)
_RARE = {4: 0.0, 3: 0.15}  # melodies of three notes are heard in bars of four, too
# From here on beats may be the eighths of a slow piece: its bars have eight of them.
_TWICE_BPM, _NO_DOWNBEAT = 100.0, 0.25
_ONSET_REACH_S = 0.03  # a beat may be played a little early or late
_CHROMA_HZ = (80.0, 2000.0)  # notes of chords; below, fifths of a semitone need longer sounds
_CHORD_BEATS = 4  # a chord is told by its notes, and melodies have others, too
_NOTES, _COLOUR_BANDS = 12, 8
_SILENT_DB = 60.0  # below the loudest
_ENDING_S, _ENDING_DB = 0.5, 10.0  # a track that is so much softer at its end has an ending
_ALIKE = 0.93  # cosine of two bars that count as the same


@dataclass(frozen=True)
class Bars:
    """The bars of a track.

    Attributes:
      track: Where they lie, and how the track ends.
      beats: In a bar.
      tempo_bpm: Of the beats; a fast tempo may be told as half of it.
    """

    track: TrackBars
    beats: int
    tempo_bpm: float


def find_bars(audio: NDArray[Any] | Wave) -> Bars | None:
    """The bars of a track of 48 kHz, shape (samples, channels); None when they are not clear."""
    onsets = onsets_of(audio)
    beats = find_beats(onsets.strength)
    if (
        beats is None
        or beats.clarity < MIN_CLARITY
        or beats.unsteadiness > MAX_UNSTEADINESS
        or len(beats.at_s) < MIN_BARS * METRES[0]
    ):
        return None
    sounds = _sounds(audio, beats)
    metre, phase, contrast = downbeats(onsets, beats, sounds)
    end = _audible_end(onsets.level_db)
    length = min(len(audio), round(end * SAMPLE_RATE_HZ / HOPS_A_SECOND))
    lines = np.rint(beats.at_s[phase::metre] * SAMPLE_RATE_HZ).astype(int)
    last_onset = _last_onset(onsets, beats, end)
    near = NEAR_END * beats.period_s * SAMPLE_RATE_HZ
    if last_onset is None and len(audio) - length <= near:
        length = len(audio)  # a loop, to its last sample
    lines = np.unique(np.clip(lines[lines <= length + near], 0, length))
    count = len(lines) - 1
    if contrast < MIN_CONTRAST or count < MIN_BARS:
        return None
    by_bar = sounds[phase : phase + count * metre].reshape(count, -1)
    kinds = _kinds(by_bar / np.maximum(np.linalg.norm(by_bar, axis=1, keepdims=True), 1e-9))
    if metre > max(METRES):
        metre, beats = metre // 2, replace(beats, period_s=2 * beats.period_s)
    tempo_bpm = round(60 / beats.period_s, 2)
    return Bars(TrackBars(length, tuple(lines.tolist()), kinds, last_onset), metre, tempo_bpm)


def _audible_end(level_db: Floats) -> int:
    """The hop after the last that can be heard."""
    heard = np.flatnonzero(level_db > level_db.max() - _SILENT_DB)
    return int(heard[-1]) + 1


def _last_onset(onsets: Onsets, beats: Beats, end: int) -> int | None:
    """The sample at which the last chord begins; None when the track just stops, as loops do."""
    level_db = onsets.level_db[:end]
    last = level_db[-round(_ENDING_S * HOPS_A_SECOND) :]
    if last.mean() > np.median(level_db) - _ENDING_DB:
        return None
    usual = float(np.median(_near(onsets.strength, beats.at_s)))
    strong = np.flatnonzero(onsets.strength[:end] >= usual / 2)
    return round(strong[-1] * SAMPLE_RATE_HZ / HOPS_A_SECOND) if len(strong) else None


def downbeats(onsets: Onsets, beats: Beats, sounds: Floats) -> tuple[int, int, float]:
    """Beats in a bar, the number of the first downbeat, and how much downbeats stand out.

    Args:
      sounds: What sounds from each beat on, as `_sounds` has it.
    """
    changes = 1 - (sounds[1:] * sounds[:-1]).sum(axis=1)
    marks = _scaled(np.concatenate([changes[:1], changes])) + 2 * _scaled(_chord_changes(sounds))
    marks += 1.5 * _scaled(_near(onsets.low, beats.at_s))
    marks += 0.5 * _scaled(_near(onsets.strength, beats.at_s))
    marks = np.clip(_scaled(marks), -2.5, 2.5)
    found = []
    for metre in METRES:
        means = [float(marks[phase::metre].mean()) for phase in range(metre)]
        best = int(np.argmax(means))
        others = max(mean for phase, mean in enumerate(means) if phase != best)
        contrast = means[best] - others
        found.append((contrast - _RARE[metre], contrast, metre, best))
    _, contrast, metre, phase = max(found)
    if metre == METRES[0] and 60 / beats.period_s >= _TWICE_BPM:
        first, second = (float(marks[phase + k :: 2 * metre].mean()) for k in (0, metre))
        if min(first, second) < _NO_DOWNBEAT and abs(first - second) >= MIN_CONTRAST:
            return 2 * metre, phase + (metre if second > first else 0), contrast
    return metre, phase, contrast


def _chord_changes(sounds: Floats) -> Floats:
    """How far the notes of the beats before each beat are from those of it and what follows."""
    sums = np.concatenate([np.zeros((1, _NOTES)), np.cumsum(sounds[:, :_NOTES], axis=0)])
    at = np.arange(len(sounds))
    before = sums[at] - sums[np.maximum(at - _CHORD_BEATS, 0)]
    after = sums[np.minimum(at + _CHORD_BEATS, len(sounds))] - sums[at]
    lengths = np.linalg.norm(before, axis=1) * np.linalg.norm(after, axis=1)
    changes = 1 - (before * after).sum(axis=1) / np.maximum(lengths, 1e-9)
    changes[0] = changes[1:].mean()
    return np.asarray(changes)


def _near(strength: Floats, at_s: Floats) -> Floats:
    """The strongest onset near each time."""
    reach = round(_ONSET_REACH_S * HOPS_A_SECOND)
    at = np.rint(at_s * HOPS_A_SECOND).astype(int)
    places = np.clip(at[:, None] + np.arange(-reach - 1, reach), 0, len(strength) - 1)
    return np.asarray(strength[places].max(axis=1))


def _scaled(values: Floats) -> Floats:
    return np.asarray((values - values.mean()) / (values.std() or 1.0))


def _sounds(audio: NDArray[Any] | Wave, beats: Beats) -> Floats:
    """Of each beat, which notes sound and in which colour: a vector of unit length."""
    ends = [*beats.at_s[1:], beats.at_s[-1] + beats.period_s]
    rows = []
    for start_s, end_s in zip(beats.at_s, ends, strict=True):
        start, stop = (max(0, round(at_s * RATE_HZ)) for at_s in (start_s, end_s))
        rows.append(_sound(mono(audio, start, stop)))
    return np.stack(rows)


def _sound(part: Floats) -> Floats:
    if not len(part):
        part = np.zeros(2)
    size = 1 << (len(part) - 1).bit_length()  # others are slow to transform
    spectrum = np.abs(np.fft.rfft(part * np.hanning(len(part)), size))
    hertz = np.fft.rfftfreq(size, 1 / RATE_HZ)
    is_note = (hertz >= _CHROMA_HZ[0]) & (hertz <= _CHROMA_HZ[1])
    notes = np.rint(12 * np.log2(hertz[is_note] / 440)).astype(int) % _NOTES
    chroma = np.bincount(notes, spectrum[is_note], _NOTES)
    edges = np.searchsorted(hertz, np.geomspace(40, RATE_HZ / 2, _COLOUR_BANDS + 1))
    power = np.concatenate([[0.0], np.cumsum(spectrum**2)])
    colour = np.log1p(np.diff(power[np.minimum(edges, len(spectrum))]))
    both = [vector / (np.linalg.norm(vector) or 1.0) for vector in (chroma, colour)]
    return np.asarray(np.concatenate(both) / np.sqrt(2))


def _kinds(bars: Floats) -> tuple[int, ...]:
    """Each bar is of the kind of the first that it is like."""
    firsts: list[int] = []
    kinds = []
    for number, bar in enumerate(bars):
        alike: Sequence[float] = (bars[firsts] @ bar).tolist()
        best = int(np.argmax(alike)) if alike else -1
        if best < 0 or alike[best] < _ALIKE:
            best = len(firsts)
            firsts.append(number)
        kinds.append(best)
    return tuple(kinds)
