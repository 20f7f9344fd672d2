import os
import select
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from jobs.errors import TimedOut, ToolFailed
from providers.espeak import Espeak
from providers.speech import SpeechRequest
from tests.kin import command_of

ROOT = Path(__file__).parents[2]


def newest_helper() -> psutil.Process:
    found = [
        child
        for child in psutil.Process().children()
        if "providers.espeak_process" in command_of(child)
    ]
    return max(found, key=lambda child: (child.create_time(), child.pid))


def test_threads_may_share_a_session() -> None:
    requests = [SpeechRequest(f"Twice a day {n}", "en-us") for n in range(12)]
    with Espeak().open() as voice, ThreadPoolExecutor(6) as pool:
        alone = [voice.speak(request) for request in requests]
        together = list(pool.map(voice.speak, requests))

    assert together == alone


def test_a_helper_killed_while_idle_is_replaced() -> None:
    request = SpeechRequest("sea", "en-us")
    with Espeak().open() as voice:
        before = voice.speak(request)
        idle = newest_helper()
        idle.kill()
        os.waitid(os.P_PID, idle.pid, os.WEXITED | os.WNOWAIT)

        assert voice.speak(request) == before


def test_a_helper_killed_while_it_speaks_is_named_and_replaced() -> None:
    request = SpeechRequest("sea", "en-us")
    with Espeak().open() as voice, ThreadPoolExecutor(1) as pool:
        busy = newest_helper()
        busy.suspend()
        asked = pool.submit(voice.speak, request)
        requests = os.open(f"/proc/{busy.pid}/fd/0", os.O_RDONLY | os.O_NONBLOCK)
        arrived, _, _ = select.select([requests], [], [], 10)
        os.close(requests)
        busy.kill()

        with pytest.raises(ToolFailed, match=r"espeak helper died \(killed by SIGKILL\)"):
            asked.result()
        assert arrived
        assert voice.speak(request).words[0].text == "sea"


def test_a_helper_sees_no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", "secret-key")

    with Espeak().open():
        seen = newest_helper().environ()

    assert "PATH" in seen
    assert "secret-key" not in seen.values()


def test_a_helper_that_hangs_is_stopped_and_replaced() -> None:
    request = SpeechRequest("sea", "en-us")
    with Espeak(timeout_s=2).open() as voice:
        hung = newest_helper()
        hung.send_signal(signal.SIGSTOP)

        with pytest.raises(TimedOut, match=r"espeak helper did not answer within 2\.06 s"):
            voice.speak(request)
        assert not hung.is_running()
        assert voice.speak(request).words[0].text == "sea"


def test_the_helper_dies_with_its_parent() -> None:
    program = "from providers.espeak import Espeak; s = Espeak().open(); print('up'); input()"
    parent = subprocess.Popen(
        [sys.executable, "-uc", program], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with parent:
        assert parent.stdout
        assert parent.stdout.readline() == b"up\n"
        (orphan,) = psutil.Process(parent.pid).children()
        parent.kill()

    _, alive = psutil.wait_procs([orphan], timeout=10)
    assert alive == []


def test_closing_ends_the_helper() -> None:
    with Espeak().open() as voice:
        running = newest_helper()
    assert not running.is_running()
    with pytest.raises(ValueError, match="closed"):
        voice.speak(SpeechRequest("sea", "en-us"))


def test_the_library_is_loaded_in_the_helper_alone() -> None:
    program = (
        "import sys; from providers.espeak import *\n"
        "with Espeak().open() as s: s.speak(SpeechRequest('sea', 'en-us'))\n"
        "assert 'espeakng_loader' not in sys.modules\n"
        "print('espeak-ng' in open('/proc/self/maps').read())"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, check=True, timeout=60
    )
    assert done.stdout == b"False\n"


def test_the_helper_needs_the_standard_library_only() -> None:
    program = (
        "import sys, providers.espeak_process\n"
        "print(*sorted({'numpy', 'scipy', 'pydantic', 'jobs'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, check=True, timeout=60
    )
    assert done.stdout == b"\n"
