"""The parts of a run with what was made for each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jobs.elements import Ending, Gathered, Outcome, Part, PartList, PartStatus, Problem
from jobs.errors import ErrorCode
from jobs.wire import from_json
from storage.artefacts import Record
from transforms.job_step import RunEnded
from transforms.studio import Studio


@dataclass(frozen=True)
class Takes:
    """Parts of one wave, and the records of those that were made, by task id."""

    parts: tuple[Part, ...]
    records: Mapping[str, Record]

    def facts(self, task_id: str) -> dict[str, Any] | None:
        """Facts about what a task made, or None when it made nothing or was never planned."""
        record = self.records.get(task_id)
        return record.facts if record else None


def open_takes(gathered: Gathered, studio: Studio) -> Takes:
    """Finds what a wave made.

    Raises:
      RunEnded: The user has cancelled, or a required part failed.
    """
    parts = from_json(PartList, studio.blobs.read(gathered.parts) or b"").parts
    if any(part.status is PartStatus.CANCELLED for part in parts):
        raise RunEnded(Outcome(gathered.run, Ending.CANCELLED))
    failed = [part for part in parts if part.required and not part.is_made]
    if failed:
        problems = tuple(part.problem for part in failed if part.problem)
        raise RunEnded(Outcome(gathered.run, Ending.FAILED, problems[:20]))
    records = {}
    gone = []
    for part in parts:
        if not part.is_made:
            continue
        record = studio.artefacts.find(part.stage, part.key)
        if record:
            records[part.task_id] = record
        else:
            gone.append(part.task_id)
    if gone:
        problem = Problem(
            "gather", ErrorCode.INTERNAL, f"artefacts vanished: {', '.join(gone[:5])}", True
        )
        raise RunEnded(Outcome(gathered.run, Ending.FAILED, (problem,)))
    return Takes(parts, records)


def notes_of(parts: Sequence[Part]) -> tuple[Problem, ...]:
    """Why optional parts are missing."""
    return tuple(part.problem for part in parts if part.problem and not part.required)
