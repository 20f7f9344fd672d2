"""`make stream`: the streaming pipeline beside Google's Pub/Sub emulator, until Ctrl-C."""

import argparse
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from jobs.errors import AiprodError, QueueUnavailable
from pipeline.child import end, start
from pipeline.emulator import Emulator, Running, find
from pipeline.options import Settings
from pipeline.topics import LOCAL_PROJECT, Names, create_topics
from storage.private import make_private

PORT = 8085  # where Google's own command starts it
LOOK_EVERY_S = 0.5
DONE, BAD_INPUT = 0, 2


@dataclass(frozen=True)
class Bench:
    """What the pipeline runs beside.

    Attributes:
      emulator: To be started here; None when one runs at `host`.
      host: `host:port` of an emulator that somebody else started.
      log: Where an emulator that we start writes.
    """

    emulator: Emulator | None
    host: str
    log: Path
    names: Names

    @contextmanager
    def open(self) -> Iterator[Running | None]:
        """The emulator, when it is ours."""
        if self.emulator is None:
            yield None
            return
        with self.emulator.running(int(self.host.rpartition(":")[2]), self.log) as running:
            yield running


def stream(bench: Bench, stop: threading.Event) -> int:
    """Keeps the pipeline going until told to stop; 0, or the exit code of one that cannot start.

    The pipeline ends when the emulator does, which then has forgotten its topics and messages. The
    ledger has not forgotten the jobs, and the service rings for them again.

    Raises:
      ToolFailed: The emulator cannot be started.
    """
    while not stop.is_set():
        with bench.open() as running:
            while not stop.is_set() and (running is None or running.is_alive):
                try:
                    create_topics(bench.host, bench.names)
                except QueueUnavailable:
                    stop.wait(LOOK_EVERY_S)
                    continue
                if _pipeline(bench, running, stop) == BAD_INPUT:
                    return BAD_INPUT
    return DONE


def _pipeline(bench: Bench, running: Running | None, stop: threading.Event) -> int | None:
    """Runs the pipeline until it, its emulator or we end."""
    names = bench.names
    process = start([
        "/usr/bin/env", f"PUBSUB_EMULATOR_HOST={bench.host}",
        sys.executable, "-m", "pipeline", "--runner=local", "--streaming",
        f"--subscription={names.jobs_pull}", f"--dead_letter_topic={names.dead_letters}",
    ])  # fmt: skip
    try:
        while process.poll() is None and (running is None or running.is_alive):
            if stop.wait(LOOK_EVERY_S):
                break
        return process.returncode
    finally:
        end(process)


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line of `make stream`, which passes on what the environment says."""
    parser = argparse.ArgumentParser(prog="python -m pipeline.stream", description=__doc__)
    parser.add_argument("--project", help="GOOGLE_CLOUD_PROJECT; topics are named after it")
    parser.add_argument("--host", help="PUBSUB_EMULATOR_HOST: an emulator that runs already")
    parser.add_argument("--port", type=int, default=PORT, help="where an emulator is started")
    parser.add_argument("--emulator", help="AIPROD_PUBSUB_EMULATOR: folder of the emulator")
    parser.add_argument("--java_home", help="JAVA_HOME")
    given = parser.parse_args(arguments)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: stop.set())
    try:
        settings = Settings.from_environment()
        make_private(settings.data)
        bench = Bench(
            emulator=None if given.host else find(given.emulator, given.java_home),
            host=given.host or f"127.0.0.1:{given.port}",
            log=settings.data / "pubsub-emulator.log",
            names=Names(given.project or LOCAL_PROJECT),
        )
        sys.stdout.write(_what_to_type(bench, settings))
        sys.stdout.flush()
        return stream(bench, stop)
    except AiprodError as error:
        sys.stderr.write(f"stream: {error.message}\n")
        return BAD_INPUT


def _what_to_type(bench: Bench, settings: Settings) -> str:
    return (
        f"The streaming pipeline reads {bench.names.jobs_pull} of the emulator at {bench.host}.\n"
        "Ctrl-C ends it. A service that publishes to it, in another shell:\n"
        f"  export PUBSUB_EMULATOR_HOST={bench.host} PUBSUB_TOPIC_NAME={bench.names.jobs}\n"
        f"  export AIPROD_DATA={settings.data.absolute()}\n"
        "  make serve\n"
        "and a job for it, in a third:\n"
        "  .venv/bin/aiprod submit examples/*.json --wait\n"
    )


if __name__ == "__main__":
    sys.exit(main())
