import subprocess
import sys
import threading

import pytest

from jobs.daemon import daemon

WAIT_S = 60.0


def test_a_call_gives_its_result_or_its_error() -> None:
    def broken() -> None:
        raise SystemExit("bad")

    made, failed = daemon(lambda: 7, "seven"), daemon(broken, "broken")

    assert made.result(WAIT_S) == 7
    with pytest.raises(SystemExit, match="bad"):
        failed.result(WAIT_S)


def test_a_call_runs_in_a_thread_of_its_name() -> None:
    assert daemon(lambda: threading.current_thread().name, "look-up").result(WAIT_S) == "look-up"


def test_a_call_that_hangs_keeps_no_process_from_ending() -> None:
    hangs = "from jobs.daemon import daemon; import threading; daemon(threading.Event().wait, 'x')"

    ended = subprocess.run([sys.executable, "-c", hangs], timeout=WAIT_S, check=False)

    assert ended.returncode == 0
