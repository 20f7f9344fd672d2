from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from jobs.elements import Ending
from jobs.reprocessing import Selection, State
from jobs.states import Status
from jobs.submission import Submission
from storage.announcements import note_end
from storage.intake import Intake
from storage.reprocessings import Listed
from tests.storage.archive import TENANT, Archive, asking

EVERY_DONE = asking(Selection(status=Status.DONE))


def test_what_matches_is_numbered_from_the_oldest_on(archive: Archive) -> None:
    for name in ("c", "a", "b"):
        archive.done(name)

    begun = archive.begin(allowed=2)

    assert (begun.jobs, begun.allowed, begun.ended_at) == (3, 2, None)
    assert [(one.number, one.job_id, one.state) for one in archive.items()] == [
        (1, "c", State.WAITING), (2, "a", State.WAITING), (3, "b", State.WAITING),
    ]  # fmt: skip
    assert archive.reprocessings.left("re-1", 10) == (1, 2)


def test_a_list_has_each_job_once_and_keeps_what_was_wrong(archive: Archive) -> None:
    patch = {"title": None}

    begun = archive.begin(
        None, Listed("a", "f:1", patch), Listed("f:2", "f:2", why="no JSON"),
        Listed("a", "f:3"), Listed("b", "f:4"),
    )  # fmt: skip

    assert begun.jobs == 3
    found = [(one.job_id, one.place, one.patch, one.state, one.why) for one in archive.items()]
    assert found == [
        ("a", "f:1", patch, State.WAITING, None),
        ("f:2", "f:2", None, State.REFUSED, "no JSON"),
        ("b", "f:4", None, State.WAITING, None),
    ]


def test_the_same_request_goes_on_with_what_has_not_ended(archive: Archive) -> None:
    archive.done("a")
    first = archive.begin(EVERY_DONE)

    again = archive.begin(EVERY_DONE, name="re-2")
    other = archive.begin(asking(EVERY_DONE.selection, "title=New"), name="re-3")
    archive.reprocessings.end(first.id)
    later = archive.begin(EVERY_DONE, name="re-4")

    assert [one.id for one in (again, other, later)] == ["re-1", "re-3", "re-4"]
    assert archive.reprocessings.unfinished(EVERY_DONE) == later


def test_a_request_that_several_begin_at_once_is_begun_once(archive: Archive) -> None:
    for name in "abc":
        archive.done(name)

    with ThreadPoolExecutor(4) as pool:
        begun = list(pool.map(lambda n: archive.begin(EVERY_DONE, name=f"re-{n}"), range(4)))

    assert len({one.id for one in begun}) == 1
    assert {one.jobs for one in begun} == {3}


def test_one_of_two_that_open_a_run_has_opened_it(archive: Archive) -> None:
    archive.done("a")
    archive.begin()
    (item,) = archive.items()
    base = archive.base("a")

    with ThreadPoolExecutor(2) as pool:
        rings = list(
            pool.map(
                lambda _: archive.reruns.open_run("re-1", item, base, base.submission, {}), range(2)
            )
        )

    assert len([ring for ring in rings if ring]) == 1
    assert archive.base("a").generation == 2
    assert archive.items()[0].generation == 2


def _cancel(archive: Archive) -> None:
    Intake(archive.database).cancel(TENANT, "a")


def _cancel_at_work(archive: Archive) -> None:
    run = archive.claim("a")
    Intake(archive.database).cancel(TENANT, "a")
    archive.ledger.release("a", run.token)
    assert archive.ledger.claim("a") is None


ENDS: dict[str, tuple[Callable[[Archive], object], State]] = {
    "done": (lambda archive: archive.end("a"), State.DONE),
    "failed": (lambda archive: archive.end("a", Ending.FAILED), State.FAILED),
    "cancelled": (_cancel, State.CANCELLED),
    "cancelled at work": (_cancel_at_work, State.CANCELLED),
}


def test_a_job_is_as_its_run_ended(archive: Archive) -> None:
    seen = {}
    archive.done("a")

    for name, (end, _) in ENDS.items():
        archive.begin(None, Listed("a"), name=name)
        archive.open_run(name=name)
        opened = archive.items(name)[0].state
        end(archive)
        archive.reprocessings.end(name)
        seen[name] = (opened, archive.items(name)[0].state)

    assert seen == {name: (State.OPENED, state) for name, (_, state) in ENDS.items()}


def test_a_later_run_of_its_owner_leaves_it_as_it_ended(archive: Archive) -> None:
    archive.done("a")
    archive.begin()
    archive.open_run()
    archive.end("a")

    Intake(archive.database).retry(TENANT, "a")
    archive.end("a", Ending.FAILED)

    assert archive.items()[0].state is State.DONE


def test_a_run_that_a_render_of_the_file_replaces_is_not_waited_for(archive: Archive) -> None:
    archive.done("a", tenant="local")
    archive.begin(None, Listed("a"))
    item = archive.items()[0]
    base = archive.reruns.base("local", "a")
    assert base is not None
    archive.reruns.open_run("re-1", item, base, base.submission, {})

    Intake(archive.database).put("a", Submission({}), None)

    found = archive.items()[0]
    assert (found.state, found.generation) == (State.CANCELLED, 2)
    assert found.why == "somebody has rendered it from its file meanwhile"
    assert archive.reprocessings.left("re-1", 10) == ()


def test_how_a_run_ended_is_noted_once(archive: Archive) -> None:
    archive.done("a")
    archive.begin()
    archive.open_run()
    archive.end("a")

    with archive.database.begin() as connection:
        note_end(connection, "a", 2, State.CANCELLED)

    assert archive.items()[0].state is State.DONE
