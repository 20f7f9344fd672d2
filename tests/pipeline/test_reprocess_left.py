"""Reprocessings that were left: found, told of, cancelled."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from jobs.ids import new_id
from jobs.reprocessing import State
from pipeline.alone import alone
from pipeline.calling_off import WHY, holder_of
from pipeline.cli import app
from storage.catalogue import Catalogue
from storage.database import open_database, sqlite_url
from storage.ledger import Ledger
from storage.migrate import prepare
from storage.reprocessings import Listed
from tests.storage.archive import TENANT, Archive, asking

LEFT = new_id("re", 1.0, bytes(10))
JOBS = ("job-a", "job-b", "job-c")


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with closing(open_database(sqlite_url(tmp_path))) as database:
        prepare(database)
        yield Archive(database)


@pytest.fixture
def left(archive: Archive) -> Archive:
    """Three jobs of which one has been run again, one waits for a worker, one was not begun."""
    for job_id in JOBS:
        archive.done(job_id)
    archive.begin(asking(), *map(Listed, JOBS), name=LEFT)
    archive.open_run(1, LEFT, title="x")
    archive.end("job-a")
    archive.open_run(2, LEFT, title="x")
    return archive


def reprocess(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["reprocess", *arguments])


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIPROD_DATA", str(tmp_path))
    monkeypatch.chdir(tmp_path)


def test_what_was_left_is_listed_with_what_can_be_done(left: Archive) -> None:
    told = reprocess("--list", "--tenant", TENANT).stdout

    first, counts, *ways = told.splitlines()
    assert first.startswith(f"{LEFT}  20")
    assert first.endswith(" UTC  acme  by newer stages")
    assert counts == "  left: 1 waiting, 1 opened, 1 done"
    assert [line.split() for line in ways] == [
        ["run", "the", "2", "that", "are", "left:", "aiprod", "reprocess", "--continue", LEFT],
        ["cancel", "the", "2", "that", "are", "left:", "aiprod", "reprocess", "--cancel", LEFT],
    ]


def test_one_whose_jobs_a_batch_has_ended_waits_for_its_report_only(left: Archive) -> None:
    left.end("job-b")
    left.open_run(3, LEFT, title="x")
    left.end("job-c")

    told = reprocess("--list", "--tenant", TENANT).stdout

    assert told.splitlines()[1:] == [
        "  left: 3 done",
        f"  every job has ended; for the report:  aiprod reprocess --continue {LEFT}",
    ]


def test_the_list_is_of_a_tenant(left: Archive) -> None:
    assert reprocess("--list").stdout == "nothing of tenant local was reprocessed\n"


def test_a_list_for_programs_has_every_number(left: Archive) -> None:
    (found,) = json.loads(reprocess("--list", "--tenant", TENANT, "--json").stdout)

    assert (found["id"], found["status"], found["jobs"]) == (LEFT, "left", 3)
    assert {state.value: found[state.value] for state in State if found[state.value]} == {
        "waiting": 1, "opened": 1, "done": 1,
    }  # fmt: skip


def test_what_is_worked_on_was_not_left(left: Archive, tmp_path: Path) -> None:
    with alone(tmp_path, LEFT, "working"):
        told = reprocess("--list", "--tenant", TENANT).stdout

    assert "  running: 1 waiting, 1 opened, 1 done" in told
    assert "--continue" not in told


def test_who_begins_another_is_told_what_was_left(left: Archive) -> None:
    ran = reprocess("--tenant", TENANT, "--status", "failed", "--set", "title=y")

    assert ran.stderr.startswith(f"note: {LEFT} of 20")
    assert " was left with 2 jobs: aiprod reprocess --list\n" in ran.stderr


def test_one_that_is_cancelled_begins_nothing_more_and_leaves_videos_as_they_are(
    left: Archive,
) -> None:
    ran = reprocess("--cancel", LEFT)

    assert (ran.exit_code, ran.stdout) == (0, f"{LEFT}: 1 done, 2 cancelled\n")
    assert [(item.state, item.why) for item in left.items(LEFT)] == [
        (State.DONE, None), (State.CANCELLED, None), (State.CANCELLED, WHY),
    ]  # fmt: skip
    catalogue = Catalogue(left.database)
    videos = [catalogue.video(TENANT, job_id) for job_id in JOBS]
    assert [video and video.generation for video in videos] == [2, 1, 1]
    assert left.reprocessings.unfinished(asking()) is None
    assert left.base("job-b").status.value == "cancelled"
    assert left.base("job-c").status.value == "done"


def test_runs_of_a_process_that_was_killed_are_cancelled_too(left: Archive) -> None:
    assert Ledger(left.database, worker=holder_of(LEFT)).claim("job-b")

    reprocess("--cancel", LEFT)

    assert left.items(LEFT)[1].state is State.CANCELLED


def test_what_another_machine_works_on_is_asked_to_stop(left: Archive) -> None:
    claim = Ledger(left.database, worker=f"{LEFT}@elsewhere").claim("job-b")

    ran = reprocess("--cancel", LEFT)

    assert claim is not None
    assert ran.stdout.splitlines() == [
        f"{LEFT}: 1 opened, 1 done, 1 cancelled",
        "  another machine works on 1 of them, and was asked to stop",
    ]
    assert left.reprocessings.unfinished(asking()) is not None


def test_what_this_machine_works_on_is_not_cancelled(left: Archive, tmp_path: Path) -> None:
    with alone(tmp_path, LEFT, "working"):
        ran = reprocess("--cancel", LEFT)

    assert ran.exit_code == 1
    assert ran.stderr == f"aiprod: {LEFT} is being worked on by another process\n"
    assert left.items(LEFT)[2].state is State.WAITING


def test_one_that_has_ended_cannot_be_cancelled(left: Archive) -> None:
    reprocess("--cancel", LEFT)

    ran = reprocess("--cancel", LEFT)

    assert ran.exit_code == 2
    assert "has ended; --rollback shows the videos of before again" in ran.stderr
