import signal
import subprocess
import sys
from pathlib import Path

import pytest

from jobs.ids import new_id

REPOSITORY = Path(__file__).parents[2]
PROGRAM = """
from jobs.crash_points import arm, crash_point
arm({chosen!r})
for number in range(1, 4):
    crash_point("place")
    print(number, flush=True)
"""


@pytest.mark.parametrize(
    ("chosen", "printed", "code"),
    [
        pytest.param("place", "", -signal.SIGKILL, id="the first time"),
        pytest.param("place:3", "1\n2\n", -signal.SIGKILL, id="the third time"),
        pytest.param("elsewhere", "1\n2\n3\n", 0, id="another point"),
        pytest.param(None, "1\n2\n3\n", 0, id="none"),
    ],
)
def test_a_process_dies_at_the_chosen_point(chosen: str | None, printed: str, code: int) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(chosen=chosen)],
        cwd=REPOSITORY, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip

    assert (ran.stdout, ran.returncode) == (printed, code)


def test_ids_sort_by_the_time_they_were_made() -> None:
    ids = [new_id("job", 1_700_000_000 + step, b"\xff" * 10) for step in range(3)]

    assert ids == sorted(ids)
    assert len(ids[0]) == len("job-") + 26
    assert new_id("job", 0.001, b"\0" * 9 + b"\x1f") == "job-0000000001000000000000000z"


def test_ids_take_ten_random_bytes() -> None:
    with pytest.raises(ValueError, match="9 random bytes; give 10"):
        new_id("job", 0.0, b"\0" * 9)
