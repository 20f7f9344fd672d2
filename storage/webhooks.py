"""Webhooks that are to be sent, what became of them, and the secrets that sign them."""

import base64
import json
import secrets
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, String, and_, case, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as insert_on_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_on_sqlite
from sqlalchemy.sql.expression import ColumnElement, Subquery

from storage.audit import OPERATOR, AuditLog
from storage.database import Database
from storage.tables import WEBHOOK_DELIVERIES, WEBHOOK_SECRETS

SECRET_BYTES = 32
LIVE_SECRETS = 2  # the new one and the one before: receivers change theirs in between
PER_HOST = 2  # sent to one host at once for one tenant
PER_TENANT = 8  # sent for one tenant at once


@dataclass(frozen=True)
class Delivery:
    """A webhook, with what came of each attempt to send it.

    Attributes:
      id: The `webhook-id`: the same in every attempt.
      status: `pending`, `delivered` or `failed`.
      log: Per attempt: `at` (seconds since 1970), `status` (HTTP) or `error`, `ms`.
      due_at: When it is sent next; None when it is not.
      taken_until: Until when it is whose who took it; the proof that an attempt is still theirs.
    """

    id: str
    tenant: str
    job_id: str
    generation: int
    kind: str
    url: str
    payload: str
    status: str
    attempts: int
    log: tuple[dict[str, Any], ...]
    due_at: float | None
    taken_until: float | None
    created_at: float

    @classmethod
    def of(cls, row: Row[Any]) -> "Delivery":
        return cls(
            row.id, row.tenant, row.job_id, row.generation, row.kind, row.url, row.payload,
            row.status, row.attempts, tuple(row.log), row.due_at, row.taken_until, row.created_at,
        )  # fmt: skip


@dataclass(frozen=True)
class Webhooks:
    """All reads and writes of webhooks."""

    database: Database

    def announce(
        self,
        connection: Connection,
        *,
        tenant: str,
        job_id: str,
        generation: int,
        kind: str,
        url: str,
        payload: dict[str, Any],
        message_id: str,
    ) -> None:
        """Queues a webhook, inside the transaction that makes it true."""
        # Imported when somebody is to be called: it loads an HTTP client.
        from storage.receivers import receiver_address

        connection.execute(
            insert(WEBHOOK_DELIVERIES).values(
                id=message_id,
                tenant=tenant,
                job_id=job_id,
                generation=generation,
                kind=kind,
                url=receiver_address(url),
                payload=json.dumps(payload, ensure_ascii=False, separators=(",", ":")),
                status="pending",
                attempts=0,
                log=[],
                due_at=self.database.now(),
                created_at=self.database.now(),
            )
        )

    def take_due(self, limit: int, lease_s: float) -> tuple[Delivery, ...]:
        """Webhooks to send now; no other sender gets them for `lease_s` seconds.

        At most `PER_TENANT` of a tenant are under way, at most `PER_HOST` of those to one host, and
        every tenant and each of its hosts gets its first before any gets its second. So a slow
        receiver delays nobody else, and neither does a tenant with as many slow ones as it has
        names. (Senders that take at the very same moment may each reach those numbers.)
        """
        table, turns, now = WEBHOOK_DELIVERIES, self._turns(), self.database.now()
        due = (
            select(turns.c.id)
            .where(turns.c.waits == 1, turns.c.turn <= PER_TENANT)
            .order_by(turns.c.turn, turns.c.due_at)
            .limit(limit)
        )
        with self.database.begin() as connection:
            # Two statements: joined to its own numbers, the table takes time by its square.
            chosen = connection.scalars(due).all()
            free = (
                select(table.c.id)
                .where(table.c.id.in_(chosen), table.c.due_at <= now, *self._waiting())
                .with_for_update(skip_locked=True)
            )
            rows = connection.execute(
                update(table)
                .where(table.c.id.in_(connection.scalars(free).all()))
                .values(taken_until=now + lease_s)
                .returning(*table.c)
            ).all()
        return tuple(Delivery.of(row) for row in rows)

    def note_attempt(
        self, delivery: Delivery, entry: dict[str, Any], status: str, after_s: float | None
    ) -> None:
        """Notes what came of an attempt; `after_s`: when to try again, in seconds from now.

        When the webhook was taken by somebody else meanwhile, or is to be sent anew, the attempt
        is only logged: what becomes of the webhook is no longer for this sender to say.
        """
        table = WEBHOOK_DELIVERIES
        with self.database.begin() as connection:
            row = connection.execute(
                select(table.c.log, table.c.taken_until)
                .where(table.c.id == delivery.id)
                .with_for_update()
            ).one()
            values: dict[str, Any] = {"log": [*row.log, entry]}
            if row.taken_until == delivery.taken_until:
                values |= {
                    "status": status,
                    "attempts": delivery.attempts + 1,
                    "due_at": None if after_s is None else self.database.now() + after_s,
                    "taken_until": None,
                }
            connection.execute(update(table).where(table.c.id == delivery.id).values(values))

    def next_due_s(self) -> float | None:
        """Seconds until `take_due` may find something, at least 0; None when nothing waits.

        What waits for its host or tenant is left out: it becomes due when an attempt ends.
        """
        table, turns, now = WEBHOOK_DELIVERIES, self._turns(), self.database.now()
        due = select(turns.c.id).where(turns.c.waits == 1, turns.c.turn <= PER_TENANT).limit(1)
        at = case((table.c.taken_until > now, table.c.taken_until), else_=table.c.due_at)
        later = select(func.min(at) - now).where(table.c.status == "pending", at > now)
        with self.database.reading() as connection:
            if connection.scalar(due) is not None:
                return 0.0
            left = connection.scalar(later)
        return None if left is None else max(0.0, left)

    def deliveries(self, tenant: str, job_id: str) -> tuple[Delivery, ...]:
        """The webhooks about a job, oldest first."""
        table = WEBHOOK_DELIVERIES
        with self.database.reading() as connection:
            rows = connection.execute(
                select(table)
                .where(table.c.tenant == tenant, table.c.job_id == job_id)
                .order_by(table.c.created_at, table.c.id)
            ).all()
        return tuple(Delivery.of(row) for row in rows)

    def replay(self, tenant: str, delivery_id: str, actor: str = OPERATOR) -> bool:
        """Sends a webhook again under the same id; false when there is none of that id.

        One that is yet to be attempted stays as it is.

        Args:
          actor: Id of the key that asks, for the audit log.
        """
        table = WEBHOOK_DELIVERIES
        mine = (table.c.id == delivery_id, table.c.tenant == tenant)
        was_tried = or_(
            table.c.status != "pending", table.c.attempts > 0, table.c.taken_until.is_not(None)
        )
        with self.database.begin() as connection:
            changed = connection.execute(
                update(table)
                .where(*mine, was_tried)
                .values(status="pending", attempts=0, due_at=self.database.now(), taken_until=None)
            )
            if changed.rowcount:
                audit = AuditLog(self.database)
                audit.note(tenant, actor, "webhook.replayed", delivery_id, {}, connection)
                return True
            return connection.scalar(select(table.c.id).where(*mine)) is not None

    def secrets(self, tenant: str) -> tuple[str, ...]:
        """The secrets that sign for a tenant, newest first; the first is made when needed."""
        query = select(WEBHOOK_SECRETS.c.secrets).where(WEBHOOK_SECRETS.c.tenant == tenant)
        with self.database.reading() as connection:
            found = connection.scalar(query)
        if found:
            return tuple(found)
        with self.database.begin() as connection:
            return self._locked_secrets(connection, tenant)

    def secrets_made(self, tenant: str) -> tuple[int, float | None]:
        """How many secrets sign for a tenant, and when the newest was made."""
        table = WEBHOOK_SECRETS
        with self.database.reading() as connection:
            row = connection.execute(
                select(table.c.secrets, table.c.updated_at).where(table.c.tenant == tenant)
            ).one_or_none()
        return (len(row.secrets), row.updated_at) if row is not None else (0, None)

    def rotate_secret(self, tenant: str, actor: str = OPERATOR) -> str:
        """A new secret; the one before signs, too, until the next rotation.

        Args:
          actor: Id of the key that asks, for the audit log.
        """
        made = _new_secret()
        with self.database.begin() as connection:
            before = self._locked_secrets(connection, tenant)
            connection.execute(
                update(WEBHOOK_SECRETS)
                .where(WEBHOOK_SECRETS.c.tenant == tenant)
                .values(secrets=[made, *before][:LIVE_SECRETS], updated_at=self.database.now())
            )
            audit = AuditLog(self.database)
            audit.note(tenant, actor, "webhook_secret.rotated", tenant, {}, connection)
        return made

    def _locked_secrets(self, connection: Connection, tenant: str) -> tuple[str, ...]:
        # Of several who need the first one at once, one makes it and the others find it.
        insert_one = insert_on_sqlite if self.database.is_sqlite else insert_on_postgresql
        connection.execute(
            insert_one(WEBHOOK_SECRETS)
            .values(tenant=tenant, secrets=[_new_secret()], updated_at=self.database.now())
            .on_conflict_do_nothing()
        )
        table = WEBHOOK_SECRETS
        found = connection.scalar(
            select(table.c.secrets).where(table.c.tenant == tenant).with_for_update()
        )
        return tuple(found or ())

    def _waiting(self) -> tuple[ColumnElement[bool], ...]:
        table = WEBHOOK_DELIVERIES
        is_free = or_(table.c.taken_until.is_(None), table.c.taken_until <= self.database.now())
        return table.c.status == "pending", is_free

    def _turns(self) -> Subquery:
        """What is under way or due, numbered per tenant: first what is under way, then the first of
        each host, by age. What waits for its host has no number. `waits`: 0 for what is under way.
        """
        table, now = WEBHOOK_DELIVERIES, self.database.now()
        is_taken = and_(table.c.taken_until.is_not(None), table.c.taken_until > now)
        waits = case((is_taken, 0), else_=1)
        of_host = func.row_number().over(
            partition_by=(table.c.tenant, self._host()), order_by=(waits, table.c.due_at)
        )
        hosts = (
            select(
                table.c.id,
                table.c.tenant,
                table.c.due_at,
                waits.label("waits"),
                of_host.label("of_host"),
            )
            .where(table.c.status == "pending", or_(is_taken, table.c.due_at <= now))
            .subquery()
        )
        turn = func.row_number().over(
            partition_by=hosts.c.tenant, order_by=(hosts.c.waits, hosts.c.of_host, hosts.c.due_at)
        )
        return (
            select(hosts.c.id, hosts.c.due_at, hosts.c.waits, turn.label("turn"))
            .where(hosts.c.of_host <= PER_HOST)
            .subquery()
        )

    def _host(self) -> ColumnElement[str]:
        """Host and port of the url."""
        position = func.instr if self.database.is_sqlite else func.strpos
        url = WEBHOOK_DELIVERIES.c.url
        rest = func.substr(url, position(url, "//") + 2, type_=String)
        for end in "?#":
            rest = func.replace(rest, end, "/", type_=String)
        return func.substr(rest, 1, position(rest + "/", "/") - 1, type_=String)


def _new_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()
