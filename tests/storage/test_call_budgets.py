"""What calls may cost, and what they are counted with."""

import math
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from jobs.elements import Run
from jobs.errors import BudgetExceeded
from storage.calls import Calls, CallStatus, Ticket
from storage.database import Database
from storage.spending import Budget, Spending
from tests.storage.calling import VOICE, lose_claim, opened, statuses

Claimed = Callable[..., Run]


def test_whoever_takes_a_call_over_pays_for_it(
    calls: Calls, database: Database, claimed: Claimed
) -> None:
    run, other = claimed(), claimed()
    first = opened(calls, run)
    calls.note_remote_id(first, "their-job-9")
    lose_claim(database, run)

    ticket = opened(calls, other, "call-2", budgets=(Budget("job", 0.10), Budget("day", 0.10)))
    spent = Spending(database).spent_usd
    taken = spent(f"job:{run.job_id}"), spent(f"job:{other.job_id}")
    calls.close(ticket, CallStatus.PAID, 0.04)

    assert taken == pytest.approx((0.0, 0.10))
    assert spent(f"job:{run.job_id}") == pytest.approx(0.0)
    assert spent(f"job:{other.job_id}") == pytest.approx(0.04)
    assert Spending(database).today_usd() == pytest.approx(0.04)


def test_what_another_job_has_begun_has_to_fit_into_the_budget_too(
    calls: Calls, database: Database, claimed: Claimed
) -> None:
    run, other = claimed(), claimed()
    calls.note_remote_id(opened(calls, run), "their-job-9")
    lose_claim(database, run)

    with pytest.raises(BudgetExceeded, match="budget of the job"):
        calls.open("call-2", other, VOICE, (Budget("job", 0.05),), 10)

    assert Spending(database).spent_usd(f"job:{run.job_id}") == pytest.approx(0.10)
    assert opened(calls, run, "call-3").remote_id == "their-job-9"


@pytest.mark.parametrize("scope", ["job", "day"])
def test_workers_together_never_reserve_more_than_the_budget(
    database: Database, claimed: Claimed, scope: str
) -> None:
    run = claimed()
    budgets = (Budget(scope, 0.55),)
    barrier = threading.Barrier(12)

    def ask(number: int) -> object:
        barrier.wait()
        intent = replace(VOICE, key=f"key-{number}")
        try:
            return Calls(database).open(f"call-{number}", run, intent, budgets, 100)
        except BudgetExceeded as error:
            return error

    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(ask, range(12)))

    refused = [answer for answer in answers if isinstance(answer, BudgetExceeded)]
    assert sum(isinstance(answer, Ticket) for answer in answers) == 5
    assert len(refused) == 7
    assert "0.5500 USD, of which 0.5000 are spent or reserved" in refused[0].message


def test_a_budget_below_a_cent_is_told_as_it_is(calls: Calls, claimed: Claimed) -> None:
    with pytest.raises(BudgetExceeded, match=r"budget of the job: 0\.0040 USD, of which 0\.0000"):
        calls.open("call-1", claimed(), VOICE, (Budget("job", 0.004),), 2)


def test_a_refused_reservation_leaves_every_budget_as_it_was(
    calls: Calls, database: Database, claimed: Claimed
) -> None:
    run = claimed()

    with pytest.raises(BudgetExceeded, match="budget of its owner for today"):
        calls.open("call-1", run, VOICE, (Budget("job", 1.0), Budget("day", 0.05)), 10)

    assert statuses(database) == {}
    assert Spending(database).spent_usd(f"job:{run.job_id}") == 0.0


def test_a_budget_is_charged_with_what_calls_really_cost(
    calls: Calls, database: Database, claimed: Claimed
) -> None:
    run = claimed()

    calls.close(opened(calls, run), CallStatus.PAID, 0.03)

    assert Spending(database).spent_usd(f"job:{run.job_id}") == pytest.approx(0.03)


@pytest.mark.parametrize("cost_usd", [math.nan, math.inf, -1.0])
def test_a_cost_that_cannot_be_is_taken_for_the_quote(
    calls: Calls, database: Database, claimed: Claimed, cost_usd: float
) -> None:
    run = claimed()

    calls.close(opened(calls, run), CallStatus.PAID, cost_usd)

    assert Spending(database).spent_usd(f"job:{run.job_id}") == pytest.approx(0.10)


def test_spending_can_be_switched_off_for_all(
    calls: Calls, database: Database, claimed: Claimed
) -> None:
    run = claimed()
    Spending(database).switch(on=False, tenant="acme")

    with pytest.raises(BudgetExceeded, match="spending is switched off"):
        calls.open("call-1", run, VOICE, (), 10)

    assert isinstance(calls.open("call-2", run, replace(VOICE, quote_usd=0.0), (), 10), Ticket)
    Spending(database).switch(on=True, tenant="acme")
    assert isinstance(calls.open("call-3", run, replace(VOICE, key="b"), (), 10), Ticket)
