import sys

import pytest

from bench.measured import Taken, measured, medians, ratios

# Holds 200 MiB until half a second of CPU time is gone.
HOLDING = """
import time
held = bytearray(200 * 2**20)
held[::4096] = b"x" * len(held[::4096])
while time.process_time() < 0.5:
    pass
"""
STARTING = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {HOLDING!r}])"


def test_memory_and_time_of_a_child_count() -> None:
    taken = measured([sys.executable, "-c", STARTING])

    assert 200 < taken.peak_mib < 300
    assert taken.cpu_s >= 0.5
    assert taken.wall_s >= 0.5


def test_a_process_may_be_left_out_of_the_memory() -> None:
    marked = [sys.executable, "-c", STARTING.replace("held", "left_out")]

    assert measured(marked, without="left_out").peak_mib < 100


def test_a_failure_says_what_was_said() -> None:
    with pytest.raises(RuntimeError, match="ended with 3: no such luck"):
        measured([sys.executable, "-c", "import sys; print('no such luck'); sys.exit(3)"])


def test_ratios_are_of_medians() -> None:
    ours = medians([Taken(2.0, 4.0, 100.0), Taken(9.0, 5.0, 300.0), Taken(3.0, 6.0, 200.0)])
    floor = medians([Taken(2.0, 4.0, 50.0)])

    assert ours == {"wall_s": 3.0, "cpu_s": 5.0, "peak_mib": 200.0}
    assert ratios(ours, floor) == {"wall": 1.5, "cpu": 1.25, "memory": 4.0}
