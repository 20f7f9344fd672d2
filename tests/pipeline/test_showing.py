import os
import pty
import re
import subprocess
import sys

import pytest

from pipeline.answers import Cost, Job
from pipeline.showing import describe_job
from tests.warm import REPOSITORY

ROWS = [
    ("job-01m86e83hhjrp1zc9zdsp9shm1", "awaiting_review", "23 min", "A [bold]title[/] " * 9),
    ("job-01m86e4517wp87frh20ekwmm9y", "done", "1 d", "\x1b[2J潮だまり🌊"),
]


def printed(columns: int, *, is_terminal: bool) -> list[str]:
    program = (
        f"from pipeline.showing import JOB_COLUMNS, print_table\nprint_table(JOB_COLUMNS, {ROWS!r})"
    )
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "TERM": "xterm"}
    environment["COLUMNS"] = str(columns)
    reading, writing = pty.openpty() if is_terminal else os.pipe()
    subprocess.run([sys.executable, "-c", program], env=environment, stdout=writing, check=True)
    os.close(writing)
    text = b""
    try:
        while piece := os.read(reading, 4096):
            text += piece
    except OSError:  # how a terminal says that nobody writes to it any more
        pass
    finally:
        os.close(reading)
    return re.sub(r"\x1b\[[0-9;]*m", "", text.decode()).splitlines()


@pytest.mark.parametrize("columns", [80, 120])
def test_a_table_fits_the_terminal_and_keeps_every_column(columns: int) -> None:
    head, first, second = printed(columns, is_terminal=True)

    assert head.split() == ["ID", "STATE", "AGE", "TITLE"]
    assert first.split()[:4] == [ROWS[0][0], "awaiting_review", "23", "min"]
    assert "A [bold]title[/]" in first
    assert (len(first), first[-1]) == (columns, "…")
    assert second.endswith("1 d     \\x1b[2J潮だまり🌊")


def test_what_is_piped_is_not_cut() -> None:
    _head, first, _second = printed(80, is_terminal=False)

    assert first.endswith(("A [bold]title[/] " * 9).strip())


@pytest.mark.parametrize(
    ("estimated", "spent", "all_runs", "line"),
    [
        pytest.param(0.5, 0.25, 0.25, "0.2500 of an estimated 0.5000 USD spent", id="one run"),
        pytest.param(
            0.0, 0.0, 0.25, "0.0000 of an estimated 0.0000 USD spent, 0.2500 USD in all runs",
            id="made of what was paid before",
        ),
        pytest.param(None, 0.1, 0.1, "0.1000 USD spent", id="its script, before it is planned"),
        pytest.param(0.0, 0.0, 0.0, None, id="nobody is paid"),
        pytest.param(None, 0.0, 0.0, None, id="waiting"),
    ],
)  # fmt: skip
def test_a_job_shows_what_was_paid(
    estimated: float | None, spent: float, all_runs: float, line: str | None
) -> None:
    job = Job.model_validate(
        {
            "id": "job-1",
            "status": "rendering",
            "generation": 1,
            "title": None,
            "created_at": "2026-03-01T09:30:00Z",
            "updated_at": "2026-03-01T09:30:00Z",
            "cancel_requested": False,
            "problems": [],
            "attempts": 1,
            "progress": {},
            "cost_usd": Cost(estimated=estimated, spent=spent, all_runs=all_runs),
            "video": None,
        }
    )

    costs = [one for one in describe_job(job).splitlines() if one.startswith("  cost")]

    assert costs == ([f"  cost      {line}"] if line else [])
