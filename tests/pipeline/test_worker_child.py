import sys
from pathlib import Path

import pytest

from jobs.errors import ToolFailed
from pipeline.worker_child import WorkerChild
from tests.pipeline.workers import until


def refusal(child: WorkerChild) -> str:
    """Why the worker is not up; nothing while it is."""
    try:
        child.check_up()
    except ToolFailed as error:
        return error.message
    return ""


def test_a_worker_that_cannot_be_started_is_tried_again_and_told_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "no-python"))
    child = WorkerChild(tmp_path)
    before = refusal(child)

    child.start()
    told = until(lambda: refusal(child), "the worker to be given up")
    child.close()

    assert before == ""
    assert told == (
        "the worker has ended 3 times right after its start, at last with exit code 127"
    )
