"""A short reprocessing under fire; `make chaos` has the long one."""

from pathlib import Path

from tests.chaos.reprocessing import History, run

SEED = 20261129


def test_every_job_is_run_again_once_however_often_the_command_is_killed(tmp_path: Path) -> None:
    report = run(
        History(tmp_path), 8, 2, SEED, "--set", "output.loudness=ebu", "--side-by-side", "2"
    )  # fmt: skip

    assert report.broken == []
    assert report.states == {"done": 8}
    assert report.kills >= 1
