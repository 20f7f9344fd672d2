"""Messages that are no jobs, kept for the operator."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, and_, or_, select, update
from sqlalchemy.dialects.postgresql import insert as insert_on_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_on_sqlite

from jobs.crash_points import crash_point
from jobs.elements import LETTER_BYTES, DeadLetter
from jobs.errors import Conflict
from jobs.wire import sha256
from storage.audit import OPERATOR, AuditLog
from storage.database import Database
from storage.journal import ring
from storage.tables import DEAD_LETTERS


@dataclass(frozen=True)
class DeadLetterRow:
    """A dead letter as the ledger has it. Times are seconds since 1970 by the database's clock.

    Attributes:
      id: SHA-256 of the message as it came.
      message: As much of it as is kept, as text.
      attempts: How often the message came, since it was last sent again.
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

    @property
    def is_whole(self) -> bool:
        """Whether the text is the message itself: not cut, and nothing in it written out."""
        return sha256(self.message.encode()) == self.id


@dataclass(frozen=True)
class DeadLetters:
    """What could not be decoded or admitted."""

    database: Database

    def record(self, letter: DeadLetter) -> DeadLetterRow:
        """Keeps a letter; a message that comes again is counted.

        Raises:
          LedgerUnavailable: The database does not answer, or refuses.
        """
        # PostgreSQL takes no NUL in text.
        message = letter.message.replace("\x00", "\\x00")
        reason = letter.reason.replace("\x00", "\\x00")
        now = self.database.now()
        make = insert_on_sqlite if self.database.is_sqlite else insert_on_postgresql
        with self.database.begin() as connection:
            row = connection.execute(
                make(DEAD_LETTERS)
                .values(
                    id=letter.sha256, stage=letter.stage, reason=reason, message=message,
                    attempts=1, first_at=now, last_at=now,
                )
                .on_conflict_do_update(
                    index_elements=["id"],
                    set_={
                        "stage": letter.stage, "reason": reason,
                        "attempts": DEAD_LETTERS.c.attempts + 1, "last_at": now,
                    },
                )
                .returning(*DEAD_LETTERS.c)
            ).one()  # fmt: skip
        return _row(row)

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

    def replay(self, letter_id: str, tenant: str, actor: str = OPERATOR) -> DeadLetterRow | None:
        """Hands a message to the outbox, to be published once more. None: no such letter.

        The mark, the entry of the audit log and the message are one transaction. A letter that has
        not come back since it was last sent again stays as it is, and nothing is sent.

        Args:
          tenant, actor: Of the key that asks, for the audit log.

        Raises:
          Conflict: The message is not kept as it came, so that another one would be sent.
        """
        table = DEAD_LETTERS
        with self.database.begin() as connection:
            found = connection.execute(
                select(table).where(table.c.id == letter_id).with_for_update()
            ).one_or_none()
            if found is None:
                return None
            letter = _row(found)
            _check_sendable(letter)
            if not letter.attempts:
                return letter
            row = connection.execute(
                update(table)
                .where(table.c.id == letter_id)
                .values(attempts=0, replayed_at=self.database.now())
                .returning(*table.c)
            ).one()
            ring(self.database, connection, letter_id, letter.message.encode())
            audit = AuditLog(self.database)
            audit.note(tenant, actor, "dead_letter.replayed", letter_id, {}, connection)
            crash_point("replay.before_commit")
        crash_point("replay.after_commit")
        return _row(row)


def _check_sendable(letter: DeadLetterRow) -> None:
    if not letter.message:
        raise Conflict(f"dead letter {letter.id} is empty: Pub/Sub takes no such message")
    if not letter.is_whole:
        raise Conflict(
            f"dead letter {letter.id} is not kept as it came: it was longer than the "
            f"{LETTER_BYTES:,} bytes that are kept, or no text; have its sender send it again"
        )


def _row(row: Row[Any]) -> DeadLetterRow:
    return DeadLetterRow(**row._mapping)
