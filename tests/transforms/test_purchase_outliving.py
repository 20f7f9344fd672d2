"""Calls that go on when the run that made them does not."""

import contextlib
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import update

from jobs.elements import Ending, Outcome, Run
from jobs.errors import (
    Cancelled,
)
from providers.service import Call
from storage.intake import Intake
from storage.tables import JOBS
from tests.transforms.buying import BOUGHT, VOICE, Shop, ended
from tests.transforms.claimed import claimed
from tests.transforms.ended import WAIT_S, calls_have_ended
from transforms.purchase import Bought, purchase
from transforms.studio import Studio


def test_a_call_that_was_frozen_past_its_lease_is_not_paid_beside_another(
    opened: Studio, run: Run
) -> None:
    begun, release = threading.Event(), threading.Event()
    shop, other = Shop(), claimed(opened, "another")

    def slowly(call: Call) -> Bought:
        begun.set()
        assert release.wait(WAIT_S)
        return shop.buy(call)

    with ThreadPoolExecutor(1) as pool:
        frozen = pool.submit(purchase, VOICE, run, opened, slowly)
        assert begun.wait(WAIT_S)
        with opened.ledger.database.begin() as connection:  # another worker has its job by now
            mine = JOBS.c.id == run.job_id
            connection.execute(update(JOBS).where(mine).values(token=run.token + 1))
        purchase(VOICE, other, opened, shop.buy)
        release.set()
        with contextlib.suppress(Cancelled):
            frozen.result(WAIT_S)
    calls_have_ended()

    assert len(shop.asked) == 2
    assert (ended(opened, run), ended(opened, other)) == ([("unknown", 0.10)], [("paid", 0.10)])


def test_whoever_is_cancelled_does_not_wait_for_the_provider(opened: Studio, run: Run) -> None:
    begun, release = threading.Event(), threading.Event()
    shop = Shop()

    def slowly(call: Call) -> Bought:
        begun.set()
        assert release.wait(WAIT_S)
        return shop.buy(call)

    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(purchase, VOICE, run, opened, slowly)
        assert begun.wait(WAIT_S)
        Intake(opened.ledger.database).cancel("acme", run.job_id)
        with pytest.raises(Cancelled):
            waiting.result(WAIT_S)
    release.set()
    calls_have_ended()
    other = claimed(opened, "another")

    purchase(VOICE, other, opened, shop.buy)

    assert shop.asked == [None]  # what came after all was kept
    assert ended(opened, run) == [("paid", 0.10)]


def test_a_process_that_ends_lets_its_calls_end(opened: Studio) -> None:
    begun, release = threading.Event(), threading.Event()
    studio = replace(opened.config, workers=1).open()
    run = claimed(studio, "job")

    def slowly(*_: object) -> Bought:
        begun.set()
        assert release.wait(WAIT_S)
        return BOUGHT

    with ThreadPoolExecutor(2) as pool:
        waiting = pool.submit(purchase, VOICE, run, studio, slowly)
        assert begun.wait(WAIT_S)
        Intake(opened.ledger.database).cancel("acme", run.job_id)
        with pytest.raises(Cancelled):
            waiting.result(WAIT_S)
        closing = pool.submit(studio.close)
        release.set()
        closing.result(WAIT_S)

    assert ended(opened, run) == [("paid", 0.10)]


def test_a_call_that_outlives_its_run_is_waited_for_and_not_made_again(
    opened: Studio, run: Run
) -> None:
    begun, release, waits = threading.Event(), threading.Event(), threading.Event()
    shop, other = Shop(), claimed(opened, "another")

    def slowly(call: Call) -> Bought:
        begun.set()
        assert release.wait(WAIT_S)
        return shop.buy(call)

    def pause(_seconds: float) -> None:
        waits.set()
        assert release.wait(WAIT_S)

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(purchase, VOICE, run, opened, slowly)
        assert begun.wait(WAIT_S)
        Intake(opened.ledger.database).cancel("acme", run.job_id)
        with pytest.raises(Cancelled):
            first.result(WAIT_S)
        opened.ledger.settle(Outcome(run, Ending.CANCELLED))
        second = pool.submit(purchase, VOICE, other, opened, shop.buy, pause)
        assert waits.wait(WAIT_S)
        release.set()
        second.result(WAIT_S)
    calls_have_ended()

    assert shop.asked == [None]
    assert ended(opened, run) == [("paid", 0.10)]
