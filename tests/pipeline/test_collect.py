import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jobs.errors import InvalidInput
from pipeline.collect import seconds_of
from tests.pipeline.conftest import Desk

Build = Callable[..., dict[str, Any]]
DAY_S = 86_400.0


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
    with pytest.raises(InvalidInput, match="is no duration"):
        seconds_of(text)


def test_what_a_failed_job_has_made_is_removed_and_made_again(desk: Desk, small_job: Build) -> None:
    scenes = [{"narration": "One.", "duration_s": 40, "visual": {"type": "title", "text": "A"}}]
    too_long = small_job(scenes=scenes, preset="quick_social")
    good = small_job(scenes=[{**scenes[0], "duration_s": 1}])
    failed = desk.run("render", str(desk.write("long.json", too_long)))
    let_a_day_pass(desk.folder / "data")

    young = desk.run("gc", "--json").json
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


def test_where_nothing_was_made_nothing_is_collected(desk: Desk) -> None:
    ran = desk.run("gc", "--json")

    assert (ran.code, "there is no ledger" in json.loads(ran.out)["error"]) == (2, True)
    assert not (desk.folder / "data").exists()
