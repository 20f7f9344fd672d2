"""API keys: who may call, for which tenant, and what they may do."""

import hashlib
import hmac
import logging
import re
import secrets
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, insert, or_, select, tuple_, update

from jobs.errors import AiprodError, Conflict, InvalidInput
from storage.audit import OPERATOR, AuditLog
from storage.database import Database
from storage.short_memory import ShortMemory
from storage.tables import API_KEYS

LOG = logging.getLogger(__name__)
ADMIN = "admin"  # everything of the own tenant
OPERATOR_SCOPE = "operator"  # what concerns the whole service, all tenants together
SCOPES = ("jobs:read", "jobs:write", ADMIN, OPERATOR_SCOPE)
CACHED_S = 2.0  # every request looks its key up; a revoked one works no longer than this
CACHED_KEYS = 10_000  # about 5 MB
USE_NOTED_S = 60.0  # `last_used_at` is for people: a write per request would be for nobody

_FORM = re.compile(r"aip_([0-9a-f]{16})_([A-Za-z0-9_-]{43})")
_TENANT = re.compile(r"[a-z0-9][a-z0-9_-]{0,79}")
_LONGEST_NAME = 100
_NOBODY = "0" * 64  # what the secret of a key that is not there is compared with
_SHOWN = tuple(column for column in API_KEYS.c if column.name != "secret_hash")


@dataclass(frozen=True)
class Caller:
    """Whoever holds a key."""

    tenant: str
    key_id: str
    scopes: frozenset[str]

    def may(self, scope: str) -> bool:
        """Whether the key has the scope; `admin` implies the others of its tenant."""
        return scope in self.scopes or (ADMIN in self.scopes and scope != OPERATOR_SCOPE)


@dataclass(frozen=True)
class KeyRow:
    """What may be told of a key. Times are seconds since 1970 by the clock of the database."""

    id: str
    tenant: str
    name: str
    scopes: tuple[str, ...]
    created_at: float
    expires_at: float | None
    revoked_at: float | None
    last_used_at: float | None
    rotated_from: str | None

    @classmethod
    def of(cls, row: Row[Any]) -> "KeyRow":
        return cls(**{**row._mapping, "scopes": tuple(row.scopes)})


@dataclass(frozen=True)
class NewKey:
    """A key that has just been made.

    Attributes:
      secret: The text of the whole key. It is not stored and cannot be had again.
    """

    row: KeyRow
    secret: str = field(repr=False)

    @property
    def id(self) -> str:
        return self.row.id


@dataclass(frozen=True)
class ApiKeys:
    """Keys of all tenants. What changes one is noted in the audit log in the same transaction.

    Attributes:
      clock: Seconds that never go back.
    """

    database: Database
    clock: Callable[[], float] = time.monotonic
    _found: ShortMemory[Caller] = field(
        default_factory=lambda: ShortMemory(CACHED_KEYS), init=False, repr=False, compare=False
    )

    def make(
        self,
        tenant: str,
        name: str,
        scopes: Collection[str],
        expires_s: float | None = None,
        actor: str = OPERATOR,
    ) -> NewKey:
        """Makes a key.

        Args:
          expires_s: Seconds from now on that it works; None: until it is revoked.
          actor: Id of the key that asked for it.

        Raises:
          InvalidInput: No tenant, name or scope of ours.
        """
        if not _TENANT.fullmatch(tenant):
            raise InvalidInput("tenant: give 1 to 80 of a-z, 0-9, - and _, first a letter or digit")
        if not (1 <= len(name) <= _LONGEST_NAME and name.isprintable()):
            raise InvalidInput(f"name: give 1 to {_LONGEST_NAME} printable characters")
        if not scopes or not set(scopes) <= set(SCOPES):
            raise InvalidInput(f"scopes: give at least one of {', '.join(SCOPES)}")
        if expires_s is not None and not expires_s > 0:
            raise InvalidInput(f"expires_s: {expires_s:g} is not above 0")
        with self.database.begin() as connection:
            made = self._insert(connection, tenant, name, scopes, expires_s, None)
            note = {"name": name, "scopes": list(made.row.scopes), "expires_s": expires_s}
            audit = AuditLog(self.database)
            audit.note(tenant, actor, "key.made", made.id, note, connection)
        return made

    def find(self, text: str) -> Caller | None:
        """Whoever holds the key of this text.

        None for a key that is unknown, wrong, expired or revoked: after the same work, so that
        neither answer nor time tells which. An answer is at most `CACHED_S` seconds old.
        """
        form = _FORM.fullmatch(text)
        if form is None:
            return None
        digest = hashlib.sha256(text.encode()).digest()
        asked_at = self.clock()
        if (known := self._found.get(digest, asked_at)) is not None:
            return known
        key_id, secret = form.groups()
        query = select(API_KEYS, self.database.now().label("now")).where(API_KEYS.c.id == key_id)
        with self.database.reading() as connection:
            row = connection.execute(query).one_or_none()
        is_right = hmac.compare_digest(_hash(secret), row.secret_hash if row else _NOBODY)
        lasts_s = _lasts_s(row) if row else 0.0
        if row is None or not is_right or lasts_s <= 0:
            self._found.forget(digest)
            return None
        caller = Caller(row.tenant, row.id, frozenset(row.scopes))
        self._found.keep(digest, caller, asked_at + min(lasts_s, CACHED_S))
        self._note_use(row)
        return caller

    def knows(self, text: str) -> bool:
        """Whether this very text was found some time ago by this process. Asks no database."""
        return hashlib.sha256(text.encode("utf-8", "replace")).digest() in self._found

    def working(self, key_ids: Collection[str]) -> frozenset[str]:
        """Those of these keys that work now, as the database has it."""
        ends = API_KEYS.c.expires_at
        query = select(API_KEYS.c.id).where(
            API_KEYS.c.id.in_(key_ids),
            API_KEYS.c.revoked_at.is_(None),
            or_(ends.is_(None), ends > self.database.now()),
        )
        with self.database.reading() as connection:
            return frozenset(connection.scalars(query))

    def page(
        self, tenant: str, limit: int = 100, before: tuple[float, str] | None = None
    ) -> tuple[KeyRow, ...]:
        """Keys of a tenant, newest first, also those that no longer work.

        Args:
          before: `created_at` and id of the last key already seen.
        """
        query = select(*_SHOWN).where(API_KEYS.c.tenant == tenant)
        if before is not None:
            query = query.where(tuple_(API_KEYS.c.created_at, API_KEYS.c.id) < before)
        order = (API_KEYS.c.created_at.desc(), API_KEYS.c.id.desc())
        with self.database.reading() as connection:
            rows = connection.execute(query.order_by(*order).limit(limit)).all()
        return tuple(KeyRow.of(row) for row in rows)

    def get(self, tenant: str, key_id: str) -> KeyRow | None:
        """A key of a tenant, also one that no longer works."""
        query = select(*_SHOWN).where(API_KEYS.c.id == key_id, API_KEYS.c.tenant == tenant)
        with self.database.reading() as connection:
            row = connection.execute(query).one_or_none()
        return KeyRow.of(row) if row is not None else None

    def revoke(self, tenant: str, key_id: str, actor: str = OPERATOR) -> bool:
        """Ends a key for good, everywhere within `CACHED_S` seconds; again changes nothing.

        False: the tenant has no such key.
        """
        mine = (API_KEYS.c.id == key_id, API_KEYS.c.tenant == tenant)
        with self.database.begin() as connection:
            ended = connection.execute(
                update(API_KEYS)
                .where(*mine, API_KEYS.c.revoked_at.is_(None))
                .values(revoked_at=self.database.now())
            )
            if ended.rowcount:
                audit = AuditLog(self.database)
                audit.note(tenant, actor, "key.revoked", key_id, {}, connection)
                return True
            return connection.scalar(select(API_KEYS.c.id).where(*mine)) is not None

    def rotate(
        self, tenant: str, key_id: str, overlap_s: float, actor: str = OPERATOR
    ) -> NewKey | None:
        """Makes a key like this one, which ends in `overlap_s` seconds unless it does earlier.

        The new one lasts as long as the old one was made for. None: the tenant has no such key.

        Raises:
          Conflict: The key no longer works, or another one that works has replaced it.
        """
        now = self.database.now()
        mine = (API_KEYS.c.id == key_id, API_KEYS.c.tenant == tenant)
        with self.database.begin() as connection:
            old = connection.execute(
                select(API_KEYS, now.label("now")).where(*mine).with_for_update()
            ).one_or_none()
            if old is None:
                return None
            if _lasts_s(old) <= 0:
                raise Conflict(f"key {key_id} no longer works; make a new one instead")
            replaced_by = connection.scalar(
                select(API_KEYS.c.id).where(
                    API_KEYS.c.rotated_from == key_id, API_KEYS.c.revoked_at.is_(None)
                )
            )
            if replaced_by is not None:
                raise Conflict(f"key {key_id} has been replaced by {replaced_by}; rotate that one")
            connection.execute(
                update(API_KEYS)
                .where(*mine, or_(API_KEYS.c.expires_at.is_(None),
                                  API_KEYS.c.expires_at > now + overlap_s))
                .values(expires_at=now + overlap_s)
            )  # fmt: skip
            made_for_s = None if old.expires_at is None else old.expires_at - old.created_at
            made = self._insert(connection, tenant, old.name, old.scopes, made_for_s, key_id)
            note = {"into": made.id, "overlap_s": overlap_s}
            audit = AuditLog(self.database)
            audit.note(tenant, actor, "key.rotated", key_id, note, connection)
        return made

    def _insert(
        self,
        connection: Connection,
        tenant: str,
        name: str,
        scopes: Collection[str],
        expires_s: float | None,
        rotated_from: str | None,
    ) -> NewKey:
        key_id, secret = secrets.token_hex(8), secrets.token_urlsafe(32)
        now = self.database.now()
        row = connection.execute(
            insert(API_KEYS)
            .values(
                id=key_id,
                tenant=tenant,
                name=name,
                secret_hash=_hash(secret),
                scopes=[scope for scope in SCOPES if scope in scopes],
                created_at=now,
                expires_at=None if expires_s is None else now + expires_s,
                rotated_from=rotated_from,
            )
            .returning(*_SHOWN)
        ).one()
        return NewKey(KeyRow.of(row), f"aip_{key_id}_{secret}")

    def _note_use(self, row: Row[Any]) -> None:
        if row.last_used_at is not None and row.now - row.last_used_at < USE_NOTED_S:
            return
        now = self.database.now()
        used = API_KEYS.c.last_used_at
        try:
            with self.database.begin() as connection:
                connection.execute(
                    update(API_KEYS)
                    .where(API_KEYS.c.id == row.id, or_(used.is_(None), used < now - USE_NOTED_S))
                    .values(last_used_at=now)
                )
        except AiprodError as error:  # a full disk must not shut out those who only read
            LOG.warning("the use of key %s was not noted: %s", row.id, error.message)


def _hash(secret: str) -> str:
    # Fast on purpose: 256 random bits cannot be guessed; slow hashes are for what people choose.
    return hashlib.sha256(secret.encode()).hexdigest()


def _lasts_s(row: Row[Any]) -> float:
    if row.revoked_at is not None:
        return 0.0
    return float("inf") if row.expires_at is None else float(row.expires_at - row.now)
