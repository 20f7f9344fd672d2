import json
import os
import signal
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from jobs.errors import InvalidInput
from pipeline.collect import seconds_of
from storage.database import open_database, sqlite_url
from storage.directory import DirectoryBlobs
from storage.garbage import Collection
from storage.kept_runs import KeptRuns
from tests.pipeline.conftest import Desk
from tests.pipeline.test_cli import wait_for

Build = Callable[..., dict[str, Any]]
DAY_S = 86_400.0
ORPHAN = f"media/aa/{'a' * 64}.json"


def let_a_day_pass(folder: Path) -> None:
    for path in (one for kind in ("parts", "media") for one in (folder / kind).rglob("*")):
        modified = path.stat().st_mtime - DAY_S
        os.utime(path, (modified, modified))


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("0", 0.0), ("30s", 30.0), ("90m", 5400.0), ("12h", 43_200.0), ("7d", 604_800.0)],
)
def test_durations_are_numbers_with_a_unit(text: str, seconds: float) -> None:
    assert seconds_of(text) == seconds


@pytest.mark.parametrize("text", ["", "7", "d", "-1d", "1.5h", "1d12h", "9999999d"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match=f"--older-than '{text}' is no duration; give 0, 90m"):
        seconds_of(text)


def test_what_a_failed_job_has_made_is_removed_and_made_again(desk: Desk, small_job: Build) -> None:
    scenes = [{"narration": "One.", "duration_s": 40, "visual": {"type": "title", "text": "A"}}]
    too_long = small_job(scenes=scenes, preset="quick_social")
    good = small_job(scenes=[{**scenes[0], "duration_s": 1}])
    failed = desk.run("render", str(desk.write("long.json", too_long)))
    let_a_day_pass(desk.folder / "data")

    young = desk.run_cold("gc", "--json").json
    dry = desk.run("gc", "--older-than", "0", "--dry-run", "--json").json
    wet = desk.run("gc", "--older-than", "0", "--json").json
    told = desk.run("gc", "--older-than", "0").out
    ran = desk.run("render", str(desk.write("good.json", good)), "--json").json
    after = desk.run("gc", "--older-than", "0", "--json").json

    assert failed.code == 1
    assert young["blobs"] == 0
    assert wet == {**dry, "dry_run": False}
    assert wet["stages"].keys() == {"voice", "visual", "other"}
    assert wet["kept"] == {"blobs": 0, "bytes": 0}
    assert told == "removed 0 blobs, 0.0 MB\nkept 0 blobs, 0.0 MB\n"
    assert (ran["status"], ran["reused"]) == ("done", 0)
    assert after["blobs"] == 0


def test_a_run_at_work_keeps_old_plans_that_it_has_found(desk: Desk, small_job: Build) -> None:
    scene = {"narration": "One.", "duration_s": 8, "visual": {"type": "title", "text": "Wait"}}
    output = {"height": 360, "fps": 24, "quality": "standard"}
    path = str(desk.write("job.json", small_job(scenes=[scene], output=output)))
    data = desk.folder / "data"
    with desk.start("render", path, "--json") as first:
        wait_for(first, "Video frames")
        first.send_signal(signal.SIGINT)
        first.communicate(timeout=60)
    DirectoryBlobs(data).create(ORPHAN, b"")
    let_a_day_pass(data)

    with desk.start("render", path, "--json") as second:
        wait_for(second, "Video frames")
        with closing(open_database(sqlite_url(data))) as database:
            collection = Collection(DirectoryBlobs(data), [KeptRuns(database, 0.0)], 1, 0.0)
            collected = collection.run()
        is_at_work = second.poll() is None
        out, _ = second.communicate(timeout=120)

    assert is_at_work
    assert collected.removed["other"].blobs >= 1
    assert not DirectoryBlobs(data).exists(ORPHAN)
    assert json.loads(out)["status"] == "done"


def test_where_nothing_was_made_nothing_is_collected(desk: Desk) -> None:
    ran = desk.run("gc", "--json")

    assert (ran.code, "there is no ledger" in json.loads(ran.out)["error"]) == (2, True)
    assert not (desk.folder / "data").exists()
