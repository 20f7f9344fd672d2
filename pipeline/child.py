"""Processes that we start, and that end with us however we end."""

import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

STOP_LIMIT_S = 5.0


def start(
    command: Sequence[str], log: Path | None = None, environment: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """Starts a program out of reach of Ctrl-C, so that it is for us to say what ends first.

    Args:
      log: What it says is appended here; otherwise it speaks where we do.
      environment: All that it sees of it; otherwise it is one of us, and sees what we do.
    """
    setpriv = shutil.which("setpriv")  # of util-linux; elsewhere a child of a killed parent stays
    fence = [setpriv, "--pdeathsig", "KILL", "--"] if setpriv else []
    said = log.open("ab") if log else None
    try:
        return subprocess.Popen(
            [*fence, *command],
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            start_new_session=True,
            env=environment,
        )
    finally:
        if said:
            said.close()


def end(process: subprocess.Popen[bytes]) -> None:
    """Ends a program: politely, and soon otherwise."""
    process.terminate()
    try:
        process.wait(STOP_LIMIT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
