"""How a render ended."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jobs.elements import Problem
from jobs.states import Status
from jobs.wire import plain


@dataclass(frozen=True)
class Rendered:
    """How a render ended.

    Attributes:
      made, reused: How many parts were made now, and how many were there already.
      videos: Names of the finished videos in the folder, one for each variant.
    """

    id: str
    status: Status
    folder: Path
    made: int
    reused: int
    seconds: float
    problems: tuple[Problem, ...]
    videos: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The summary that `--json` prints."""
        videos = [str(self.folder / name) for name in self.videos]
        return {
            "id": self.id,
            "status": self.status.value,
            "video": videos[0] if videos else None,
            "videos": videos,
            "manifest": str(self.folder / "manifest.json") if self.status is Status.DONE else None,
            "made": self.made,
            "reused": self.reused,
            "seconds": round(self.seconds, 2),
            "problems": [plain(problem) for problem in self.problems],
        }
