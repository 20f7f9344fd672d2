"""What the programs that we start see of our environment: what they need, and no keys.

The worker beside the API is no such program: it is ours, and reads the same settings.
"""

import os
from collections.abc import Mapping

_NAMES = frozenset(
    {
        *("PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "TZ", "LANG", "LANGUAGE"),
        # Where programs of a Python, a Java or a graphics card find what belongs to them.
        *("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "PYTHONPATH", "PYTHONHOME", "JAVA_HOME"),
        *("CUDA_VISIBLE_DEVICES", "OMP_NUM_THREADS", "ESPEAK_DATA_PATH"),
    }
)
_BEGINNINGS = ("LC_", "XDG_", "FONTCONFIG_")


def child_environment(
    environment: Mapping[str, str] = os.environ, *, also: tuple[str, ...] = ()
) -> dict[str, str]:
    """The environment of a program that is not ours: where things are, and how text is written.

    Everything else stays with us, whatever it is called: what a program does not see, it cannot
    send anywhere, nor leave in the dump of a crash.

    Args:
      also: Beginnings of names that this program needs, too.
    """
    return {
        name: value
        for name, value in environment.items()
        if name in _NAMES or name.startswith((*_BEGINNINGS, *also))
    }
