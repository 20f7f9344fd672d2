import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from jobs.elements import Run
from jobs.errors import (
    AiprodError,
    BudgetExceeded,
    Cancelled,
    Charged,
    NoMatch,
    ProviderAccess,
    ProviderRejected,
    ProviderUnavailable,
    ProviderUnusable,
)
from providers.remote import LONGEST_WISH_S
from providers.service import Call
from storage.spending import Spending
from tests.transforms.buying import BOUGHT, VOICE, Shop, ended, unavailable
from tests.transforms.claimed import claimed
from tests.transforms.ended import WAIT_S
from transforms.purchase import TRIES, Bought, purchase
from transforms.studio import FAILURES_IN_A_ROW, Studio, StudioConfig


def test_what_was_bought_is_found_by_whoever_asks_next(opened: Studio, run: Run) -> None:
    shop = Shop()

    first = purchase(VOICE, run, opened, shop.buy)
    second = purchase(VOICE, claimed(opened, "another"), opened, shop.buy)

    assert first == second
    assert opened.blobs.read(first.media["audio"]) == b"sound"
    assert shop.asked == [None]
    assert ended(opened, run) == [("paid", 0.10)]


def test_it_costs_what_the_provider_says(opened: Studio, run: Run) -> None:
    purchase(VOICE, run, opened, lambda *_: replace(BOUGHT, cost_usd=0.07))

    assert ended(opened, run) == [("paid", 0.07)]


@pytest.mark.parametrize(
    ("answers", "left"),
    [
        pytest.param(
            [unavailable(Charged.NO)] * 3,
            [("refused", 0.0)] * 3 + [("paid", 0.10)],
            id="free failures",
        ),
        pytest.param(
            [unavailable(Charged.UNKNOWN)] * 2,
            [("unknown", 0.10)] * 2 + [("paid", 0.10)],
            id="lost answers",
        ),
        pytest.param(
            [ProviderUnusable("silence", charged=Charged.YES)],
            [("unusable", 0.10), ("paid", 0.10)],
            id="something that cannot be used",
        ),
    ],
)
def test_what_may_succeed_later_is_asked_for_again(
    answers: list[BaseException | None],
    left: list[tuple[str, float]],
    opened: Studio,
    run: Run,
) -> None:
    shop = Shop([*answers])

    purchase(VOICE, run, opened, shop.buy, shop.pause)

    assert ended(opened, run) == left
    assert len(shop.waited) == len(answers)
    assert all(0 <= pause_s <= 2**n for n, pause_s in enumerate(shop.waited))


@pytest.mark.parametrize(
    ("answers", "kind", "left"),
    [
        pytest.param(
            [unavailable(Charged.NO)] * 9,
            ProviderUnavailable,
            [("refused", 0.0)] * TRIES,
            id="as often as there are tries",
        ),
        pytest.param(
            [unavailable(Charged.UNKNOWN)] * 9,
            ProviderRejected,
            [("unknown", 0.10)] * 3,
            id="never more than three charges",
        ),
        pytest.param(
            [ProviderUnusable("silence", charged=Charged.YES)] * 9,
            ProviderRejected,
            [("unusable", 0.10)] * 2,
            id="what cannot be used once more",
        ),
        pytest.param(
            [ProviderAccess("wrong key", charged=Charged.NO)] * 9,
            ProviderAccess,
            [("refused", 0.0)],
            id="a wrong key once",
        ),
        pytest.param(
            [unavailable(Charged.NO, LONGEST_WISH_S + 1)] * 9,
            ProviderUnavailable,
            [("refused", 0.0)],
            id="nobody waits for an hour",
        ),
    ],
)
def test_nobody_is_asked_for_ever(
    answers: list[BaseException | None],
    kind: type[AiprodError],
    left: list[tuple[str, float]],
    opened: Studio,
    run: Run,
) -> None:
    shop = Shop([*answers])

    with pytest.raises(kind):
        purchase(VOICE, run, opened, shop.buy, shop.pause)

    assert ended(opened, run) == left


def test_the_service_says_how_long_to_wait(opened: Studio, run: Run) -> None:
    shop = Shop([unavailable(Charged.NO, 7.0)])

    purchase(VOICE, run, opened, shop.buy, shop.pause)

    assert 7.0 <= shop.waited[0] <= 8.0


def test_a_later_run_counts_what_earlier_ones_have_paid(opened: Studio, run: Run) -> None:
    shop = Shop([unavailable(Charged.UNKNOWN, LONGEST_WISH_S + 1)] * 9)
    for job in ("second", "third"):
        with pytest.raises(ProviderUnavailable):
            purchase(VOICE, run, opened, shop.buy)
        run = claimed(opened, job)
    with pytest.raises(ProviderUnavailable):
        purchase(VOICE, run, opened, shop.buy)

    with pytest.raises(ProviderRejected, match="asked for this 3 times"):
        purchase(VOICE, run, opened, shop.buy)

    assert len(shop.asked) == 3


def test_a_job_that_the_provider_works_on_is_waited_for_and_not_begun_again(
    opened: Studio, run: Run
) -> None:
    shop = Shop([unavailable(Charged.UNKNOWN), None], submits="song-1")

    purchase(VOICE, run, opened, shop.buy, shop.pause)

    assert shop.asked == [None, "song-1"]
    assert ended(opened, run) == [("paid", 0.10)]


def test_a_job_whose_name_cannot_be_kept_is_not_waited_for(opened: Studio, run: Run) -> None:
    shop = Shop(submits="x" * 201)

    with pytest.raises(ProviderRejected, match="a name that cannot be kept"):
        purchase(VOICE, run, opened, shop.buy, shop.pause)

    assert ended(opened, run) == [("unusable", 0.10)] * 2


def test_a_job_that_failed_for_nothing_is_begun_again(opened: Studio, run: Run) -> None:
    over = ProviderUnavailable("it failed", charged=Charged.NO, is_over=True)
    shop = Shop([over, None], submits="song-1")

    purchase(VOICE, run, opened, shop.buy, shop.pause)

    assert shop.asked == [None, None]
    assert ended(opened, run) == [("refused", 0.0), ("paid", 0.10)]


def test_a_job_that_was_interrupted_is_taken_over_by_the_next_run(opened: Studio, run: Run) -> None:
    shop = Shop([Cancelled("stopped by the user")], submits="song-1")
    with pytest.raises(Cancelled):
        purchase(VOICE, run, opened, shop.buy)
    other = claimed(opened, "another")

    purchase(VOICE, other, opened, shop.buy)

    assert shop.asked == [None, "song-1"]
    assert (ended(opened, run), ended(opened, other)) == ([], [("paid", 0.10)])


def test_a_job_that_a_withdrawn_key_cannot_ask_for_is_there_for_the_next_one(
    opened: Studio, run: Run
) -> None:
    shop = Shop([ProviderAccess("wrong key", charged=Charged.UNKNOWN)], submits="song-1")
    with pytest.raises(ProviderAccess):
        purchase(VOICE, run, opened, shop.buy)
    other = claimed(opened, "another")

    purchase(VOICE, other, opened, shop.buy)

    assert shop.asked == [None, "song-1"]
    assert ended(opened, other) == [("paid", 0.10)]


def test_a_call_that_was_cut_off_may_have_been_charged(opened: Studio, run: Run) -> None:
    shop = Shop([KeyboardInterrupt()])

    with pytest.raises(KeyboardInterrupt):
        purchase(VOICE, run, opened, shop.buy)

    assert ended(opened, run) == [("unknown", 0.10)]


def test_nothing_found_is_nothing_paid_for(opened: Studio, run: Run) -> None:
    shop = Shop([NoMatch("no such sound")] * 4)
    for _ in range(4):
        with pytest.raises(NoMatch):
            purchase(VOICE, run, opened, shop.buy)

    assert ended(opened, run) == [("refused", 0.0)] * 4


def test_what_does_not_fit_into_the_budget_is_not_asked_for(opened: Studio, run: Run) -> None:
    shop = Shop()

    with pytest.raises(BudgetExceeded, match=r"0\.1000 USD does not fit into"):
        purchase(VOICE, replace(run, budget_usd=0.05), opened, shop.buy)

    assert shop.asked == []
    assert ended(opened, run) == []


def test_a_tenant_has_a_budget_for_the_day(studio: StudioConfig) -> None:
    opened, shop = replace(studio, tenant_day_usd=0.15).open(), Shop()
    try:
        purchase(VOICE, claimed(opened, "first"), opened, shop.buy)
        second = replace(VOICE, params={"text": "Bye."})
        with pytest.raises(BudgetExceeded, match="budget of its owner for today"):
            purchase(second, claimed(opened, "second"), opened, shop.buy)
    finally:
        opened.close()

    assert shop.asked == [None]


def test_nothing_is_bought_while_paying_is_switched_off(opened: Studio, run: Run) -> None:
    shop, spending = Shop(), Spending(opened.ledger.database)

    spending.switch(on=False, tenant="acme")
    with pytest.raises(BudgetExceeded, match="spending is switched off"):
        purchase(VOICE, run, opened, shop.buy)
    spending.switch(on=True, tenant="acme")
    purchase(VOICE, run, opened, shop.buy)

    assert shop.asked == [None]


def test_two_that_want_the_same_at_once_buy_it_once(opened: Studio, run: Run) -> None:
    begun, release = threading.Event(), threading.Event()
    shop = Shop()
    other = claimed(opened, "another")
    waiting = threading.Event()

    def slowly(call: Call) -> Bought:
        begun.set()
        assert release.wait(WAIT_S)
        return shop.buy(call)

    def pause(_seconds: float) -> None:
        waiting.set()
        assert release.wait(WAIT_S)

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(purchase, VOICE, run, opened, slowly)
        assert begun.wait(WAIT_S)
        second = pool.submit(purchase, VOICE, other, opened, shop.buy, pause)
        assert waiting.wait(WAIT_S)
        release.set()

    assert first.result() == second.result()
    assert shop.asked == [None]


def test_a_provider_that_does_not_answer_is_left_in_peace(opened: Studio, run: Run) -> None:
    shop = Shop([unavailable(Charged.NO, LONGEST_WISH_S + 1)] * 99)
    for number in range(FAILURES_IN_A_ROW):
        with pytest.raises(ProviderUnavailable):
            purchase(replace(VOICE, params={"text": str(number)}), run, opened, shop.buy)

    with pytest.raises(ProviderUnavailable, match="has not answered lately"):
        purchase(VOICE, run, opened, shop.buy)

    assert len(shop.asked) == FAILURES_IN_A_ROW
    assert set(ended(opened, run)) == {("refused", 0.0)}


def test_the_call_that_was_one_too_many_is_not_forgotten(opened: Studio, run: Run) -> None:
    shop = Shop([unavailable(Charged.UNKNOWN, LONGEST_WISH_S + 1)] * FAILURES_IN_A_ROW)
    for number in range(FAILURES_IN_A_ROW):
        with pytest.raises(ProviderUnavailable, match="gone"):
            purchase(replace(VOICE, params={"text": str(number)}), run, opened, shop.buy)

    assert ended(opened, run) == [("unknown", 0.10)] * FAILURES_IN_A_ROW


def test_who_is_left_in_peace_still_works_on_what_it_has_begun(opened: Studio, run: Run) -> None:
    song = Shop([unavailable(Charged.UNKNOWN, LONGEST_WISH_S + 1)], submits="song-1")
    with pytest.raises(ProviderUnavailable):
        purchase(VOICE, run, opened, song.buy)
    breaker = opened.breaker(VOICE.provider)
    for _ in range(FAILURES_IN_A_ROW):
        breaker.failed()

    with pytest.raises(ProviderUnavailable, match="has not answered lately"):
        purchase(VOICE, run, opened, song.buy, song.pause)
    breaker.answered()
    purchase(VOICE, run, opened, song.buy)

    assert song.asked == [None, "song-1"]
    assert ended(opened, run) == [("paid", 0.10)]


def test_calls_of_one_provider_are_under_way_together(opened: Studio, run: Run) -> None:
    both = threading.Barrier(2)

    def buy(_call: Call) -> Bought:
        both.wait(WAIT_S)
        return BOUGHT

    with ThreadPoolExecutor(2) as pool:
        orders = [replace(VOICE, params={"text": text}) for text in ("one", "two")]
        found = list(pool.map(lambda order: purchase(order, run, opened, buy), orders))

    assert len(found) == 2
    assert ended(opened, run) == [("paid", 0.10)] * 2


def test_refusals_are_answers(opened: Studio, run: Run) -> None:
    shop = Shop([ProviderRejected("no", charged=Charged.NO)] * (FAILURES_IN_A_ROW + 1))
    for number in range(FAILURES_IN_A_ROW + 1):
        with pytest.raises(ProviderRejected):
            purchase(replace(VOICE, params={"text": str(number)}), run, opened, shop.buy)

    assert len(shop.asked) == FAILURES_IN_A_ROW + 1
