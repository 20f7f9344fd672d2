"""What came back and has to be stored."""

from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from jobs.elements import Run
from jobs.errors import (
    ProviderRejected,
    ResourceLimit,
    StoreUnavailable,
)
from tests.transforms.buying import BOUGHT, VOICE, Shop, ended
from tests.transforms.claimed import claimed
from transforms.purchase import purchase
from transforms.studio import Studio


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
