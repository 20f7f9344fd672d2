"""The parts of a run with what was made for each."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jobs.elements import Part
from jobs.sharing import TaskIds
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

    def text(self, scene: int, narration: str | None) -> str | None:
        """What is spoken in a scene: as its recording says, else its narration."""
        facts = self.facts(f"voice/{scene:03}")
        return facts.get("text", narration) if facts else narration

    def of_variant(self, ids: TaskIds) -> "Takes":
        """Those that one variant uses: parts in the order of its own task ids, records by them.

        Args:
          ids: Task ids in the run by its own; of a job without variants there are none.
        """
        if not ids:
            return self
        parts = {part.task_id: part for part in self.parts}
        return Takes(
            tuple(parts[ids[own]] for own in sorted(ids) if ids[own] in parts),
            {own: self.records[there] for own, there in ids.items() if there in self.records},
        )
