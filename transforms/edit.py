"""The edit: everything decided about a video before it is rendered."""

from dataclasses import dataclass
from fractions import Fraction

from jobs.elements import Part, Problem
from media.cues import Cue


@dataclass(frozen=True)
class EditScene:
    """One scene in the edit; frames of the whole video.

    Attributes:
      words: The spoken words with their frames, for the manifest.
    """

    start: int
    end: int
    narration: str
    cues: tuple[Cue, ...]


@dataclass(frozen=True)
class EditChunk:
    """A chunk: its task id, its scenes and its number of frames."""

    task_id: str
    first_scene: int
    last_scene: int
    frames: int


@dataclass(frozen=True)
class Edit:
    """What FinishVideo needs to know. Stored as a blob.

    Attributes:
      document: Blob name of the job document with its scenes.
      parts: The generated parts, for the manifest.
      notes: Optional things that are missing, and why.
    """

    document: str
    frame_rate: tuple[int, int]
    frames: int
    samples: int
    scenes: tuple[EditScene, ...]
    chunks: tuple[EditChunk, ...]
    parts: tuple[Part, ...]
    notes: tuple[Problem, ...]

    @property
    def rate(self) -> Fraction:
        return Fraction(*self.frame_rate)
