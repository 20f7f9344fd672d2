"""The batch pipeline: on Dataflow, as far as what that is sent, and on this machine."""

import json
import os
import subprocess
from contextlib import closing
from pathlib import Path

import pytest
from apache_beam.portability.api import beam_runner_api_pb2
from google.cloud.dataflow_v1beta3 import JobType

from jobs.reprocessing import Change, Request, Selection, State
from jobs.wire import to_json
from pipeline.machines import MACHINES
from storage.database import open_database, sqlite_url
from storage.migrate import prepare
from storage.reprocessings import EVERY, Listed, Reprocessings
from tests.chaos.reprocessing import History
from tests.pipeline.test_dataflow_job import GOLDEN, IMAGE, google, submit
from tests.warm import module, run
from transforms.open_runs import Piece, split_piece

LOUDER = Request(Selection(), Change(sets=("output.loudness=podcast",)))


def test_what_dataflow_is_sent_is_a_batch_of_the_same_steps(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path / "ledger")
    with closing(open_database(url)) as database:
        prepare(database)
        listed = [Listed(f"job-{number}") for number in range(1, 1001)]
        begun = Reprocessings(database).begin("re-1", LOUDER, listed, EVERY)

    with google() as server:
        entry = ["--batch=true", f"--reprocessing={begun.id}"]
        ran = submit(server, tmp_path, entry=entry, ledger=url)

    assert (ran.returncode, server.refused) == (0, []), ran.stderr
    (job,) = server.jobs
    assert JobType(job["type"]) is JobType.JOB_TYPE_BATCH
    staged = server.staged("pipeline.pb")
    graph = beam_runner_api_pb2.Pipeline.FromString(staged)
    names = {step.unique_name for step in graph.components.transforms.values()}
    golden = set(json.loads(GOLDEN.read_text(encoding="utf-8")))
    # The same Produce, step by step, behind another source.
    assert {name for name in golden if name.startswith("Produce")} - names == set()
    assert {"Pieces", "Split", "Spread", "OpenRuns"} <= names
    # Nothing was asked for: the machines are ours.
    (pool,) = job["environment"]["workerPools"]
    assert pool["machineType"] == MACHINES["machine_type"]
    assert pool["numWorkers"] == MACHINES["num_workers"]
    assert pool["autoscalingSettings"]["maxNumWorkers"] == MACHINES["max_num_workers"]
    assert pool["diskSizeGb"] == MACHINES["disk_size_gb"]
    assert [image["containerImage"] for image in pool["sdkHarnessContainerImages"]] == [IMAGE]
    assert job["labels"]["shape"] == "batch"


def test_any_number_of_jobs_is_split_into_pieces_that_hold_each_job_once() -> None:
    pieces = [Piece.from_bytes(one) for one in split_piece(Piece("re-1", 1, 1050).to_bytes())]

    numbers = [n for piece in pieces for n in range(piece.first, piece.last + 1)]
    assert numbers == list(range(1, 1051))
    assert len(pieces) == 11


def test_worker_processes_of_this_machine_run_all_jobs_again(tmp_path: Path) -> None:
    history = History(tmp_path)
    history.make(2)

    ran = run_here(
        tmp_path,
        f"--request={to_json(LOUDER).decode()}",
        "--direct_running_mode=multi_processing",
        "--direct_num_workers=2",
    )

    assert (ran.returncode, ran.stderr) == (0, "")
    with history.database() as database:
        found = Reprocessings(database).unfinished(LOUDER)
        assert found is not None
        assert Reprocessings(database).counts(found.id) == {State.DONE: 2}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], "give --reprocessing=<id> or --request=<JSON>, one of the two"),
        (["--reprocessing=re-9"], "--reprocessing re-9: there is none of that id"),
        (["--request={}"], "--request cannot be read; give what `aiprod reprocess --dry-run"),
    ],
    ids=["nothing", "unknown", "no request"],
)
def test_what_is_not_asked_for_well_is_told_in_a_sentence(
    tmp_path: Path, options: list[str], said: str
) -> None:
    ran = run_here(tmp_path, *options)

    assert ran.returncode == 2
    assert ran.stderr.startswith(f"pipeline: {said}")
    assert ran.stderr.count("\n") == 1


def run_here(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "AIPROD_DATA": str(folder / "data")}
    return run(module("pipeline"), "--batch", *options, cwd=folder, env=env, timeout=300)
