import subprocess
import sys

import pytest

LEAVE = "from pipeline.quick_start import leave_quickly"


def left(program: str) -> subprocess.CompletedProcess[str]:
    """What a Python says and how it ends."""
    return subprocess.run(
        [sys.executable, "-c", f"{LEAVE}; {program}"], capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("code", [0, 3])
def test_a_process_that_leaves_quickly_has_written_everything(code: int) -> None:
    found = left(f"import sys; print('out'); sys.stderr.write('err'); leave_quickly({code})")

    assert (found.stdout, found.stderr, found.returncode) == ("out\n", "err", code)


def test_what_is_to_be_done_at_the_end_is_done() -> None:
    assert left("import atexit; atexit.register(print, 'end'); leave_quickly(0)").stdout == "end\n"


def test_a_thread_that_goes_on_is_waited_for() -> None:
    start = "e = threading.Event(); threading.Thread(target=lambda: e.wait() and print(2)).start()"
    found = left(f"import threading; {start}; leave_quickly(0); print(1); e.set()")

    assert found.stdout.split() == ["1", "2"]
