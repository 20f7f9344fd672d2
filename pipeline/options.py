"""Settings of the command and the workers, read from the environment here and nowhere else."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from jobs.errors import InvalidInput

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


@dataclass(frozen=True)
class Settings:
    """How this machine runs AIPROD.

    Attributes:
      data: `AIPROD_DATA`: embedded database, artefacts, scratch space.
      ffmpeg: `AIPROD_FFMPEG`: another FFmpeg than the one that came by pip.
      workers: `AIPROD_WORKERS`: tasks side by side; by default one per core this process may use.
      log_level: `LOG_LEVEL`.
    """

    data: Path
    ffmpeg: str | None
    workers: int
    log_level: str

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """Reads and checks the environment. Raises `InvalidInput` naming the variable."""
        workers = environment.get("AIPROD_WORKERS", "")
        if workers and not (workers.isascii() and workers.isdigit() and 1 <= int(workers) <= 64):
            raise InvalidInput(f"AIPROD_WORKERS is {workers!r}; give a number from 1 to 64")
        level = environment.get("LOG_LEVEL", "WARNING").upper()
        if level not in LOG_LEVELS:
            raise InvalidInput(f"LOG_LEVEL is {level!r}; give one of {', '.join(LOG_LEVELS)}")
        return cls(
            data=Path(environment.get("AIPROD_DATA") or "aiprod-data"),
            ffmpeg=environment.get("AIPROD_FFMPEG") or None,
            workers=int(workers) if workers else _cores(),
            log_level=level,
        )


def _cores() -> int:
    """Cores this process may use; all of them where nobody can tell, as on macOS."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
