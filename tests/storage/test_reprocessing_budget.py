"""What all jobs of a reprocessing may spend together."""

from collections.abc import Callable

import pytest

from jobs.elements import Ending, Outcome, Run
from jobs.errors import BudgetExceeded
from jobs.reprocessing import Change, Request, Selection
from jobs.stages import Stage
from jobs.submission import Submission
from storage.calls import Calls, CallStatus, Intent, Ticket
from storage.database import Database
from storage.ledger import Ledger
from storage.reprocessings import Listed, Reprocessings
from storage.reruns import Reruns
from storage.spending import Spending

Claimed = Callable[..., Run]
TENANT = "acme"


def reprocessed(database: Database, runs: list[Run], budget_usd: float) -> list[Run]:
    """New runs of these jobs, claimed, under one budget."""
    ledger = Ledger(database, patience_s=0)
    request = Request(Selection(), Change(), TENANT, None, budget_usd)
    jobs = [run.job_id for run in runs]
    for run in runs:
        ledger.settle(Outcome(run, Ending.CANCELLED))
    found = Reprocessings(database).begin("re-1", request, [Listed(job) for job in jobs], 10)
    again = []
    for number, job_id in enumerate(jobs, 1):
        item = Reprocessings(database).item(found.id, number)
        base = Reruns(database).base(TENANT, job_id)
        assert item is not None
        assert base is not None
        assert Reruns(database).open_run(found.id, item, base, Submission({}), {})
        claim = ledger.claim(job_id)
        assert claim is not None
        again.append(Run(job_id, claim.generation, claim.token, "", tenant=TENANT))
    return again


def opened(calls: Calls, run: Run, number: int, quote_usd: float) -> Ticket:
    intent = Intent(str(number) * 64, Stage.VOICE, "elevenlabs", "eleven_v3", quote_usd)
    ticket = calls.open(f"call-{number}", run, intent, (), 10)
    assert isinstance(ticket, Ticket)
    return ticket


def test_jobs_of_a_reprocessing_spend_from_one_budget(database: Database, claimed: Claimed) -> None:
    one, other = reprocessed(database, [claimed("a"), claimed("b")], 0.25)
    calls = Calls(database, patience_s=0)

    opened(calls, one, 1, 0.20)
    with pytest.raises(
        BudgetExceeded, match=r"budget of its reprocessing: 0.2500 USD, of which 0.2"
    ):
        opened(calls, other, 2, 0.10)

    assert Spending(database).spent_usd("job:b") == 0.0


def test_what_a_call_saves_is_there_for_the_other_jobs(
    database: Database, claimed: Claimed
) -> None:
    one, other = reprocessed(database, [claimed("a"), claimed("b")], 0.25)
    calls = Calls(database, patience_s=0)

    calls.close(opened(calls, one, 1, 0.20), CallStatus.PAID, 0.05)
    opened(calls, other, 2, 0.20)

    assert Spending(database).spent_usd("reprocessing:re-1") == pytest.approx(0.25)


def test_a_run_that_takes_a_call_over_takes_its_price_along(
    database: Database, claimed: Claimed
) -> None:
    (run,) = reprocessed(database, [claimed("a")], 0.25)
    outsider = claimed("c")
    calls = Calls(database, patience_s=0)
    calls.leave(calls_with_name(calls, run))

    calls.open("call-9", outsider, Intent("1" * 64, Stage.VOICE, "elevenlabs", "m", 0.2), (), 10)

    assert Spending(database).spent_usd("reprocessing:re-1") == pytest.approx(0.0)


def calls_with_name(calls: Calls, run: Run) -> Ticket:
    ticket = opened(calls, run, 1, 0.20)
    calls.note_remote_id(ticket, "song-1")
    return ticket
