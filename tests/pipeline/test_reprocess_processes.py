"""`aiprod reprocess` as processes: stopped, side by side, and against owners of jobs."""

import json
import signal
from pathlib import Path

import psutil
import pytest

from jobs.reprocessing import State
from jobs.slate import LOCAL_TENANT
from pipeline.reprocess import NICE
from storage.intake import Intake
from storage.reprocessings import Reprocessings
from tests.chaos.reprocessing import document
from tests.kin import command_of, encoders
from tests.pipeline.past import Past
from tests.pipeline.test_cli import leftovers
from tests.pipeline.workers import until
from tests.warm import Process

IDS = ("job-1", "job-2")
# Enough frames that a signal arrives while they are made.
LARGER = ("--set", "output.height=720", "--set", "output.quality=standard", "--side-by-side", "1")


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Past:
    """Two jobs that are done, the first a longer one. Nobody changes them: `past` is a copy."""
    past = Past(tmp_path_factory.mktemp("rendered"))
    long = document(1)
    scene = {**long["scenes"][0], "duration_s": 6, "visual": {"type": "title", "text": "Wait"}}
    past.make({"job-1": {**long, "scenes": [scene]}, "job-2": document(2)})
    return past


@pytest.fixture
def past(rendered: Past, tmp_path: Path) -> Past:
    return rendered.copy(tmp_path / "past")


def encoding(command: Process) -> list[psutil.Process]:
    def found() -> list[psutil.Process]:
        return [one for one in encoders(command.pid) if "libx264" in command_of(one)]

    those: list[psutil.Process] = until(found, "an encoder")
    return those


def test_a_signal_puts_jobs_back_and_the_same_command_goes_on(past: Past) -> None:
    with past.start("--status", "done", *LARGER) as command:
        busy = encoding(command)
        niceness = {encoder.nice() for encoder in busy}
        command.send_signal(signal.SIGTERM)
        out, _ = command.communicate(timeout=60)
    stopped = json.loads(out)
    _gone, alive = psutil.wait_procs(busy, 5)
    jobs = past.jobs()

    again = past.desk.run_cold("reprocess", "--status", "done", *LARGER, "--yes", "--json").json

    assert (command.returncode, alive, niceness) == (130, [], {NICE})
    assert jobs == {"job-1": ("queued", 2), "job-2": ("done", 1)}
    assert (stopped["opened"], stopped["waiting"]) == (1, 1)
    assert (again["id"], again["done"]) == (stopped["id"], 2)
    assert set(past.jobs().values()) == {("done", 2)}
    assert past.made_twice() == []
    assert leftovers(past.desk) == []


def test_an_owner_may_cancel_a_job_that_is_run_again(past: Past) -> None:
    with past.start("job-1", *LARGER) as command:
        encoding(command)
        with past.database() as database:
            Intake(database).cancel(LOCAL_TENANT, "job-1")
        out, _ = command.communicate(timeout=60)

    told = json.loads(out)
    assert (command.returncode, told["cancelled"]) == (0, 1)
    assert past.jobs()["job-1"] == ("cancelled", 2)
    assert past.shown("job-1") == (1, 1)


def test_two_with_different_changes_run_each_job_once_for_each(past: Past) -> None:
    (past.folder / "jobs.jsonl").write_text("\n".join(IDS))  # whatever the other one works on
    with (
        past.start("--from", "jobs.jsonl", "--set", "output.loudness=ebu") as one,
        past.start("--from", "jobs.jsonl", "--set", "captions.style=karaoke") as other,
    ):
        told = [json.loads(command.communicate(timeout=240)[0]) for command in (one, other)]

    assert [(one["done"], one["jobs"]) for one in told] == [(2, 2), (2, 2)]
    assert past.jobs() == dict.fromkeys(IDS, ("done", 3))
    runs = [[item.generation for item in past.items(one["id"])] for one in told]
    assert [sorted(pair) for pair in zip(*runs, strict=True)] == [[2, 3], [2, 3]]
    assert past.made_twice() == []


def test_a_signal_that_comes_before_a_job_is_claimed_stops_it_too(past: Past) -> None:
    with past.start("job-1", *LARGER) as command, past.database() as database:
        reprocessings = Reprocessings(database)
        begun = until(lambda: reprocessings.newest(LOCAL_TENANT, 1), "the reprocessing")
        until(lambda: State.OPENED in reprocessings.counts(begun[0].id), "a new run")
        command.send_signal(signal.SIGTERM)
        out, _ = command.communicate(timeout=60)

    assert (command.returncode, json.loads(out)["opened"]) == (130, 1)
    assert past.jobs()["job-1"] == ("queued", 2)
