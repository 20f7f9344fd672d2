import contextlib
import signal

import pytest

from pipeline.interrupts import repeated_interrupts


def test_an_interrupt_that_was_dropped_comes_again() -> None:
    def drop_and_wait() -> None:
        with contextlib.suppress(KeyboardInterrupt):  # as Python does in a finaliser
            signal.raise_signal(signal.SIGINT)
        signal.pause()

    with pytest.raises(KeyboardInterrupt), repeated_interrupts():
        drop_and_wait()


def test_what_was_set_before_is_set_again() -> None:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGALRM)

    with pytest.raises(KeyboardInterrupt), repeated_interrupts():
        signal.raise_signal(signal.SIGINT)

    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGALRM)) == before
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
