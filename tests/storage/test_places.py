"""Places among the calls of a provider: of jobs that somebody waits for, and of batches."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import update

from jobs.elements import Run
from jobs.stages import Stage
from storage.calls import Busy, Calls, CallStatus, Intent, Ticket
from storage.database import Database
from storage.places import PATIENT_S, SILENT_S
from storage.reprocessings import Listed
from storage.tables import RATE_BUCKETS
from tests.storage.archive import TENANT, Archive, asking

VOICE = Intent("", Stage.VOICE, "elevenlabs", "eleven_v3", 0.10)


class Desk:
    """Asks for places in the name of jobs, each for something else."""

    def __init__(self, archive: Archive, most: int) -> None:
        self.archive, self.most, self.asked = archive, most, 0
        self.calls = Calls(archive.database, patience_s=0)
        self.live, self.batch = archive.claim(archive.submit("live")), self._rerun("batch")

    def ask(self, run: Run, waited_s: float = 0.0) -> Ticket | Busy:
        self.asked += 1
        intent = replace(VOICE, key=f"{self.asked:064}")
        return self.calls.open(f"call-{self.asked}", run, intent, (), self.most, waited_s)

    def taken(self, run: Run, waited_s: float = 0.0) -> bool:
        return isinstance(self.ask(run, waited_s), Ticket)

    def end(self, ticket: Ticket | Busy) -> None:
        assert isinstance(ticket, Ticket)
        self.calls.close(ticket, CallStatus.PAID)

    def _rerun(self, job_id: str) -> Run:
        """A job that was done and is run again by a reprocessing."""
        archive = self.archive
        archive.end(archive.submit(job_id))
        begun = archive.reprocessings.begin("re-1", asking(), [Listed(job_id)], 1)
        item = archive.reprocessings.item(begun.id, 1)
        base = archive.reruns.base(TENANT, job_id)
        assert item is not None
        assert base is not None
        assert archive.reruns.open_run(begun.id, item, base, base.submission, {})
        return archive.claim(job_id)


@pytest.fixture
def desk(archive: Archive) -> Callable[[int], Desk]:
    return lambda most: Desk(archive, most)


@pytest.mark.parametrize(
    ("most", "of_batch"),
    [
        pytest.param(1, 1, id="one place is anybody's"),
        pytest.param(2, 1, id="the last is kept free"),
        pytest.param(3, 2, id="the last of three is kept free"),
        pytest.param(10, 8, id="a quarter is kept free"),
    ],
)
def test_a_batch_leaves_places_free_that_others_take_at_once(
    desk: Callable[[int], Desk], most: int, of_batch: int
) -> None:
    asking = desk(most)

    by_batch = [asking.taken(asking.batch) for _ in range(most)]
    by_others = [asking.taken(asking.live) for _ in range(most)]

    assert (sum(by_batch), sum(by_others)) == (of_batch, most - of_batch)


def test_of_one_place_who_is_waited_for_comes_before_a_batch(
    desk: Callable[[int], Desk],
) -> None:
    asking = desk(1)
    first = asking.ask(asking.batch)
    waits = asking.ask(asking.live)
    asking.end(first)

    again = asking.ask(asking.batch)
    then = asking.ask(asking.live)

    assert (waits, again) == (Busy.PROVIDER, Busy.PROVIDER)
    assert isinstance(then, Ticket)


def test_a_batch_goes_on_when_nobody_waits_any_more(
    desk: Callable[[int], Desk], database: Database
) -> None:
    asking = desk(1)
    first = asking.ask(asking.batch)
    asking.ask(asking.live)
    asking.end(first)
    with database.begin() as connection:  # as if nobody had asked since
        earlier = RATE_BUCKETS.c.filled_at - SILENT_S
        connection.execute(update(RATE_BUCKETS).values(filled_at=earlier))

    assert asking.taken(asking.batch)


def test_a_batch_that_has_stepped_back_for_long_takes_a_free_place(
    desk: Callable[[int], Desk],
) -> None:
    asking = desk(2)
    asking.ask(asking.live)

    assert not asking.taken(asking.batch, PATIENT_S - 1)
    assert asking.taken(asking.batch, PATIENT_S)


def test_a_batch_has_no_place_beyond_the_plan_however_long_it_waits(
    desk: Callable[[int], Desk],
) -> None:
    asking = desk(2)
    asking.ask(asking.live)
    asking.ask(asking.live)

    assert not asking.taken(asking.batch, PATIENT_S)
