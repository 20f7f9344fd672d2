"""Loading many modules fast, and leaving them.

Python looks for garbage after every 700 objects that stay, and modules are made of a million that
do: a sixth of the time that a command takes to start. To take them apart at the end takes another
tenth of a second.
"""

import atexit
import gc
import os
import sys
import threading

_OBJECTS = 50_000
_USUAL = gc.get_threshold()


def load_quickly() -> None:
    """Looks for garbage seldom from now on, while modules are loaded."""
    gc.set_threshold(_OBJECTS, *_USUAL[1:])


def loaded() -> None:
    """Looks for garbage as often as usual again, though not among what has been loaded: it stays.

    Where nobody has called `load_quickly`, and the second time, nothing changes.
    """
    if gc.get_threshold() != _USUAL:
        gc.freeze()
        gc.set_threshold(*_USUAL)


def leave_quickly(code: int) -> None:
    """Ends the process as Python does, but for taking apart what was loaded.

    It comes back where a thread goes on, or what was written cannot be: Python then ends as usual.
    """
    others = (one for one in threading.enumerate() if one is not threading.current_thread())
    if any(not one.daemon for one in others):
        return
    atexit._run_exitfuncs()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        return
    os._exit(code)
