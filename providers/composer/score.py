"""The written music: notes on tracks, in sections of whole bars. Times are beats."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Note:
    """One note of one track.

    Attributes:
      start: Beat within the section, a quarter note each, at least 0.
      beats: Length until it is let go.
      pitch: MIDI pitch; for percussion, the name of the piece is the track's instrument and the
        pitch is 0.
      velocity: 0 to 1, how hard it is played.
      late_s: Played this much after its beat, in seconds; a strummed chord spreads, people differ.
    """

    start: float
    beats: float
    pitch: int
    velocity: float
    late_s: float = 0.0


@dataclass(frozen=True)
class Part:
    """What one track plays in one section.

    Attributes:
      role: `lead`, `colour`, `comp`, `pad`, `bass`, or `drums`.
      instrument: A name the instruments know.
      notes: In any order.
    """

    role: str
    instrument: str
    notes: tuple[Note, ...]


@dataclass(frozen=True)
class Passage:
    """A section as written; its last notes may ring on after its bars.

    Attributes:
      name: `intro`, `a` to `f`, `turn`, `link`, `ending`.
      bars: Whole bars. The final chord of the ending starts right after them.
      parts: The tracks that play.
    """

    name: str
    bars: int
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Score:
    """All passages of a piece.

    Attributes:
      tempo_bpm: Quarter notes per minute.
      beats_per_bar: 3 or 4.
      room: Where it sounds, a name in `room.ROOMS`.
      passages: Intro first, ending last.
    """

    tempo_bpm: float
    beats_per_bar: int
    room: str
    passages: tuple[Passage, ...]
