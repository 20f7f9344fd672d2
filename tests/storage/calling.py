"""Paid calls, for tests."""

from sqlalchemy import select, update

from jobs.elements import Run
from jobs.stages import Stage
from storage.calls import Calls, Intent, Ticket
from storage.database import Database
from storage.spending import Budget
from storage.tables import CALLS, JOBS

VOICE = Intent("k" * 64, Stage.VOICE, "elevenlabs", "eleven_v3", 0.10)


def opened(
    calls: Calls,
    run: Run,
    call_id: str = "call-1",
    intent: Intent = VOICE,
    budgets: tuple[Budget, ...] = (),
    most_open: int = 10,
) -> Ticket:
    ticket = calls.open(call_id, run, intent, budgets, most_open)
    assert isinstance(ticket, Ticket)
    return ticket


def statuses(database: Database) -> dict[str, str]:
    with database.reading() as connection:
        rows = connection.execute(select(CALLS.c.id, CALLS.c.status)).all()
    return {row.id: row.status for row in rows}


def lose_claim(database: Database, run: Run) -> None:
    """As if the worker of a run had died and its lease had run out."""
    with database.begin() as connection:
        connection.execute(update(JOBS).where(JOBS.c.id == run.job_id).values(lease_until=0.0))
