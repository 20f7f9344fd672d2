import logging
import threading

import pytest

from api.background import Background

WAIT_S = 60


def test_a_thread_that_meets_what_nobody_foresaw_goes_on(
    caplog: pytest.LogCaptureFixture,
) -> None:
    went_on = threading.Event()
    begun: list[int] = []

    def fail_twice(stop: threading.Event) -> None:
        begun.append(len(begun))
        if len(begun) <= 2:
            raise ZeroDivisionError("division of labour")
        went_on.set()
        stop.wait(WAIT_S)

    running = Background((("relay", fail_twice, lambda: None),), pause_s=0.001).start()

    assert went_on.wait(WAIT_S)
    running.stop(WAIT_S)
    assert not any(thread.is_alive() for thread in running.threads)
    assert begun == [0, 1, 2]
    told = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert [record.getMessage() for record in told] == [
        "relay met what nobody foresaw; it goes on in 0.001 s",
        "relay met what nobody foresaw; it goes on in 0.002 s",
    ]
    assert "division of labour" in caplog.text


def test_a_pause_does_not_hold_up_the_end() -> None:
    failed = threading.Event()

    def fail(_stop: threading.Event) -> None:
        failed.set()
        raise ZeroDivisionError

    running = Background((("relay", fail, lambda: None),), pause_s=3600).start()
    assert failed.wait(WAIT_S)

    running.stop(WAIT_S)

    assert not any(thread.is_alive() for thread in running.threads)
