"""Loading many modules fast.

Python looks for garbage after every 700 objects that stay, and modules are made of a million that
do: a sixth of the time that a command takes to start.
"""

import gc

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
