"""Ctrl-C that is taken, wherever it falls."""

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType

REPEAT_S = 0.5


@contextlib.contextmanager
def repeated_interrupts() -> Iterator[None]:
    """Raises `KeyboardInterrupt` in the block on SIGINT, again and again until it leaves it.

    Python drops an exception that is raised while an object is finalised or a weak reference is
    called back; a command that waits would then wait on, as if nobody had pressed a key.
    """
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread may handle signals
        return

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        signal.setitimer(signal.ITIMER_REAL, REPEAT_S)
        raise KeyboardInterrupt

    numbers = (signal.SIGINT, signal.SIGALRM)
    before = {number: signal.signal(number, interrupt) for number in numbers}
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in before.items():
            signal.signal(number, handler)
