"""The parts of a run with what was made for each."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jobs.elements import Part
from storage.artefacts import Record


@dataclass(frozen=True)
class Takes:
    """Parts of one wave, and the records of those that were made, by task id."""

    parts: tuple[Part, ...]
    records: Mapping[str, Record]

    def facts(self, task_id: str) -> dict[str, Any] | None:
        """Facts about what a task made, or None when it made nothing or was never planned."""
        record = self.records.get(task_id)
        return record.facts if record else None
