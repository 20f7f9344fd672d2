"""`make serve FAKES=1`: the whole service, with fakes in the place of everybody who is paid."""

import os
import signal
import subprocess
import sys

from tests.fakes.everybody import everybody


def main() -> int:
    """Serves until it is told to stop. Returns the exit code of `aiprod serve`."""
    with everybody() as fakes:
        for fake in fakes.all:
            sys.stdout.write(f"{fake.name:<14} {fake.url}\n")
        sys.stdout.flush()
        command = [sys.executable, "-m", "pipeline.cli", "serve", *sys.argv[1:]]
        # In a group of its own, so that Ctrl-C reaches it once, by us.
        with subprocess.Popen(
            command, env={**os.environ, **fakes.environment}, start_new_session=True
        ) as process:
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, lambda number, _frame: process.send_signal(number))
            return process.wait()


if __name__ == "__main__":
    sys.exit(main())
