"""Workflows of GitHub: what they may do, whose code they run, and that it is ours."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

REPOSITORY = Path(__file__).parents[1]
WORKFLOWS = sorted((REPOSITORY / ".github" / "workflows").glob("*.yml"))
TARGETS = set(
    re.findall(r"^([a-z-]+):", (REPOSITORY / "Makefile").read_text(encoding="utf-8"), re.M)
)


@pytest.fixture(params=WORKFLOWS, ids=lambda path: path.stem)
def text(request: pytest.FixtureRequest) -> str:
    path: Path = request.param
    return path.read_text(encoding="utf-8")


@pytest.fixture
def workflow(text: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(text)
    return found


def test_actions_are_named_by_commit_with_their_tag_beside(text: str) -> None:
    used = re.findall(r"uses: (.+)", text)

    assert used
    assert [
        one for one in used if not re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v[\d.]+", one)
    ] == []


def test_an_action_has_one_commit_everywhere() -> None:
    used = {
        one
        for path in WORKFLOWS
        for one in re.findall(r"uses: (\S+)", path.read_text(encoding="utf-8"))
    }

    assert len({one.partition("@")[0] for one in used}) == len(used)


def test_a_job_may_read_unless_it_says_more_and_ends_in_time(workflow: dict[str, Any]) -> None:
    assert workflow["permissions"] in ({}, {"contents": "read"})
    assert workflow["concurrency"]["group"]
    assert all(0 < job["timeout-minutes"] <= 90 for job in workflow["jobs"].values())


def test_only_who_publishes_may_write() -> None:
    writing = {
        (path.stem, name)
        for path in WORKFLOWS
        for name, job in yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"].items()
        if "write" in job.get("permissions", {}).values()
    }

    assert writing == {("release", "publish")}


def test_targets_of_make_exist(workflow: dict[str, Any]) -> None:
    steps = [step.get("run", "") for job in workflow["jobs"].values() for step in job["steps"]]
    made = {target for run in steps if run.startswith("make ") for target in run.split()[1:]}

    assert made
    assert made <= TARGETS
