"""Forgetting what was made for a job, so that its next run makes it anew."""

from dataclasses import dataclass

from sqlalchemy import select

from jobs.stages import GENERATION, Stage
from jobs.states import TERMINAL
from storage.artefacts import Artefacts
from storage.database import Database
from storage.tables import JOBS, PARTS

_AFTER_GENERATION = (Stage.RENDER, Stage.MIX, Stage.FINISH)


@dataclass(frozen=True)
class Remake:
    """Forgets records of parts. Their media stays: videos that were delivered name it."""

    database: Database
    artefacts: Artefacts

    def forget(self, tenant: str, job_id: str, stage: Stage) -> int:
        """Forgets the parts of the newest run from a stage on; returns how many.

        Nothing of a job that is worked on, or that this tenant does not have.
        """
        stages = [one.value for one in _from(stage)]
        query = (
            select(PARTS.c.stage, PARTS.c.key)
            .join(JOBS, JOBS.c.id == PARTS.c.job_id)
            .where(
                JOBS.c.id == job_id,
                JOBS.c.tenant == tenant,
                JOBS.c.status.in_([status.value for status in TERMINAL]),
                PARTS.c.generation == JOBS.c.generation,
                PARTS.c.stage.in_(stages),
            )
        )
        with self.database.reading() as connection:
            rows = connection.execute(query).all()
        for row in rows:
            self.artefacts.forget(Stage(row.stage), row.key)
        return len(rows)


def _from(stage: Stage) -> tuple[Stage, ...]:
    """A stage and those that use what it makes; stages of one wave do not use each other."""
    if stage is Stage.SCRIPT:
        return (*GENERATION, *_AFTER_GENERATION)
    if stage in GENERATION:
        return (stage, *_AFTER_GENERATION)
    return (stage, Stage.FINISH)
