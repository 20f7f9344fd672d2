import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from jobs.elements import Ending, Outcome, Run
from jobs.errors import BudgetExceeded, ProviderRejected
from storage.calls import Busy, Calls, CallStatus, Ticket
from storage.database import Database
from storage.ledger import Ledger
from storage.spending import Budget, Spending
from tests.storage.calling import VOICE, lose_claim, opened, statuses

Claimed = Callable[..., Run]


def test_a_call_whose_result_was_kept_is_paid_though_its_maker_died(
    calls: Calls, claimed: Claimed, database: Database
) -> None:
    run = claimed()
    opened(calls, run)
    calls.settle(VOICE.key)
    alive = statuses(database)
    lose_claim(database, run)

    calls.settle(VOICE.key)

    assert (alive, statuses(database)) == ({"call-1": "open"}, {"call-1": "paid"})


def test_a_callback_about_an_open_call_is_noted(calls: Calls, claimed: Claimed) -> None:
    run = claimed()
    opened(calls, run)

    calls.hear("call-1")

    (call,) = calls.of_run(run)
    assert call.told_at == pytest.approx(call.started_at, abs=60)


def test_a_callback_about_another_call_or_one_that_has_ended_changes_nothing(
    calls: Calls, claimed: Claimed
) -> None:
    run = claimed()
    calls.close(opened(calls, run), CallStatus.PAID, 0.08, "req-7")
    opened(calls, run, "call-2", replace(VOICE, key="m" * 64))
    before = calls.of_run(run)

    for call_id in ("call-1", "call-3"):
        calls.hear(call_id)

    assert calls.of_run(run) == before


def test_an_intent_is_there_before_the_call_and_closed_after_it(
    calls: Calls, claimed: Claimed
) -> None:
    run = claimed()

    ticket = opened(calls, run)
    (before,) = calls.of_run(run)
    calls.close(ticket, CallStatus.PAID, 0.08, "req-7")
    (after,) = calls.of_run(run)

    assert (before.status, before.cost_usd, before.ended_at) == ("open", 0.10, None)
    assert (after.status, after.cost_usd, after.request_id) == ("paid", 0.08, "req-7")
    assert (after.provider, after.model, after.tenant) == ("elevenlabs", "eleven_v3", run.tenant)


def test_nobody_else_pays_for_the_same_meanwhile(calls: Calls, claimed: Claimed) -> None:
    first, second = claimed(), claimed()
    ticket = opened(calls, first)

    waits = calls.open("call-2", second, VOICE, (), 10)
    calls.close(ticket, CallStatus.REFUSED)

    assert waits is Busy.SAME_KEY
    assert isinstance(calls.open("call-2", second, VOICE, (), 10), Ticket)


def test_of_many_workers_one_pays(database: Database, claimed: Claimed) -> None:
    run = claimed()
    barrier = threading.Barrier(12)

    def ask(number: int) -> object:
        barrier.wait()
        return Calls(database).open(f"call-{number}", run, VOICE, (), 10)

    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(ask, range(12)))

    assert sum(isinstance(answer, Ticket) for answer in answers) == 1
    assert answers.count(Busy.SAME_KEY) == 11


def test_a_lost_answer_to_an_intent_does_not_block_its_own_call(
    calls: Calls, claimed: Claimed
) -> None:
    run = claimed()

    assert opened(calls, run) == opened(calls, run)


def test_a_call_whose_worker_died_is_unknown_and_another_may_be_made(
    calls: Calls, database: Database, claimed: Claimed
) -> None:
    run, other_run = claimed(), claimed()
    opened(calls, run)
    lose_claim(database, run)

    opened(calls, other_run, "call-2")

    assert statuses(database) == {"call-1": "unknown", "call-2": "open"}


def test_a_call_that_outlives_its_run_is_alive_as_long_as_it_says_so(
    calls: Calls, claimed: Claimed, database: Database
) -> None:
    run, other_run = claimed(), claimed()
    ticket = opened(calls, run, most_open=1)
    calls.keep_alive(ticket, run, 60.0)
    lose_claim(database, run)

    same = calls.open("call-2", other_run, VOICE, (), 10)
    place = calls.open("call-3", other_run, replace(VOICE, key="another"), (), 1)
    calls.keep_alive(ticket, run, 0.0)

    assert (same, place) == (Busy.SAME_KEY, Busy.PROVIDER)
    assert isinstance(calls.open("call-4", other_run, VOICE, (), 10), Ticket)


def test_a_call_that_was_left_is_no_longer_kept_alive(calls: Calls, claimed: Claimed) -> None:
    run, other_run = claimed(), claimed()
    ticket = opened(calls, run)
    calls.note_remote_id(ticket, "their-job-9")
    calls.leave(ticket)

    calls.keep_alive(ticket, run, 60.0)

    assert opened(calls, other_run, "call-2").remote_id == "their-job-9"


def test_what_the_provider_works_on_is_waited_for_by_whoever_comes_next(
    calls: Calls, database: Database, claimed: Claimed
) -> None:
    run, other = claimed(), claimed()
    calls.note_remote_id(opened(calls, run), "their-job-9")
    lose_claim(database, run)

    ticket = opened(calls, other, "call-2")
    calls.close(ticket, CallStatus.PAID)

    assert (ticket.call_id, ticket.remote_id) == ("call-1", "their-job-9")
    assert statuses(database) == {"call-1": "paid"}
    assert [row.id for row in calls.of_run(other)] == ["call-1"]


def test_nothing_is_charged_more_than_three_times(
    calls: Calls, database: Database, claimed: Claimed
) -> None:
    run = claimed()
    for number in range(3):
        calls.close(opened(calls, run, f"call-{number}"), CallStatus.UNKNOWN)

    with pytest.raises(ProviderRejected, match="was asked for this 3 times"):
        calls.open("call-4", run, VOICE, (), 10)

    assert isinstance(calls.open("call-5", run, replace(VOICE, key="other"), (), 10), Ticket)


def test_what_was_of_no_use_twice_is_not_asked_for_again(calls: Calls, claimed: Claimed) -> None:
    run = claimed()
    for number in range(2):
        calls.close(opened(calls, run, f"call-{number}"), CallStatus.UNUSABLE)

    with pytest.raises(ProviderRejected, match="could not be used"):
        calls.open("call-4", run, VOICE, (), 10)


def test_refusals_cost_nothing_and_count_for_nothing(calls: Calls, claimed: Claimed) -> None:
    run = claimed()
    budget = (Budget("job", 0.15),)
    for number in range(5):
        ticket = opened(calls, run, f"call-{number}", budgets=budget)
        calls.close(ticket, CallStatus.REFUSED, reason="429")

    assert Spending(calls.database).spent_usd(f"job:{run.job_id}") == pytest.approx(0.0)


def give_up(calls: Calls, call_run: Run, by: Run) -> None:
    """Another run finds a call dead, and may not make one of its own."""
    lose_claim(calls.database, call_run)
    with pytest.raises(BudgetExceeded):
        calls.open("never", by, VOICE, (Budget("job", 0.0),), 10)


@pytest.mark.parametrize(
    ("ending", "cost_usd"),
    [
        pytest.param(CallStatus.PAID, 0.05, id="paid"),
        pytest.param(CallStatus.REFUSED, 0.0, id="refused"),
    ],
)
def test_a_call_that_was_taken_for_lost_and_comes_back_is_known(
    calls: Calls, claimed: Claimed, ending: CallStatus, cost_usd: float
) -> None:
    run, other_run = claimed(), claimed()
    ticket = opened(calls, run)
    give_up(calls, run, other_run)

    calls.close(ticket, ending, cost_usd)

    (call,) = calls.of_run(run)
    assert (call.status, call.cost_usd) == (ending.value, cost_usd)


@pytest.mark.parametrize("other_ending", [None, CallStatus.PAID, CallStatus.UNUSABLE])
def test_a_call_that_comes_back_when_another_was_made_is_not_paid_too(
    calls: Calls, claimed: Claimed, database: Database, other_ending: CallStatus | None
) -> None:
    run, other_run = claimed(), claimed()
    frozen = opened(calls, run)
    lose_claim(database, run)
    other = opened(calls, other_run, "call-2")
    if other_ending:
        calls.close(other, other_ending)

    calls.close(frozen, CallStatus.PAID, 0.05, "req-7")
    calls.close(frozen, CallStatus.REFUSED)

    (call,) = calls.of_run(run)
    assert (call.status, call.cost_usd, call.request_id) == ("unknown", 0.05, "req-7")
    assert "came when somebody else had asked again" in call.reason


def test_a_refused_call_made_meanwhile_is_no_second_charge(
    calls: Calls, claimed: Claimed, database: Database
) -> None:
    run, other_run = claimed(), claimed()
    frozen = opened(calls, run)
    lose_claim(database, run)
    calls.close(opened(calls, other_run, "call-2"), CallStatus.REFUSED)

    calls.close(frozen, CallStatus.PAID)

    assert statuses(database)["call-1"] == "paid"


@pytest.mark.parametrize("is_closed", [False, True])
def test_what_a_call_brought_may_turn_out_to_be_of_no_use(
    calls: Calls, claimed: Claimed, is_closed: bool
) -> None:
    run = claimed()
    ticket = opened(calls, run)
    if is_closed:
        calls.close(ticket, CallStatus.PAID, 0.05)

    is_known = calls.spoil(ticket.call_id, "it is silent")
    calls.close(ticket, CallStatus.PAID)

    (call,) = calls.of_run(run)
    assert (is_known, call.status, call.reason) == (True, "unusable", "it is silent")
    assert call.ended_at is not None
    assert calls.is_spoilt(ticket.call_id)


def test_a_call_of_another_ledger_is_not_spoilt(calls: Calls) -> None:
    assert not calls.spoil("call-9", "it is silent")
    assert not calls.is_spoilt("call-9")


def test_a_provider_gets_as_many_calls_as_its_plan_allows(calls: Calls, claimed: Claimed) -> None:
    run = claimed()
    tickets = [
        opened(calls, run, f"call-{n}", replace(VOICE, key=f"key-{n}"), most_open=2)
        for n in range(2)
    ]

    third = replace(VOICE, key="key-3")
    waits = calls.open("call-3", run, third, (), 2)
    others = calls.open("call-4", run, replace(third, key="key-4", provider="suno"), (), 2)
    calls.close(tickets[0], CallStatus.PAID)

    assert waits is Busy.PROVIDER
    assert isinstance(others, Ticket)
    assert isinstance(calls.open("call-3", run, third, (), 2), Ticket)


def test_dead_calls_take_no_place(calls: Calls, database: Database, claimed: Claimed) -> None:
    run, other_run = claimed(), claimed()
    opened(calls, run, most_open=1)
    lose_claim(database, run)

    other = replace(VOICE, key="another")
    assert isinstance(calls.open("call-2", other_run, other, (), 1), Ticket)


def test_whatever_a_service_says_can_be_noted(calls: Calls, claimed: Claimed) -> None:
    run = claimed()

    calls.close(opened(calls, run), CallStatus.REFUSED, None, "r" * 300, "no\0 \ud800!" * 200)

    (call,) = calls.of_run(run)
    assert (call.status, call.request_id) == ("refused", "r" * 200)
    assert call.reason.startswith("no ?!no ?!")


def test_a_run_that_was_settled_holds_no_calls(
    calls: Calls, database: Database, claimed: Claimed
) -> None:
    run, other_run = claimed(), claimed()
    opened(calls, run)
    Ledger(database).settle(Outcome(run, Ending.FAILED))

    opened(calls, other_run, "call-2")

    assert statuses(database)["call-1"] == "unknown"
