"""Temporary files and folders whose names tell who works with them, so that others can clear up."""

import contextlib
import os
import shutil
import socket
from pathlib import Path


def owned_prefix() -> str:
    """How the name of a temporary thing of this process begins."""
    return f".new-{socket.gethostname()}-{os.getpid()}-"


def clear_leftovers(folder: Path) -> None:
    """Removes what processes of this machine, dead since, have left in a folder."""
    ours = f".new-{socket.gethostname()}-"
    for path in folder.glob(f"{ours}*-*"):
        pid = path.name.removeprefix(ours).partition("-")[0]
        if not pid.isdigit() or _is_alive(int(pid)):
            continue
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            with contextlib.suppress(OSError):
                path.unlink()


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True  # somebody else's process
    return True
