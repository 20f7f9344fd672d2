"""Who did what: a log that can be added to and read, never changed."""

from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection, insert, select

from storage.database import Database
from storage.tables import AUDIT_LOG

OPERATOR = "operator"  # who acts at the machine itself, without a key

# The closed list of what is noted. Values are public.
Action = Literal[
    "key.made",
    "key.rotated",
    "key.revoked",
    "job.submitted",
    "job.cancelled",
    "job.retried",
    "job.approved",
    "job.rolled_back",
    "reprocessing.begun",
    "reprocessing.cancelled",
    "dead_letter.replayed",
    "webhook.replayed",
    "webhook_secret.rotated",
    "spending.switched",
    "scope.refused",
]


@dataclass(frozen=True)
class AuditRow:
    """An entry. `at`: seconds since 1970 by the clock of the database.

    Attributes:
      actor: Id of an API key, or `operator`.
      target: Id of what was acted on.
    """

    id: int
    at: float
    actor: str
    action: str
    target: str
    data: dict[str, Any]


@dataclass(frozen=True)
class AuditLog:
    """The log of all tenants; the database itself refuses changes of what was noted."""

    database: Database

    def note(
        self,
        tenant: str,
        actor: str,
        action: Action,
        target: str,
        data: dict[str, Any],
        connection: Connection | None = None,
    ) -> None:
        """Adds an entry.

        Args:
          data: What else is worth knowing, in JSON types; never a secret.
          connection: A transaction the entry belongs to: both are kept, or neither.
        """
        own = self.database.begin() if connection is None else nullcontext(connection)
        with own as transaction:
            transaction.execute(
                insert(AUDIT_LOG).values(
                    at=self.database.now(),
                    tenant=tenant,
                    actor=actor,
                    action=action,
                    target=target,
                    data=data,
                )
            )

    def page(self, tenant: str, limit: int, before: int | None = None) -> tuple[AuditRow, ...]:
        """Entries of a tenant, newest first.

        Args:
          before: Id of the last entry already seen.
        """
        query = select(*(column for column in AUDIT_LOG.c if column.name != "tenant"))
        query = query.where(AUDIT_LOG.c.tenant == tenant)
        if before is not None:
            query = query.where(AUDIT_LOG.c.id < before)
        with self.database.reading() as connection:
            rows = connection.execute(query.order_by(AUDIT_LOG.c.id.desc()).limit(limit)).all()
        return tuple(AuditRow(**row._mapping) for row in rows)
