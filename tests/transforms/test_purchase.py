import contextlib
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from sqlalchemy import update

from jobs.elements import Ending, Outcome, Run
from jobs.errors import (
    AiprodError,
    BudgetExceeded,
    Cancelled,
    Charged,
    NoMatch,
    ProviderAccess,
    ProviderError,
    ProviderRejected,
    ProviderUnavailable,
    ProviderUnusable,
    ResourceLimit,
    StoreUnavailable,
)
from jobs.message import Ring
from jobs.stages import Stage
from jobs.submission import Submission
from providers.remote import LONGEST_WISH_S
from providers.service import Call
from storage.artefacts import Origin
from storage.intake import Intake, Request
from storage.spending import Spending
from storage.tables import JOBS
from tests.transforms.ended import WAIT_S, calls_have_ended
from transforms.admit_jobs import admit
from transforms.purchase import TRIES, Bought, Order, purchase
from transforms.studio import FAILURES_IN_A_ROW, Studio, StudioConfig

VOICE = Order(Stage.VOICE, "elevenlabs", "eleven_v3", {"text": "Hi."}, 0.10, 4)
BOUGHT = Bought({"audio": (b"sound", ".wav")}, {"n": 1}, Origin("elevenlabs", "eleven_v3", "req"))


def unavailable(charged: Charged, retry_after_s: float | None = None) -> ProviderError:
    return ProviderUnavailable("gone", charged=charged, retry_after_s=retry_after_s)


@dataclass
class Shop:
    """Answers calls as told, at last with the goods.

    Attributes:
      answers: What the next calls raise; None: they succeed.
      asked: The remote id that each call was given.
      waited: Pauses that were asked for, in seconds.
      submits: The name of a job that the provider begins with each call.
    """

    answers: list[BaseException | None] = field(default_factory=list)
    asked: list[str | None] = field(default_factory=list)
    waited: list[float] = field(default_factory=list)
    submits: str | None = None

    def buy(self, call: Call) -> Bought:
        self.asked.append(call.remote_id)
        if self.submits and call.remote_id is None:
            call.started(self.submits)
        if self.answers and (error := self.answers.pop(0)):
            raise error
        return BOUGHT

    def pause(self, seconds: float) -> None:
        self.waited.append(seconds)


@pytest.fixture
def opened(studio: StudioConfig) -> Iterator[Studio]:
    found = studio.open()
    yield found
    found.close()


@pytest.fixture
def run(opened: Studio) -> Run:
    return claimed(opened, "job")


def claimed(studio: Studio, job_id: str) -> Run:
    request = Request("acme", job_id, Submission({}), None, None, None, job_id, None)
    Intake(studio.ledger.database).submit(request)
    run = admit(Ring(job_id), studio)
    assert run is not None
    return run


def ended(studio: Studio, run: Run) -> list[tuple[str, float]]:
    """Status and cost of the calls of a run."""
    return [(call.status, call.cost_usd) for call in studio.calls.of_run(run)]


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


@dataclass
class Store:
    """A store whose media folder takes nothing until it is mended.

    Attributes:
      held: Pauses that were made with what came in hand.
      mended_after: How many of them there are before somebody mends it.
    """

    root: Path
    mended_after: int = 999
    held: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._folder, self._elsewhere = self.root / "media", self.root / "elsewhere"
        self._folder.rename(self._elsewhere)
        self._folder.write_text("no folder")

    def hold(self, seconds: float) -> None:
        self.held.append(seconds)
        if len(self.held) == self.mended_after:
            self.mend()

    def mend(self) -> None:
        self._folder.unlink()
        self._elsewhere.rename(self._folder)


def test_what_came_is_held_until_the_store_takes_it(opened: Studio, run: Run) -> None:
    shop, store = Shop(), Store(Path(opened.config.store), mended_after=3)

    record = purchase(VOICE, run, opened, shop.buy, hold=store.hold)

    assert opened.blobs.read(record.media["audio"]) == b"sound"
    assert store.held == [1.0, 2.0, 4.0]
    assert (ended(opened, run), shop.asked) == ([("paid", 0.10)], [None])


def test_what_came_and_cannot_be_stored_is_lost_and_said_to_be(opened: Studio, run: Run) -> None:
    shop, store = Shop(), Store(Path(opened.config.store))

    with pytest.raises(ResourceLimit, match=r"elevenlabs was paid 0\.1000 USD for .* is lost: can"):
        purchase(VOICE, run, opened, shop.buy, hold=store.hold)

    assert sum(store.held) == 180.0
    (call,) = opened.calls.of_run(run)
    assert (call.status, call.cost_usd, call.request_id) == ("unknown", 0.10, "req")
    assert "is lost: cannot write into" in call.reason


def test_what_is_lost_counts_among_the_charges_that_are_allowed(opened: Studio, run: Run) -> None:
    shop, store = Shop(), Store(Path(opened.config.store))
    for _ in range(3):
        with pytest.raises(ResourceLimit):
            purchase(VOICE, run, opened, shop.buy, hold=store.hold)

    with pytest.raises(ProviderRejected, match=r"asked for this 3 times.*is lost"):
        purchase(VOICE, run, opened, shop.buy, hold=store.hold)

    assert len(shop.asked) == 3


def test_a_job_of_the_provider_that_cannot_be_stored_is_fetched_again(
    opened: Studio, run: Run
) -> None:
    shop, store = Shop(submits="song-1"), Store(Path(opened.config.store))
    with pytest.raises(ResourceLimit, match="is fetched again by the next run"):
        purchase(VOICE, run, opened, shop.buy, hold=store.hold)
    store.mend()

    purchase(VOICE, run, opened, shop.buy, hold=store.hold)

    assert shop.asked == [None, "song-1"]
    assert ended(opened, run) == [("paid", 0.10)]


def test_nothing_is_bought_that_has_no_place(opened: Studio, run: Run) -> None:
    shop, root = Shop(), Path(opened.config.store)
    elsewhere = root.rename(root.with_name("elsewhere"))
    root.write_text("no folder")

    with pytest.raises(StoreUnavailable, match="cannot write into"):
        purchase(VOICE, run, opened, shop.buy)

    root.unlink()
    elsewhere.rename(root)
    assert (ended(opened, run), shop.asked) == ([], [])


def test_what_is_of_no_use_is_replaced_by_what_comes_next(opened: Studio, run: Run) -> None:
    first = purchase(VOICE, run, opened, Shop().buy)
    opened.calls.spoil(first.facts["call"], "it is silent")
    better = replace(BOUGHT, media={"audio": (b"better", ".wav")})

    second = purchase(VOICE, run, opened, lambda *_: better)
    third = purchase(VOICE, claimed(opened, "another"), opened, Shop().buy)

    assert opened.blobs.read(second.media["audio"]) == b"better"
    assert third == second
    assert ended(opened, run) == [("unusable", 0.10), ("paid", 0.10)]


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


def test_nothing_found_is_nothing_paid_for(opened: Studio, run: Run) -> None:
    shop = Shop([NoMatch("no such sound")] * 4)
    for _ in range(4):
        with pytest.raises(NoMatch):
            purchase(VOICE, run, opened, shop.buy)

    assert ended(opened, run) == [("refused", 0.0)] * 4


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
