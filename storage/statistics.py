"""How the service as a whole is doing, counted in the ledger."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sqlalchemy import Connection, Text, and_, case, cast, exists, func, or_, select

from jobs.elements import PartStatus
from jobs.stages import Stage
from jobs.states import WORKING, Status
from storage.calls import CallStatus
from storage.database import Database
from storage.intake import RENDER_QUEUE, SERVICE_QUEUE
from storage.spending import Spending
from storage.tables import (
    API_KEYS,
    CALLS,
    DEAD_LETTERS,
    JOB_EVENTS,
    JOBS,
    OUTBOX,
    PARTS,
    VIDEOS,
    WEBHOOK_DELIVERIES,
)

_WORKING = [status.value for status in WORKING]
_ENDED_PARTS = [status.value for status in PartStatus]
DAY_S = 86_400.0
IN_USE_S = 7 * DAY_S  # a key that nobody has used for longer may end unnoticed
MADE_TO_LAST_S = 30 * DAY_S  # one that was made for less ends as it was meant to
MOST_JOBS = 1000  # whose events are read: they have no index by time, and are more than all parts
MOST_TENANTS = 20  # that are named, so that their number does not grow with that of customers


@dataclass(frozen=True)
class Waiting:
    """Things in a line: how many, and for how long the first has waited, in seconds."""

    count: int = 0
    oldest_s: float = 0.0


@dataclass(frozen=True)
class Taken:
    """Parts that ended in one way: how many, and the seconds that all of them took together."""

    count: int
    seconds: float


@dataclass(frozen=True)
class Rendered:
    """What was rendered for videos that were delivered, without what had been made before.

    Attributes:
      video_s: Length of it when played.
      seconds: What its parts took, one by one; several are rendered at a time.
    """

    frames: int
    video_s: float
    seconds: float


@dataclass(frozen=True)
class Calls:
    """Calls of one provider that ended in one way, and what they cost."""

    count: int
    cost_usd: float


@dataclass(frozen=True)
class Current:
    """The service at this moment, all tenants together.

    Attributes:
      queues: Jobs that could be claimed, by queue; those put off are not among them.
      jobs: By status.
      stuck_jobs: Being worked on, but nobody has a live lease; the sweeper rings for them.
      webhooks: Deliveries, by status.
      failed_webhook_attempts: Of all deliveries.
      outbox: Rings that are to be published.
      dead_letters: That nobody has replayed.
      key_ends_s: Until the next key ends that is in use, was made to last and has no successor;
        None: none of them ends.
    """

    queues: Mapping[str, Waiting]
    jobs: Mapping[str, int]
    stuck_jobs: int
    webhooks: Mapping[str, int]
    failed_webhook_attempts: int
    outbox: Waiting
    dead_letters: int
    key_ends_s: float | None


@dataclass(frozen=True)
class Totals:
    """What was made since the ledger began, all tenants together.

    Attributes:
      parts: By stage and status: of a stage that ended once, all of them.
      videos, video_s: Delivered, and how long they play.
      calls: By provider and status: of a provider that was ever called, all of them.
      left: How often a provider was left and the next one asked, by provider and code of the
        reason: of jobs that were submitted within a day, the newest `MOST_JOBS`.
      spent_today_usd: By tenant, spent or reserved: of those that have spent most.
    """

    parts: Mapping[tuple[str, str], Taken]
    videos: int
    video_s: float
    rendered: Rendered
    calls: Mapping[tuple[str, str], Calls]
    left: Mapping[tuple[str, str], int]
    spent_today_usd: Mapping[str, float]


@dataclass(frozen=True)
class Statistics:
    """Counts what is in the ledger. Ages are by the clock of the database."""

    database: Database

    def current(self) -> Current:
        """What stands in lines now. Reads indexes, and the row of every delivery of a webhook."""
        with self.database.reading() as connection:
            webhooks, failed_attempts = _webhooks(connection)
            not_replayed = DEAD_LETTERS.c.attempts > 0  # since it was last sent again, if ever
            return Current(
                queues=self._queues(connection),
                jobs=_jobs(connection),
                stuck_jobs=self._stuck(connection),
                webhooks=webhooks,
                failed_webhook_attempts=failed_attempts,
                outbox=self._outbox(connection),
                dead_letters=connection.scalar(select(func.count()).where(not_replayed)) or 0,
                key_ends_s=self._key_ends_s(connection),
            )

    def totals(self) -> Totals:
        """What was made so far. Reads every part: with 3 million of them, it takes 1 to 2 s."""
        with self.database.reading() as connection:
            videos, video_s = connection.execute(
                select(func.count(), func.coalesce(func.sum(VIDEOS.c.duration_s), 0.0))
            ).one()
            return Totals(
                _parts(connection), videos, video_s, _rendered(connection), _calls(connection),
                self._left(connection),
                Spending(self.database).today_by_tenant(connection, MOST_TENANTS),
            )  # fmt: skip

    def _left(self, connection: Connection) -> Mapping[tuple[str, str], int]:
        newest = (
            select(JOBS.c.id)
            .where(JOBS.c.created_at > self.database.now() - DAY_S)
            .order_by(JOBS.c.created_at.desc())
            .limit(MOST_JOBS)
            .subquery()
        )
        events = connection.scalars(
            select(JOB_EVENTS.c.data)
            .join(newest, newest.c.id == JOB_EVENTS.c.job_id)
            .where(
                JOB_EVENTS.c.kind.startswith("part_"),
                cast(JOB_EVENTS.c.data, Text).contains('"left"'),
            )
        )
        found = Counter(
            (one["provider"], one["code"])
            for told in events
            for one in told.get("left", ())
            if "code" in one  # events of before an update may have none
        )
        return MappingProxyType(found)

    def _queues(self, connection: Connection) -> Mapping[str, Waiting]:
        now = self.database.now()
        # A job has waited since it was last written, as queued, or since it became due. When it
        # was created says less: a retried job is old.
        delay_until = func.coalesce(JOBS.c.not_before, 0.0)
        since = case((delay_until > JOBS.c.updated_at, delay_until), else_=JOBS.c.updated_at)
        rows = connection.execute(
            select(JOBS.c.queue, func.count(), now - func.min(since))
            .where(JOBS.c.status == Status.QUEUED.value, delay_until <= now)
            .group_by(JOBS.c.queue)
        )
        counted = {queue: Waiting(count, max(0.0, age_s)) for queue, count, age_s in rows}
        return MappingProxyType(dict.fromkeys((SERVICE_QUEUE, RENDER_QUEUE), Waiting()) | counted)

    def _stuck(self, connection: Connection) -> int:
        has_no_lease = or_(JOBS.c.lease_until.is_(None), JOBS.c.lease_until < self.database.now())
        query = select(func.count()).where(JOBS.c.status.in_(_WORKING), has_no_lease)
        return connection.scalar(query) or 0

    def _outbox(self, connection: Connection) -> Waiting:
        age_s = self.database.now() - func.min(OUTBOX.c.created_at)
        count, oldest_s = connection.execute(select(func.count(OUTBOX.c.id), age_s)).one()
        return Waiting(count, max(0.0, oldest_s or 0.0))

    def _key_ends_s(self, connection: Connection) -> float | None:
        now, key, successor = self.database.now(), API_KEYS.c, API_KEYS.alias()
        return connection.scalar(
            select(func.min(key.expires_at) - now).where(
                key.revoked_at.is_(None),
                key.expires_at > now,
                key.expires_at - key.created_at >= MADE_TO_LAST_S,
                key.last_used_at > now - IN_USE_S,
                ~exists().where(successor.c.rotated_from == key.id),
            )
        )


def _jobs(connection: Connection) -> Mapping[str, int]:
    rows = connection.execute(select(JOBS.c.status, func.count()).group_by(JOBS.c.status))
    counted = dict.fromkeys((status.value for status in Status), 0)
    for status, count in rows:
        counted[status] = count
    return MappingProxyType(counted)


def _parts(connection: Connection) -> Mapping[tuple[str, str], Taken]:
    rows = connection.execute(
        select(PARTS.c.stage, PARTS.c.status, func.count(), func.sum(PARTS.c.seconds))
        .where(PARTS.c.status.in_(_ENDED_PARTS))
        .group_by(PARTS.c.stage, PARTS.c.status)
    )
    found = {(stage, status): Taken(count, seconds) for stage, status, count, seconds in rows}
    # With what has not happened yet: a series that begins at 1 has not grown, for Prometheus.
    none = {(stage, status): Taken(0, 0.0) for stage, _ in found for status in _ENDED_PARTS}
    return MappingProxyType(none | found)


def _rendered(connection: Connection) -> Rendered:
    # Units of a render are frames.
    played_s = VIDEOS.c.duration_s * PARTS.c.units / VIDEOS.c.frames
    is_delivered = and_(
        VIDEOS.c.job_id == PARTS.c.job_id, VIDEOS.c.generation == PARTS.c.generation
    )
    frames, video_s, seconds = connection.execute(
        select(func.sum(PARTS.c.units), func.sum(played_s), func.sum(PARTS.c.seconds))
        .join_from(PARTS, VIDEOS, is_delivered)
        .where(
            PARTS.c.stage == Stage.RENDER.value,
            PARTS.c.status == PartStatus.DONE.value,
            VIDEOS.c.frames > 0,
        )
    ).one()
    return Rendered(frames or 0, video_s or 0.0, seconds or 0.0)


def _calls(connection: Connection) -> Mapping[tuple[str, str], Calls]:
    rows = connection.execute(
        select(CALLS.c.provider, CALLS.c.status, func.count(), func.sum(CALLS.c.cost_usd))
        .group_by(CALLS.c.provider, CALLS.c.status)
    )  # fmt: skip
    found = {(provider, status): Calls(count, cost) for provider, status, count, cost in rows}
    none = {
        (provider, status.value): Calls(0, 0.0) for provider, _ in found for status in CallStatus
    }
    return MappingProxyType(none | found)


def _webhooks(connection: Connection) -> tuple[Mapping[str, int], int]:
    table = WEBHOOK_DELIVERIES.c
    rows = connection.execute(
        select(table.status, func.count(), func.sum(table.attempts)).group_by(table.status)
    )
    counted, failed_attempts = {"pending": 0, "delivered": 0, "failed": 0}, 0
    for status, count, attempts in rows:
        counted[status] = count
        # The last attempt of what was delivered did not fail.
        failed_attempts += int(attempts) - (count if status == "delivered" else 0)
    return MappingProxyType(counted), failed_attempts
