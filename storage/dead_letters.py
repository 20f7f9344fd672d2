"""Messages that are no jobs, kept for the operator."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, and_, or_, select, update
from sqlalchemy.dialects.postgresql import insert as insert_on_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_on_sqlite

from jobs.elements import DeadLetter
from jobs.wire import sha256
from storage.database import Database
from storage.tables import DEAD_LETTERS


@dataclass(frozen=True)
class DeadLetterRow:
    """A dead letter as the ledger has it. Times are seconds since 1970 by the database's clock.

    Attributes:
      id: SHA-256 of the message as text.
      attempts: How often the message came, since it was last replayed.
      replayed_at: When an operator last sent it again.
    """

    id: str
    stage: str
    reason: str
    message: str
    attempts: int
    first_at: float
    last_at: float
    replayed_at: float | None


@dataclass(frozen=True)
class DeadLetters:
    """What could not be decoded or admitted."""

    database: Database

    def record(self, letter: DeadLetter) -> str:
        """Keeps a letter and returns its id; a message that comes again is counted.

        Raises:
          LedgerUnavailable: The database does not answer, or refuses.
        """
        # PostgreSQL takes no NUL in text.
        message = letter.message.replace("\x00", "\\x00")
        reason = letter.reason.replace("\x00", "\\x00")
        letter_id, now = sha256(message.encode()), self.database.now()
        make = insert_on_sqlite if self.database.is_sqlite else insert_on_postgresql
        with self.database.begin() as connection:
            connection.execute(
                make(DEAD_LETTERS)
                .values(
                    id=letter_id, stage=letter.stage, reason=reason, message=message,
                    attempts=1, first_at=now, last_at=now,
                )
                .on_conflict_do_update(
                    index_elements=["id"],
                    set_={
                        "stage": letter.stage, "reason": reason,
                        "attempts": DEAD_LETTERS.c.attempts + 1, "last_at": now,
                    },
                )
            )  # fmt: skip
        return letter_id

    def page(
        self, limit: int, before: tuple[float, str] | None = None
    ) -> tuple[DeadLetterRow, ...]:
        """The letters that came last, newest first.

        Args:
          before: `(last_at, id)` of the last one seen.
        """
        last_at, letter_id = DEAD_LETTERS.c.last_at, DEAD_LETTERS.c.id
        wanted = select(DEAD_LETTERS).order_by(last_at.desc(), letter_id.desc()).limit(limit)
        if before is not None:
            older = and_(last_at == before[0], letter_id < before[1])
            wanted = wanted.where(or_(last_at < before[0], older))
        with self.database.reading() as connection:
            return tuple(_row(row) for row in connection.execute(wanted))

    def get(self, letter_id: str) -> DeadLetterRow | None:
        """The letter of this id."""
        with self.database.reading() as connection:
            row = connection.execute(
                select(DEAD_LETTERS).where(DEAD_LETTERS.c.id == letter_id)
            ).one_or_none()
        return _row(row) if row is not None else None

    def mark_replayed(self, letter_id: str) -> bool:
        """Notes that a letter was sent again, and counts its attempts anew; false: no such."""
        with self.database.begin() as connection:
            marked = connection.execute(
                update(DEAD_LETTERS)
                .where(DEAD_LETTERS.c.id == letter_id)
                .values(attempts=0, replayed_at=self.database.now())
            )
        return bool(marked.rowcount)


def _row(row: Row[Any]) -> DeadLetterRow:
    return DeadLetterRow(**row._mapping)
