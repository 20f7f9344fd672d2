"""What a collection removes and what it leaves, on both databases."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import pytest
from sqlalchemy import update

from jobs.elements import Ending, Run
from jobs.errors import StoreUnavailable
from jobs.stages import Stage
from jobs.states import Status
from jobs.submission import InputFile, Submission
from storage.blobs import Listed
from storage.catalogue import Catalogue
from storage.directory import DirectoryBlobs
from storage.intake import Intake
from storage.sweep import Amount
from storage.tables import JOBS, VIDEOS
from storage.uploads import Uploads
from tests.storage.shop import DAY_S, ORIGIN, Shop, are_there, key_of

Claimed = Callable[..., Run]


def failed(shop: Shop, what: str, job_id: str | None = None) -> Run:
    """A run that made something and failed."""
    run = shop.claim(job_id)
    shop.make(run, what)
    shop.end(run, Ending.FAILED)
    return run


def test_everything_that_delivered_runs_name_stays(shop: Shop) -> None:
    first = shop.claim()
    shop.make(first, "a")
    shop.deliver(first)
    second = shop.retry(first)
    shop.make(second, "b")
    shop.deliver(second)
    shop.let_time_pass()
    before = shop.files()

    collected = shop.collect()

    assert (collected.removed, collected.videos) == ({}, 0)
    assert shop.files() == before


def test_parts_of_a_failed_run_go_with_their_media(shop: Shop) -> None:
    failed(shop, "a")
    shop.let_time_pass()

    collected = shop.collect()

    assert shop.files() == {}
    assert collected.removed.keys() == {"voice"}
    assert collected.removed["voice"].blobs == 2


def test_parts_of_a_failed_run_stay_while_it_is_young(shop: Shop) -> None:
    failed(shop, "a")
    shop.let_time_pass(6 * DAY_S)

    young = shop.collect(older_than_s=7 * DAY_S)
    shop.let_time_pass(2 * DAY_S)
    old = shop.collect(older_than_s=7 * DAY_S)

    assert (young.total.blobs, old.total.blobs) == (0, 2)


@pytest.mark.parametrize("ending", [Ending.INCOMPLETE, Ending.POSTPONED, Ending.REVIEW])
def test_parts_of_a_run_that_goes_on_stay(shop: Shop, ending: Ending) -> None:
    run = shop.claim()
    shop.make(run, "a")
    assert shop.ledger.advance(run, Status.GENERATING)
    shop.end(run, ending)
    shop.let_time_pass()

    shop.collect()

    assert shop.has("a")


def test_parts_that_a_retry_will_find_stay_while_it_waits(shop: Shop) -> None:
    run = failed(shop, "a")
    Intake(shop.database).retry("acme", run.job_id)
    shop.let_time_pass()

    shop.collect()

    assert shop.has("a")


def test_only_the_newest_deliveries_stay_when_so_many_are_kept(shop: Shop) -> None:
    run = shop.claim()
    shop.make(run, "shared")
    shop.make(run, "old")
    old = shop.deliver(run)
    again = shop.retry(run)
    shop.make(again, "shared")
    new = shop.deliver(again)
    shop.let_time_pass()
    with shop.database.begin() as connection:
        connection.execute(update(VIDEOS).values(created_at=VIDEOS.c.created_at - DAY_S))

    collected = shop.collect(keep=1)

    assert (collected.videos, collected.removed["voice"].blobs) == (1, 2)
    assert (shop.has("shared"), shop.has("old")) == (True, False)
    assert not are_there(shop.blobs, old.values())
    assert are_there(shop.blobs, new.values())
    catalogue = Catalogue(shop.database)
    assert catalogue.video("acme", run.job_id, 1) is None
    video = catalogue.video("acme", run.job_id)
    assert video is not None
    assert are_there(shop.blobs, [video.manifest, *video.files.values()])


@pytest.mark.skipif("current" not in JOBS.c, reason="the newest delivery is always shown")
def test_the_delivery_that_is_shown_stays(shop: Shop) -> None:
    run = shop.claim()
    shown = shop.deliver(run)
    shop.deliver(shop.retry(run))
    shop.let_time_pass()
    with shop.database.begin() as connection:
        connection.execute(update(VIDEOS).values(created_at=VIDEOS.c.created_at - DAY_S))
        connection.execute(update(JOBS).values(current=1))

    assert shop.collect(keep=1).videos == 0
    assert are_there(shop.blobs, shown.values())


def test_a_young_delivery_stays_whatever_its_number(shop: Shop) -> None:
    run = shop.claim()
    shop.deliver(run)
    shop.deliver(shop.retry(run))

    assert shop.collect(keep=1, older_than_s=DAY_S).videos == 0


def test_media_stays_as_long_as_any_record_names_it(shop: Shop) -> None:
    run = shop.claim()
    shop.make(run, "a", b"the same sound")
    shop.deliver(run)
    other = shop.claim()
    shop.make(other, "b", b"the same sound")
    shop.end(other, Ending.FAILED)
    shop.let_time_pass()

    collected = shop.collect()

    assert collected.removed["voice"].blobs == 1
    assert (shop.has("a"), shop.has("b")) == (True, False)


def test_inputs_of_services_stay_and_those_of_the_command_line_go(shop: Shop) -> None:
    blobs = {
        name: shop.artefacts.keep_media((name.encode(), ".picture"))
        for name in ("uploaded", "of a failed job", "of a render", "of nobody")
    }
    Uploads(shop.database).keep("acme", blobs["uploaded"], "image", 8)

    def submission(name: str) -> Submission:
        return Submission({"scenes": []}, (InputFile(blobs[name], "a.png", "image"),))

    shop.end(shop.claim(submission=submission("of a failed job")), Ending.FAILED)
    Intake(shop.database).put("render-1", submission("of a render"), None)
    waiting = shop.collect()
    Intake(shop.database).cancel("local", "render-1")
    shop.let_time_pass()

    collected = shop.collect()

    assert waiting.total == Amount()
    assert collected.removed.keys() == {"other"}
    left = {name for name, blob in blobs.items() if shop.blobs.exists(blob)}
    assert left == {"uploaded", "of a failed job"}


def test_what_was_found_lately_stays(shop: Shop) -> None:
    failed(shop, "a")
    failed(shop, "b")
    shop.let_time_pass()

    shop.artefacts.find(Stage.VOICE, key_of(Stage.VOICE, "a"))
    collected = shop.collect()

    assert collected.removed["voice"].blobs == 2
    assert (shop.has("a"), shop.has("b")) == (True, False)


def test_what_a_run_at_work_has_found_stays_however_long_it_works(shop: Shop) -> None:
    failed(shop, "found")
    failed(shop, "not found")
    shop.let_time_pass()
    run = shop.claim()
    shop.artefacts.find(Stage.VOICE, key_of(Stage.VOICE, "found"))
    plan = shop.artefacts.keep_json({"edit": 1})
    shop.let_time_pass(7 * DAY_S)

    shop.collect()
    found_at_work = shop.has("found"), shop.has("not found"), shop.blobs.exists(plan)
    shop.end(run, Ending.FAILED)
    shop.collect()

    assert found_at_work == (True, False, True)
    assert shop.files() == {}


@dataclass(frozen=True)
class LateFinder(DirectoryBlobs):
    """A store in which somebody finds everything, just after it was listed."""

    def listed(self, prefix: str) -> Iterator[Listed]:
        for blob in list(DirectoryBlobs.listed(self, prefix)):
            self.renew(blob.name)
            yield blob


def test_what_is_found_at_the_last_moment_stays(shop: Shop) -> None:
    failed(shop, "a")
    shop.let_time_pass()

    collected = replace(shop.collection(), blobs=LateFinder(shop.root)).run()

    assert collected.total == Amount()
    assert shop.has("a")


def test_a_record_that_stays_names_what_it_was_made_from(shop: Shop) -> None:
    run = shop.claim()
    picture = shop.artefacts.keep_media((b"picture", ".picture"))
    shop.make(run, "a")
    key = key_of(Stage.VOICE, "a")
    shop.blobs.delete(f"parts/voice/{key}.json")
    shop.artefacts.keep(Stage.VOICE, key, ORIGIN, {}, {"blob": picture}, 0)
    shop.deliver(run)
    shop.let_time_pass()

    shop.collect()

    assert shop.blobs.exists(picture)


def test_files_that_are_not_ours_are_left_alone(shop: Shop) -> None:
    failed(shop, "a")
    names = [
        "media/notes.txt",
        "media/ab/readme.md",
        f"media/ab/{'c' * 64}.wav",  # in the wrong folder
        "parts/voice/short.json",
        f"parts/sculpture/{'a' * 64}.json",
        "elsewhere/file",
    ]
    for name in names:
        shop.blobs.create(name, b"mine")
    (shop.root / "aiprod.db").write_bytes(b"")
    shop.let_time_pass()

    shop.collect()

    assert are_there(shop.blobs, names)
    assert (shop.root / "aiprod.db").exists()
    assert not shop.has("a")


def test_a_dry_run_tells_the_same_and_removes_nothing(shop: Shop) -> None:
    run = shop.claim()
    shop.make(run, "old")
    shop.deliver(run)
    shop.deliver(shop.retry(run))
    failed(shop, "a")
    shop.artefacts.keep_media((b"orphan", ".picture"))
    shop.let_time_pass()
    with shop.database.begin() as connection:
        connection.execute(update(VIDEOS).values(created_at=VIDEOS.c.created_at - DAY_S))
    before = shop.files()

    dry = shop.collect(keep=1, is_dry=True)
    between = shop.files()
    wet = shop.collect(keep=1)

    assert dry == wet
    assert dry.removed.keys() == {"voice", "other"}
    assert between == before
    assert sum(before.values()) - sum(shop.files().values()) == wet.total.size_bytes
    assert shop.collect(keep=1).total == Amount()


def test_two_collections_at_once_remove_everything_once(shop: Shop) -> None:
    for number in range(100):
        failed(shop, f"part {number}")
    shop.let_time_pass()
    barrier = threading.Barrier(2)

    def collect() -> int:
        barrier.wait(60)
        return shop.collect().total.blobs

    with ThreadPoolExecutor(2) as pool:
        counts = list(pool.map(lambda _: collect(), range(2)))

    assert sum(counts) == 200
    assert shop.files() == {}


@dataclass(frozen=True)
class FailingBlobs(DirectoryBlobs):
    """A store that breaks while media is listed: records are gone by then."""

    def listed(self, prefix: str) -> Iterator[Listed]:
        if prefix == "media/":
            raise StoreUnavailable("pulled out")
        return DirectoryBlobs.listed(self, prefix)


def test_a_collection_that_broke_off_is_finished_by_the_next(shop: Shop) -> None:
    failed(shop, "a")
    shop.let_time_pass()

    with pytest.raises(StoreUnavailable):
        replace(shop.collection(), blobs=FailingBlobs(shop.root)).run()
    halfway = [name.partition("/")[0] for name in shop.files()]
    shop.collect()

    assert halfway == ["media"]
    assert shop.files() == {}
