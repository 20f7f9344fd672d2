"""Chord progressions in time, and the voicings that lead smoothly from one to the next."""

import itertools
import random
from collections.abc import Sequence
from dataclasses import dataclass

from providers.composer.theory import Chord, Key, chord

# Two bars before the final chord, and that chord. Kinds are named in the moods.
CADENCES = {
    "authentic": ("ii7 V7sus4+V7", "Iadd9"),
    "plagal": ("IVadd9 iv6", "I"),
    "gentle": ("IVmaj7 V7sus4", "Iadd9"),
    "dreamy": ("IVmaj9 IVmaj9", "Imaj9"),
    "jazz": ("ii9 V13", "I69"),
    "modal": ("bVII IV", "I"),
    "lydian": ("II Vsus4+V", "Imaj7"),
    "bright": ("IV Vsus4+V", "I"),
    "romantic": ("IVmaj7+iv6 I/5+V7", "Iadd9"),
    "minor": ("iv7 V7sus4+V7", "i"),
    "epic": ("bVI bVII", "i"),
    "minor jazz": ("iv9 V7b9", "i9"),
    "dark": ("bII bII", "I5"),
    "sombre": ("bVI iv6", "i"),
    "phrygian": ("bII bvii", "I"),
}
MAJOR_LOOPS = ("I V/3 vi7 IVadd9", "I vi IV V", "I IV ii7 V")
MAJOR_ANSWERS = ("vi7 IV I/3 V", "IV I/3 ii7 Vsus4+V")
MINOR_LOOPS = ("i bVI bIII bVII", "i iv7 bVI V", "i bVII bVI bVII")
MINOR_ANSWERS = ("bVI bVII i v7", "iv7 i bVI Vsus4+V")


@dataclass(frozen=True)
class Span:
    """A chord and the beats for which it lasts, counted from the section's first.

    Attributes:
      sounding: The chord.
      start: First beat.
      beats: Length.
    """

    sounding: Chord
    start: float
    beats: float


def progression(text: str, key: Key, beats_per_bar: int, start: float = 0.0) -> tuple[Span, ...]:
    """Chords in time from symbols: a bar each, or bars shared by symbols joined with `+`.

    A bar of three beats gives two to the first of two chords.
    """
    spans = []
    for bar, names in enumerate(text.split()):
        at = start + bar * beats_per_bar
        symbols = names.split("+")
        first = -(-beats_per_bar // len(symbols))
        for index, symbol in enumerate(symbols):
            beats = beats_per_bar if len(symbols) == 1 else (first, beats_per_bar - first)[index]
            spans.append(Span(chord(symbol, key.tonic), at, beats))
            at += beats
    return tuple(spans)


def voicings(
    spans: Sequence[Span], low: int, high: int, voices: int, *, rootless: bool = False
) -> tuple[tuple[int, ...], ...]:
    """One chord of MIDI pitches per span, each moving as little as possible from the last.

    Args:
      spans: The chords in order.
      low: Lowest pitch allowed.
      high: Highest pitch allowed.
      voices: Most notes in a chord.
      rootless: Leave the root to the bass where the chord has colour enough.
    """
    chosen: list[tuple[int, ...]] = []
    for span in spans:
        options = _stacks(_essential(span.sounding, voices, rootless), low, high)
        before = chosen[-1] if chosen else None
        chosen.append(min(options, key=lambda stack: (_cost(stack, before, low, high), stack)))
    return tuple(chosen)


def _essential(sounding: Chord, voices: int, rootless: bool) -> tuple[int, ...]:
    """The notes that matter most, at most `voices`: the fifth goes first, then the root."""
    notes = list(dict.fromkeys(sounding.notes))
    if rootless and len(notes) > 3:
        notes.remove(sounding.root)
    if len(notes) > voices and len(sounding.notes) > 2 and sounding.notes[2] in notes:
        notes.remove(sounding.notes[2])
    if len(notes) > voices and sounding.root in notes:
        notes.remove(sounding.root)
    return tuple(notes[:voices])


def _stacks(notes: Sequence[int], low: int, high: int) -> list[tuple[int, ...]]:
    ranges = [[p for p in range(low, high + 1) if p % 12 == note] for note in notes]
    stacks = {tuple(sorted(stack)) for stack in itertools.product(*ranges)}
    return sorted(stacks)


def _cost(stack: tuple[int, ...], before: tuple[int, ...] | None, low: int, high: int) -> float:
    gaps = [b - a for a, b in itertools.pairwise(stack)]
    cost = 2.0 * max(0, stack[-1] - stack[0] - 14)
    cost += sum(14.0 for gap in gaps if gap == 1) + sum(2.0 for gap in gaps if gap > 9)
    # Close intervals low down turn to mud (the bass staff's "low interval limit").
    cost += sum(4.0 for pitch, gap in zip(stack, gaps, strict=False) if pitch < 52 and gap < 5)
    cost += 0.25 * abs(sum(stack) / len(stack) - (low + high) / 2)
    if before is None:
        return cost
    moved = sum(min(abs(pitch - old) for old in before) for pitch in stack)
    top = abs(stack[-1] - before[-1])
    same = 2.0 if stack == before else 0.0
    return cost + moved + (1.5 * top if top > 4 else 0.5 * top) - same


def choose(options: Sequence[str], rng: random.Random) -> str:
    """One progression out of several."""
    return options[rng.randrange(len(options))]
