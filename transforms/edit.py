"""The edit: everything decided about a video before it is rendered."""

from dataclasses import dataclass, field
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
      variant: Name of the variant that this is the edit of; empty without variants.
      tasks: Ids in the run of all tasks that it uses, by its own; empty without variants, where
        they are the same.
      others: Blob names of the edits of the other variants, in order. The first has them.
    """

    document: str
    frame_rate: tuple[int, int]
    frames: int
    samples: int
    scenes: tuple[EditScene, ...]
    chunks: tuple[EditChunk, ...]
    parts: tuple[Part, ...]
    notes: tuple[Problem, ...]
    variant: str = ""
    tasks: dict[str, str] = field(default_factory=dict, hash=False)
    others: tuple[str, ...] = ()

    @property
    def rate(self) -> Fraction:
        return Fraction(*self.frame_rate)
