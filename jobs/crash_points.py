"""Places where a test may let this process die, to see what survives.

A point is a name in the code. `AIPROD_CRASH_POINT=name` or `name:3` chooses one, and the process
kills itself with SIGKILL when it comes by for the first, or third, time. Otherwise none is armed.
"""

import os
import signal
import threading

_LOCK = threading.Lock()
_ARMED: dict[str, int] = {}  # of the process: a point is deep in code that knows no settings


def arm(chosen: str | None) -> None:
    """Chooses the point to die at: `name` or `name:nth`; None disarms.

    Raises:
      ValueError: The number is not one.
    """
    _ARMED.clear()
    if chosen:
        name, _, nth = chosen.partition(":")
        _ARMED[name] = int(nth or 1)


def crash_point(name: str) -> None:
    """Dies here, if this point is armed and due."""
    if name not in _ARMED:
        return
    with _LOCK:
        _ARMED[name] -= 1
        is_due = _ARMED[name] == 0
    if is_due:
        os.kill(os.getpid(), signal.SIGKILL)
