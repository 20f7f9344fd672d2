"""What ledgers name, and so keep from a collection."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from jobs.elements import Ending, Run
from jobs.errors import InvalidInput
from jobs.stages import Stage
from storage.calls import MOST_CHARGES, Calls, CallStatus, Intent, Ticket
from storage.database import open_database, sqlite_url
from storage.kept_runs import KeptRuns
from storage.migrate import prepare
from storage.sweep import Amount
from tests.storage.shop import DAY_S, ORIGIN, Shop, key_of

PAID = Intent("c" * 64, Stage.VOICE, "elevenlabs", "eleven_v3", 0.10)


def test_a_ledger_without_jobs_is_taken_for_the_wrong_one(shop: Shop) -> None:
    shop.artefacts.keep_media((b"a", ".wav"))
    shop.let_time_pass()

    with pytest.raises(InvalidInput, match="not that of this store"):
        shop.collect()

    assert len(shop.files()) == 1


def test_what_any_of_several_ledgers_names_stays(shop: Shop, tmp_path: Path) -> None:
    run = shop.claim()
    shop.make(run, "a")
    shop.deliver(run)
    shop.let_time_pass()
    with closing(open_database(sqlite_url(tmp_path / "other"))) as other:
        prepare(other)
        ledgers = [KeptRuns(other, 0.0), KeptRuns(shop.database, 0.0)]

        collected = replace(shop.collection(), ledgers=ledgers).run()

    assert collected.total == Amount()


def test_pages_of_the_ledger_leave_nothing_out(shop: Shop) -> None:
    run = shop.claim()
    for number in range(7):
        shop.make(run, f"part {number}")
    shop.deliver(run)
    shop.let_time_pass()

    keys = [key.key for key in KeptRuns(shop.database, 0.0, page=2).named_keys()]

    assert sorted(keys) == sorted(key_of(Stage.VOICE, f"part {n}") for n in range(7))


@pytest.fixture
def bought(shop: Shop) -> Callable[[Run, str], Ticket]:
    """Lets a run pay for a narration."""

    def buy(run: Run, call_id: str) -> Ticket:
        calls = Calls(shop.database, patience_s=0)
        ticket = calls.open(call_id, run, PAID, (), 10)
        assert isinstance(ticket, Ticket)
        shop.artefacts.keep(Stage.VOICE, PAID.key, ORIGIN, {"audio": (b"paid", ".wav")}, {}, 0)
        calls.close(ticket, CallStatus.PAID, 0.1)
        return ticket

    return buy


def test_what_was_paid_for_stays_with_its_run(
    shop: Shop, bought: Callable[[Run, str], Ticket]
) -> None:
    run = shop.claim()
    bought(run, "call-1")
    shop.end(run, Ending.FAILED)
    shop.let_time_pass(6 * DAY_S)

    collected = shop.collect(older_than_s=7 * DAY_S)

    assert collected.total == Amount()
    assert shop.artefacts.look_up(Stage.VOICE, PAID.key) is not None


def test_what_was_paid_for_and_removed_may_be_bought_again(
    shop: Shop, bought: Callable[[Run, str], Ticket]
) -> None:
    for number in range(MOST_CHARGES + 1):
        run = shop.claim()
        bought(run, f"call-{number}")
        shop.end(run, Ending.FAILED)
        shop.let_time_pass()

        assert shop.collect().total.blobs == 2

    calls = Calls(shop.database).of_run(run)
    assert [(call.status, call.cost_usd) for call in calls] == [("let_go", 0.1)]
