import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from jobs.elements import Ending, Part, PartStatus, Problem, Run, Task
from jobs.errors import ErrorCode, LedgerUnavailable
from jobs.stages import Stage
from jobs.states import FOLLOWERS, TERMINAL, Status
from storage.ledger import Ledger, open_ledger, sqlite_url

PROBLEM = Problem("voice", ErrorCode.TOOL_FAILED, "the voice died", True, "tail")


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = open_ledger(sqlite_url(tmp_path / "data"))
    yield opened
    opened.close()


def admitted(ledger: Ledger, job_id: str = "job") -> Run:
    ledger.add(job_id, "media/submission.json")
    run = ledger.admit(job_id)
    assert run is not None
    return run


def test_a_queued_job_is_admitted_once(ledger: Ledger) -> None:
    ledger.add("job", "media/submission.json")

    first, second = ledger.admit("job"), ledger.admit("job")

    assert first is not None
    assert (first.run_id, first.submission, second) == ("job.1", "media/submission.json", None)


def test_of_many_workers_one_gets_the_job(ledger: Ledger) -> None:
    ledger.add("job", "media/submission.json")
    barrier = threading.Barrier(6)
    runs: list[Run | None] = []

    def admit() -> None:
        barrier.wait()
        runs.append(ledger.admit("job"))

    threads = [threading.Thread(target=admit) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(runs) == 6
    assert sum(run is not None for run in runs) == 1


def test_an_unknown_job_is_not_admitted(ledger: Ledger) -> None:
    assert ledger.admit("nobody") is None
    assert ledger.job("nobody") is None


@pytest.mark.parametrize("status", list(Status), ids=lambda s: s.value)
def test_a_run_moves_only_to_states_that_may_follow(ledger: Ledger, status: Status) -> None:
    run = admitted(ledger)

    assert ledger.advance(run, status) is (status in FOLLOWERS[Status.PLANNING])


@pytest.mark.parametrize("ending", [Ending.DONE, Ending.FAILED, Ending.CANCELLED])
def test_the_end_of_a_run_is_final(ledger: Ledger, ending: Ending) -> None:
    run = admitted(ledger)
    ledger.advance(run, Status.GENERATING)
    ledger.advance(run, Status.RENDERING)
    assert ledger.settle(run, ending, [PROBLEM], "manifest.json")

    assert not ledger.settle(run, Ending.DONE, [], None)
    assert not any(ledger.advance(run, status) for status in Status)
    row = ledger.job("job")
    assert row is not None
    assert row.status in TERMINAL
    assert row.problems == (PROBLEM,)


def test_a_run_that_was_replaced_can_write_no_more(ledger: Ledger) -> None:
    old = admitted(ledger)
    new = admitted(ledger)

    assert not ledger.settle(old, Ending.FAILED, [PROBLEM], None)
    assert ledger.is_stopped(old)
    assert not ledger.is_stopped(new)
    assert (old.generation, new.generation) == (1, 2)


def test_an_incomplete_run_gives_the_job_back(ledger: Ledger) -> None:
    run = admitted(ledger)
    ledger.advance(run, Status.GENERATING)

    ledger.settle(run, Ending.INCOMPLETE, [], None)

    assert ledger.admit("job") is not None


def test_cancelling_stops_a_run_but_not_a_finished_job(ledger: Ledger) -> None:
    run = admitted(ledger, "running")
    done = admitted(ledger, "done")
    ledger.settle(done, Ending.FAILED, [], None)

    ledger.cancel("running")
    ledger.cancel("done")

    assert ledger.is_stopped(run)
    assert ledger.job("done").status is Status.FAILED  # type: ignore[union-attr] # it exists


def test_progress_and_ends_of_parts_are_kept(ledger: Ledger) -> None:
    run = admitted(ledger)
    task = Task(run, "render/0", Stage.RENDER, 1, True, "key", "plan", "label", {})
    part = Part(run, "render/0", Stage.RENDER, 1, True, "key", "plan", PartStatus.DONE, 2.5)
    ledger.plan_parts([(task, 90)])
    ledger.plan_parts([(task, 90)])

    ledger.note_progress(task, 30)
    half_way = ledger.parts("job", 1)
    ledger.note_part(part)
    ledger.note_progress(task, 60)
    ended = ledger.parts("job", 1)

    assert [(p.status, p.units_done, p.units) for p in half_way] == [("running", 30, 90)]
    assert [(p.status, p.units_done, p.seconds) for p in ended] == [("done", 90, 2.5)]


def test_events_tell_the_story_of_a_job_in_order(ledger: Ledger) -> None:
    run = admitted(ledger)
    ledger.advance(run, Status.GENERATING)
    ledger.settle(run, Ending.FAILED, [PROBLEM], None)

    events = ledger.events("job")

    assert [kind for _, kind, _ in events] == ["queued", "planning", "generating", "failed"]
    assert ledger.events("job", after=events[1][0]) == events[2:]


def test_a_second_process_sees_the_same_ledger(ledger: Ledger, tmp_path: Path) -> None:
    ledger.add("job", "media/submission.json")

    other = open_ledger(sqlite_url(tmp_path / "data"))

    assert other.job("job") == ledger.job("job")
    other.close()


def test_a_database_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    (tmp_path / "ledger.db").mkdir()

    with pytest.raises(LedgerUnavailable, match=r"the ledger .*ledger\.db cannot be used"):
        open_ledger(sqlite_url(tmp_path))


def test_a_damaged_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "ledger.db").write_bytes(b"these are not the tables you are looking for" * 100)

    with pytest.raises(LedgerUnavailable, match="not a database"):
        open_ledger(sqlite_url(tmp_path))


def test_readers_do_not_wait_for_a_writer(ledger: Ledger, tmp_path: Path) -> None:
    run = admitted(ledger)
    writer = sqlite3.connect(tmp_path / "data" / "ledger.db", isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    started = time.monotonic()

    stopped = ledger.is_stopped(run)

    writer.close()
    assert not stopped
    assert time.monotonic() - started < 5  # a writer would have waited half a minute


def test_a_folder_with_a_question_mark_holds_its_ledger(tmp_path: Path) -> None:
    folder = tmp_path / "what?x=1"

    opened = open_ledger(sqlite_url(folder))

    opened.close()
    assert (folder / "ledger.db").exists()
