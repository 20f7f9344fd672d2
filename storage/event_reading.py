"""How several jobs stand at a moment: what open event streams watch."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import and_, case, func, select

from jobs.states import TERMINAL, Status
from storage.database import Database
from storage.tables import JOBS, PARTS

_MADE = ("done", "cached")


@dataclass(frozen=True)
class StageStanding:
    """How far a stage of a run is. Units are frames where something is rendered, else parts."""

    stage: str
    parts: int
    parts_done: int
    units: int
    units_done: int


@dataclass(frozen=True)
class Standing:
    """A job at a moment.

    Attributes:
      last_event: Number of its newest event.
    """

    status: Status
    generation: int
    last_event: int
    stages: tuple[StageStanding, ...]

    @property
    def has_ended(self) -> bool:
        return self.status in TERMINAL


@dataclass(frozen=True)
class EventReading:
    """Reads how jobs stand, many at once, for whoever may already see them."""

    database: Database

    def standings(self, job_ids: Collection[str]) -> dict[str, Standing]:
        """By id; jobs that nobody knows are left out."""
        made = PARTS.c.status.in_(_MADE)
        stages = (
            select(
                PARTS.c.job_id,
                PARTS.c.stage,
                func.count().label("parts"),
                func.sum(case((made, 1), else_=0)).label("parts_done"),
                func.sum(PARTS.c.units).label("units"),
                func.sum(PARTS.c.units_done).label("units_done"),
            )
            .join(JOBS, and_(JOBS.c.id == PARTS.c.job_id, JOBS.c.generation == PARTS.c.generation))
            .where(PARTS.c.job_id.in_(job_ids))
            .group_by(PARTS.c.job_id, PARTS.c.stage)
            .order_by(PARTS.c.job_id, PARTS.c.stage)
        )
        jobs = select(JOBS.c.id, JOBS.c.status, JOBS.c.generation, JOBS.c.events).where(
            JOBS.c.id.in_(job_ids)
        )
        found: dict[str, list[StageStanding]] = {}
        with self.database.reading() as connection:
            rows = connection.execute(jobs).all()
            for row in connection.execute(stages):
                standing = StageStanding(
                    row.stage, row.parts, row.parts_done, row.units, row.units_done
                )
                found.setdefault(row.job_id, []).append(standing)
        return {
            row.id: Standing(
                Status(row.status), row.generation, row.events, tuple(found.get(row.id, ()))
            )
            for row in rows
        }
