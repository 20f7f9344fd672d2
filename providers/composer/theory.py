"""Keys, scales and chords as numbers: pitch classes 0 (C) to 11 (B), MIDI pitches, semitones."""

import re
from dataclasses import dataclass

SHARP_NAMES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
FLAT_NAMES = ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B")
LETTERS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
# Keys that musicians spell with flats; the others are spelled with sharps.
FLAT_MAJOR = frozenset({5, 10, 3, 8, 1})
FLAT_MINOR = frozenset({2, 7, 0, 5, 10, 3})

SCALES = {
    "major": (0, 2, 4, 5, 7, 9, 11),
    "minor": (0, 2, 3, 5, 7, 8, 10),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
    "mixolydian": (0, 2, 4, 5, 7, 9, 10),
    "lydian": (0, 2, 4, 6, 7, 9, 11),
    "phrygian": (0, 1, 3, 5, 7, 8, 10),
    "phrygian dominant": (0, 1, 4, 5, 7, 8, 10),
    "harmonic minor": (0, 2, 3, 5, 7, 8, 11),
}
NUMERALS = {"I": 0, "II": 2, "III": 4, "IV": 5, "V": 7, "VI": 9, "VII": 11}

# What follows the numeral: intervals above the root. A lower-case numeral has a minor third.
MAJOR_CHORDS = {
    "": (0, 4, 7),
    "5": (0, 7),
    "6": (0, 4, 7, 9),
    "7": (0, 4, 7, 10),
    "9": (0, 4, 7, 10, 2),
    "13": (0, 4, 7, 10, 9),
    "7b9": (0, 4, 7, 10, 1),
    "maj7": (0, 4, 7, 11),
    "maj9": (0, 4, 7, 11, 2),
    "add9": (0, 4, 7, 2),
    "69": (0, 4, 7, 9, 2),
    "sus2": (0, 2, 7),
    "sus4": (0, 5, 7),
    "7sus4": (0, 5, 7, 10),
    "9sus4": (0, 5, 7, 10, 2),
    "aug": (0, 4, 8),
}
MINOR_CHORDS = {
    "": (0, 3, 7),
    "6": (0, 3, 7, 9),
    "7": (0, 3, 7, 10),
    "9": (0, 3, 7, 10, 2),
    "11": (0, 3, 7, 10, 5),
    "add9": (0, 3, 7, 2),
    "maj7": (0, 3, 7, 11),
    "dim": (0, 3, 6),
    "dim7": (0, 3, 6, 9),
    "7b5": (0, 3, 6, 10),
}
_SYMBOL = re.compile(r"([b#]?)([IV]+|[iv]+)([a-z0-9]*)(?:/([357t]))?")


@dataclass(frozen=True)
class Key:
    """A tonic pitch class and the name of a scale of `SCALES`."""

    tonic: int
    scale: str

    @property
    def is_minor(self) -> bool:
        """Whether its third is minor."""
        return 3 in SCALES[self.scale]

    @property
    def pitch_classes(self) -> frozenset[int]:
        """The notes of the scale."""
        return frozenset((self.tonic + step) % 12 for step in SCALES[self.scale])

    def __str__(self) -> str:
        flats = self.tonic in (FLAT_MINOR if self.is_minor else FLAT_MAJOR)
        return f"{(FLAT_NAMES if flats else SHARP_NAMES)[self.tonic]} {self.scale}"


@dataclass(frozen=True)
class Chord:
    """Pitch classes that sound together.

    Attributes:
      symbol: Roman numeral relative to the major scale on the tonic: `bVI`, `ii7`, `V/3`.
      notes: Pitch classes from the root: root, third, fifth, then what colours it.
      bass: The lowest one.
    """

    symbol: str
    notes: tuple[int, ...]
    bass: int

    @property
    def root(self) -> int:
        """The pitch class it is built on."""
        return self.notes[0]


def chord(symbol: str, tonic: int) -> Chord:
    """The chord a Roman numeral means over `tonic`.

    Numerals count from the major scale, whatever the key (`bVI` in minor). After a slash: the
    chord's own 3, 5 or 7 in the bass, or `t`, the tonic as a pedal.

    Raises:
      ValueError: Not such a symbol.
    """
    match = _SYMBOL.fullmatch(symbol)
    if not match:
        raise ValueError(f"{symbol!r} is not a chord symbol")
    accidental, numeral, kind, under = match.groups()
    kinds = MAJOR_CHORDS if numeral.isupper() else MINOR_CHORDS
    if numeral.upper() not in NUMERALS or kind not in kinds:
        raise ValueError(f"{symbol!r} is not a chord symbol")
    root = NUMERALS[numeral.upper()] + {"": 0, "b": -1, "#": 1}[accidental]
    notes = tuple((tonic + root + interval) % 12 for interval in kinds[kind])
    bass = notes[0]
    if under == "t":
        bass = tonic
    elif under:
        bass = notes[{"3": 1, "5": 2, "7": 3}[under]]
    return Chord(symbol, notes, bass)


def scale_over(sounding: Chord, key: Key) -> frozenset[int]:
    """Notes a melody may use over a chord: the scale, bent where the chord contradicts it.

    A scale note a semitone away from a foreign chord note gives way to that note.
    """
    foreign = set(sounding.notes) - key.pitch_classes
    clash = {(note + step) % 12 for note in foreign for step in (-1, 1)}
    return frozenset((key.pitch_classes - (clash - set(sounding.notes))) | foreign)
