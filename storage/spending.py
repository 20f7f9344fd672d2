"""Money: what may be spent, reserved before every paid call, however many workers spend."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, Row, func, select, true, update
from sqlalchemy.dialects.postgresql import insert as insert_on_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_on_sqlite

from jobs.elements import Run
from jobs.errors import BudgetExceeded
from storage.audit import OPERATOR, AuditLog
from storage.database import Database
from storage.tables import REPROCESSING_JOBS, SPENDING

EVERYTHING = "all"
_SLACK_USD = 1e-6  # sums of floats: a budget of 0.3 takes three calls of 0.1


@dataclass(frozen=True)
class Budget:
    """The most that may be spent.

    Attributes:
      scope: `job`, or `day` for a tenant's day (in UTC).
    """

    scope: str
    limit_usd: float


@dataclass(frozen=True)
class Spending:
    """Sums of what calls cost or may cost. What takes a connection is called within the transaction
    of a call."""

    database: Database

    def reserve(
        self, connection: Connection, run: Run, cost_usd: float, budgets: Sequence[Budget]
    ) -> str:
        """Reserves the price of a call in every budget it counts against, or in none.

        Returns the day it counts against.

        Raises:
          BudgetExceeded: One of them is too small; nothing was reserved.
        """
        day = self._day(connection)
        if cost_usd > 0 and self.is_stopped(connection):
            raise BudgetExceeded("spending is switched off (aiprod spending on switches it on)")
        limits = {budget.scope: budget.limit_usd for budget in budgets}
        for scope, name in _names(run.job_id, run.tenant, day).items():
            self._take(connection, scope, name, cost_usd, limits.get(scope))
        if shared := self._shared(connection, run.job_id, run.generation):
            self._take(
                connection, "reprocessing", shared, cost_usd, self._limit(connection, shared)
            )
        return day

    def move(
        self, connection: Connection, call: Row[Any], run: Run, budgets: Sequence[Budget]
    ) -> None:
        """Books what a call has reserved on the job and the reprocessing of a run, which takes it
        over. The day of their tenant stays as it is.

        Raises:
          BudgetExceeded: A budget is too small; nothing was moved.
        """
        cost_usd = call.cost_usd
        if call.job_id != run.job_id:
            limit_usd = next((one.limit_usd for one in budgets if one.scope == "job"), None)
            self._take(connection, "job", f"job:{run.job_id}", cost_usd, limit_usd)
            self._correct(connection, f"job:{call.job_id}", -cost_usd)
        before = self._shared(connection, call.job_id, call.generation)
        after = self._shared(connection, run.job_id, run.generation)
        if before == after:
            return
        if after:
            self._take(connection, "reprocessing", after, cost_usd, self._limit(connection, after))
        if before:
            self._correct(connection, before, -cost_usd)

    def add(self, connection: Connection, call: Row[Any], amount_usd: float) -> None:
        """Corrects what was reserved for a call when it is known what it cost."""
        if not amount_usd:
            return
        names = list(_names(call.job_id, call.tenant, call.day).values())
        if shared := self._shared(connection, call.job_id, call.generation):
            names.append(shared)
        for name in names:
            self._correct(connection, name, amount_usd)

    def limit(self, connection: Connection, name: str, limit_usd: float) -> None:
        """Sets how much may be spent under a name."""
        self._make(connection, name)
        connection.execute(
            update(SPENDING).where(SPENDING.c.name == name).values(limit_usd=limit_usd)
        )

    def lock(self, connection: Connection, name: str) -> None:
        """Holds a name until the transaction ends, so that others count after it, not beside it."""
        self._make(connection, name)
        connection.execute(select(SPENDING.c.name).where(SPENDING.c.name == name).with_for_update())

    def is_stopped(self, connection: Connection) -> bool:
        """Whether an operator has switched all spending off."""
        found = connection.execute(
            select(SPENDING.c.limit_usd).where(SPENDING.c.name == EVERYTHING)
        ).one_or_none()
        return found is not None and found.limit_usd == 0

    def switch(self, *, on: bool, tenant: str, actor: str = OPERATOR) -> None:
        """Switches all spending off, or on again, for all workers at once.

        Args:
          tenant, actor: Of the key that asks, for the audit log.
        """
        with self.database.begin() as connection:
            self._make(connection, EVERYTHING)
            connection.execute(
                update(SPENDING)
                .where(SPENDING.c.name == EVERYTHING)
                .values(limit_usd=None if on else 0.0)
            )
            noted = {"is_on": on}
            audit = AuditLog(self.database)
            audit.note(tenant, actor, "spending.switched", EVERYTHING, noted, connection)

    def is_on(self) -> bool:
        """Whether services may be paid."""
        with self.database.reading() as connection:
            return not self.is_stopped(connection)

    def today_usd(self) -> float:
        """What all tenants have spent or reserved today, in UTC."""
        with self.database.reading() as connection:
            days = SPENDING.c.name.like(f"day:%:{self._day(connection)}")
            total = connection.scalar(select(func.sum(SPENDING.c.spent_usd)).where(days))
        return float(total or 0.0)

    def today_by_tenant(self, connection: Connection, most: int) -> Mapping[str, float]:
        """What each of the tenants that spent most has spent or reserved today, in UTC."""
        day = self._day(connection)
        rows = connection.execute(
            select(SPENDING.c.name, SPENDING.c.spent_usd)
            .where(SPENDING.c.name.like(f"day:%:{day}"))
            .order_by(SPENDING.c.spent_usd.desc(), SPENDING.c.name)
            .limit(most)
        )
        return MappingProxyType(
            {name.removeprefix("day:").removesuffix(f":{day}"): usd for name, usd in rows}
        )

    def spent_usd(self, name: str) -> float:
        """What is spent or reserved under a name: `job:<id>`, `day:<tenant>:<date>`,
        `reprocessing:<id>`."""
        with self.database.reading() as connection:
            found = connection.scalar(select(SPENDING.c.spent_usd).where(SPENDING.c.name == name))
        return float(found or 0.0)

    def _take(
        self,
        connection: Connection,
        scope: str,
        name: str,
        cost_usd: float,
        limit_usd: float | None,
    ) -> None:
        self._make(connection, name)
        row = SPENDING.c.name == name
        sum_usd = SPENDING.c.spent_usd + cost_usd
        fits = true() if limit_usd is None else sum_usd <= limit_usd + _SLACK_USD
        added = connection.execute(update(SPENDING).where(row, fits).values(spent_usd=sum_usd))
        if added.rowcount:
            return
        spent_usd = connection.scalar(select(SPENDING.c.spent_usd).where(row)) or 0.0
        raise BudgetExceeded(
            f"a call of about {cost_usd:.4f} USD does not fit into the {_SCOPES[scope]}: "
            f"{limit_usd:.4f} USD, of which {spent_usd:.4f} are spent or reserved",
            scope=scope,
        )

    def _correct(self, connection: Connection, name: str, amount_usd: float) -> None:
        connection.execute(
            update(SPENDING)
            .where(SPENDING.c.name == name)
            .values(spent_usd=SPENDING.c.spent_usd + amount_usd)
        )

    def _shared(self, connection: Connection, job_id: str, generation: int) -> str | None:
        """The name under which all jobs of the reprocessing spend that began a run."""
        found = connection.scalar(
            select(REPROCESSING_JOBS.c.reprocessing).where(
                REPROCESSING_JOBS.c.job_id == job_id,
                REPROCESSING_JOBS.c.generation == generation,
            )
        )
        return of_reprocessing(found) if found else None

    def _limit(self, connection: Connection, name: str) -> float | None:
        return connection.scalar(select(SPENDING.c.limit_usd).where(SPENDING.c.name == name))

    def _make(self, connection: Connection, name: str) -> None:
        make = insert_on_sqlite if self.database.is_sqlite else insert_on_postgresql
        connection.execute(make(SPENDING).values(name=name, spent_usd=0.0).on_conflict_do_nothing())

    def _day(self, connection: Connection) -> str:
        seconds = float(connection.scalar(select(self.database.now())) or 0.0)
        return datetime.fromtimestamp(seconds, UTC).date().isoformat()


_SCOPES = {
    "job": "budget of the job",
    "day": "budget of its owner for today",
    "reprocessing": "budget of its reprocessing",
}


def of_reprocessing(reprocessing_id: str) -> str:
    """The name under which the jobs of a reprocessing spend together."""
    return f"reprocessing:{reprocessing_id}"


def _names(job_id: str, tenant: str, day: str) -> dict[str, str]:
    return {"job": f"job:{job_id}", "day": f"day:{tenant}:{day}"}
