"""The parts of runs: planned, how far they are, and how they ended."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, insert, select, update

from jobs.elements import Part, PartStatus, Run, Task
from jobs.stages import VERSIONS
from jobs.wire import plain
from storage.database import Database
from storage.journal import change, is_of
from storage.patience import patiently
from storage.tables import JOBS, PARTS


@dataclass(frozen=True)
class Parts:
    """Writes of whoever makes the parts of a run. They change nothing when it has lost its claim.

    Attributes:
      patience_s: How long a database that restarts is waited for.
    """

    database: Database
    patience_s: float = 60.0

    @patiently
    def plan(self, tasks: Iterable[tuple[Task, int]]) -> None:
        """Notes tasks as planned, each with its units; a repeated call changes nothing."""
        rows = [
            {
                "job_id": task.run.job_id,
                "generation": task.run.generation,
                "task_id": task.task_id,
                "stage": task.stage.value,
                "key": task.key,
                "status": "planned",
                "units_done": 0,
                "units": units,
                "seconds": 0.0,
                "problem": None,
                "version": VERSIONS[task.stage],
            }
            for task, units in tasks
        ]
        if not rows:
            return
        with self.database.begin() as connection:
            known = set(
                connection.scalars(
                    select(PARTS.c.task_id).where(
                        PARTS.c.job_id == rows[0]["job_id"],
                        PARTS.c.generation == rows[0]["generation"],
                    )
                )
            )
            fresh = [row for row in rows if row["task_id"] not in known]
            if fresh:
                connection.execute(insert(PARTS), fresh)

    @patiently
    def note(self, part: Part) -> None:
        """Notes how a task ended; nothing when its run has lost its claim meanwhile."""
        values: dict[str, Any] = {
            "status": part.status.value,
            "seconds": part.seconds,
            "problem": plain(part.problem) if part.problem else None,
            "key": part.key,
            "provider": part.provider or None,
            "model": part.model or None,
        }
        if part.is_made:
            values["units_done"] = PARTS.c.units
        told: dict[str, Any] = {
            "task": part.task_id, "stage": part.stage.value, "seconds": part.seconds,
        }  # fmt: skip
        if part.left:
            told["left"] = [plain(one) for one in part.left]
        if part.provider:
            told["provider"] = part.provider
        with self.database.begin() as connection:
            if part.left or part.status in (PartStatus.FAILED, PartStatus.DONE):
                if part.problem:
                    told["problem"] = part.problem.message
                row = change(
                    self.database, connection, is_of(part.run), {},
                    f"part_{part.status.value}", told,
                )  # fmt: skip
                if row is None:
                    return
            connection.execute(
                update(PARTS)
                .where(*_is_part(part.run, part.task_id), self._is_current(part.run))
                .values(values)
            )

    @patiently
    def note_progress(self, task: Task, units_done: int) -> None:
        """Notes how far a running task is; at most a few times a second."""
        with self.database.begin() as connection:
            connection.execute(
                update(PARTS)
                .where(
                    *_is_part(task.run, task.task_id),
                    PARTS.c.status.in_(("planned", "running")),
                    self._is_current(task.run),
                )
                .values(status="running", units_done=units_done)
            )

    def _is_current(self, run: Run) -> ColumnElement[bool]:
        return select(JOBS.c.id).where(*is_of(run)).exists()


def _is_part(run: Run, task_id: str) -> tuple[ColumnElement[bool], ...]:
    return (
        PARTS.c.job_id == run.job_id,
        PARTS.c.generation == run.generation,
        PARTS.c.task_id == task_id,
    )
