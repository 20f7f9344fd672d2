"""Who may take one of the places that a provider's plan has, in all workers together."""

from dataclasses import dataclass

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert as insert_on_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_on_sqlite

from jobs.elements import Run
from storage.database import Database
from storage.reruns import BATCH_QUEUE
from storage.tables import JOBS, RATE_BUCKETS

SHARE = 4  # of so many places one is kept free for jobs that somebody waits for
SILENT_S = 3.0  # who waits asks twice a second; who has been silent for that long has gone
PATIENT_S = 900.0  # a batch that has stepped back for that long does so no more


@dataclass(frozen=True)
class Places:
    """Places of plans. Called within the transaction of a call, under the lock of its provider."""

    database: Database

    def is_free(
        self,
        connection: Connection,
        run: Run,
        provider: str,
        most: int,
        taken: int,
        waited_s: float,
    ) -> bool:
        """Whether a run may take a place now.

        A run of a batch steps back: it leaves a quarter of the places, at least one, to others,
        unless there is but one; and it takes none while somebody else waits.

        Args:
          most: Places that there are.
          taken: Calls that are under way.
          waited_s: How long this call has been asking for one.
        """
        if self._is_batch(connection, run) and waited_s < PATIENT_S:
            left_free = max(1, most // SHARE) if most > 1 else 0
            return taken < most - left_free and not self._is_awaited(connection, provider)
        if taken < most:
            return True
        self._note_waiting(connection, provider)
        return False

    def _is_batch(self, connection: Connection, run: Run) -> bool:
        return connection.scalar(select(JOBS.c.queue).where(JOBS.c.id == run.job_id)) == BATCH_QUEUE

    def _is_awaited(self, connection: Connection, provider: str) -> bool:
        last = select(RATE_BUCKETS.c.name).where(
            RATE_BUCKETS.c.name == _waiting(provider),
            RATE_BUCKETS.c.filled_at > self.database.now() - SILENT_S,
        )
        return connection.scalar(last) is not None

    def _note_waiting(self, connection: Connection, provider: str) -> None:
        """Empties a bucket beside those of rate limits: while it has not filled, somebody waits."""
        make = insert_on_sqlite if self.database.is_sqlite else insert_on_postgresql
        row = make(RATE_BUCKETS).values(
            name=_waiting(provider), tokens=0.0, filled_at=self.database.now()
        )
        connection.execute(
            row.on_conflict_do_update(
                index_elements=["name"], set_={"filled_at": row.excluded.filled_at}
            )
        )


def _waiting(provider: str) -> str:
    return f"waiting:{provider}"
