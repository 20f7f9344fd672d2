"""Rate limits that hold for all processes together: token buckets in the database."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, Connection, case, select
from sqlalchemy.dialects.postgresql import insert as insert_on_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_on_sqlite

from storage.database import Database
from storage.local_buckets import LocalBuckets
from storage.tables import RATE_BUCKETS

AHEAD_S = 0.25  # a process takes tokens for this long at once: about 4 statements per second
MOST_PURSES = 10_000
SHORTEST_WAIT_S = 0.001  # 0.0 means taken


@dataclass
class _Purse:
    """Tokens of one bucket that this process has taken and not spent."""

    held: int = 0
    refused_until: float = 0.0  # the bucket cannot have filled before
    is_filling: bool = False


@dataclass(frozen=True)
class RateLimits:
    """Token buckets by name. A bucket is full when it is first seen.

    Attributes:
      clock: Seconds that never go back.
      here: Buckets of this process alone.
    """

    database: Database
    clock: Callable[[], float] = time.monotonic
    here: LocalBuckets = field(default_factory=LocalBuckets, init=False, compare=False)
    _lock: threading.Lock = field(
        default_factory=threading.Lock, init=False, repr=False, compare=False
    )
    _purses: OrderedDict[str, _Purse] = field(
        default_factory=OrderedDict, init=False, repr=False, compare=False
    )

    def take(self, bucket: str, cost: float, per_s: float, burst: float) -> float:
        """Takes `cost` tokens, at most `burst`; returns 0.0, or the seconds until there are enough.

        One statement: however many processes take, none gets a token that another one has.
        """
        with self.database.begin() as connection:
            if self._take(connection, bucket, cost, per_s, burst):
                return 0.0
            return self._wait_s(connection, bucket, cost, per_s, burst)

    def spend(self, bucket: str, per_minute: int) -> float:
        """Takes one token of a bucket that holds `per_minute` and fills within a minute.

        Like `take`, with the database asked less often: the process takes tokens for `AHEAD_S`
        seconds at once and, once refused, does not ask before the bucket can have filled. It
        never holds more than those tokens, so that after a quiet time so many more than
        `per_minute` can be spent at once.
        """
        per_s, burst = per_minute / 60, float(per_minute)
        ahead = max(1, int(per_s * AHEAD_S))
        with self._lock:
            purse = self._purse(bucket)
            if purse.held:
                purse.held -= 1
                return 0.0
            now = self.clock()
            if now < purse.refused_until:
                return purse.refused_until - now
            # Threads that come while one is at the database take for themselves alone.
            count = 1 if purse.is_filling else ahead
            purse.is_filling = purse.is_filling or count > 1
        wait_s, taken = 0.0, 0
        try:
            wait_s, taken = self._take_some(bucket, count, per_s, burst)
        finally:
            with self._lock:
                purse.held += max(0, taken - 1)
                purse.refused_until = now + wait_s
                if count > 1:
                    purse.is_filling = False
        return wait_s

    def _take_some(self, bucket: str, count: int, per_s: float, burst: float) -> tuple[float, int]:
        with self.database.begin() as connection:
            for cost in sorted({count, 1}, reverse=True):
                if self._take(connection, bucket, cost, per_s, burst):
                    return 0.0, cost
            return self._wait_s(connection, bucket, 1, per_s, burst), 0

    def _purse(self, bucket: str) -> _Purse:
        purse = self._purses.setdefault(bucket, _Purse())
        self._purses.move_to_end(bucket)
        if len(self._purses) > MOST_PURSES:
            self._purses.popitem(last=False)
        return purse

    def _take(
        self, connection: Connection, bucket: str, cost: float, per_s: float, burst: float
    ) -> bool:
        make = insert_on_sqlite if self.database.is_sqlite else insert_on_postgresql
        row = make(RATE_BUCKETS).values(
            name=bucket, tokens=burst - cost, filled_at=self.database.now()
        )
        # The time of the row that was to be inserted, read once: were the clock read twice here,
        # the moments between would be lost, or counted twice.
        now, filled_at = row.excluded.filled_at, RATE_BUCKETS.c.filled_at
        level = _level(now, per_s, burst)
        statement = row.on_conflict_do_update(
            index_elements=["name"],
            set_={
                "tokens": level - cost,
                "filled_at": case((now > filled_at, now), else_=filled_at),
            },
            where=level >= cost,
        ).returning(RATE_BUCKETS.c.name)
        return connection.execute(statement).one_or_none() is not None

    def _wait_s(
        self, connection: Connection, bucket: str, cost: float, per_s: float, burst: float
    ) -> float:
        level = connection.scalar(
            select(_level(self.database.now(), per_s, burst)).where(RATE_BUCKETS.c.name == bucket)
        )
        return max(SHORTEST_WAIT_S, (cost - float(level or 0.0)) / per_s)


def _level(now: ColumnElement[float], per_s: float, burst: float) -> ColumnElement[float]:
    # By CASE: the databases name the smaller of two numbers differently.
    tokens, filled_at = RATE_BUCKETS.c.tokens, RATE_BUCKETS.c.filled_at
    grown = tokens + case((now > filled_at, now - filled_at), else_=0.0) * per_s
    return case((grown < burst, grown), else_=burst)
