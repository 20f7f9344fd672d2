"""Google's Pub/Sub emulator: where it is on this machine, and running it."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from jobs.child_environment import child_environment
from jobs.errors import ToolFailed, ToolMissing
from pipeline.child import end, start

START_LIMIT_S = 60.0  # it takes two seconds on an idle machine
_ASK_EVERY_S = 0.05
_GET_EMULATOR = (
    "gcloud components install pubsub-emulator, or on Debian with Google's packages "
    "apt-get install google-cloud-cli-pubsub-emulator"
)
_GET_JAVA = "on Debian apt-get install default-jre-headless, or name a Java in JAVA_HOME"


@dataclass(frozen=True)
class Emulator:
    """Google's emulator, found. It keeps everything in memory, and ends with whoever started it.

    Attributes:
      java: Program.
      jar: The emulator.
    """

    java: str
    jar: Path

    @contextmanager
    def running(self, port: int, log: Path) -> Iterator["Running"]:
        """Runs it on 127.0.0.1 until the end of the block.

        Args:
          port: Where it listens, or 0 for any free port.
          log: What it says is appended here.

        Raises:
          ToolFailed: The port is taken, it ended, or it did not listen within a minute.
        """
        port = port or _free_port()
        if answers(f"127.0.0.1:{port}"):
            raise ToolFailed(
                f"port {port} is taken; if by an emulator, use that one: "
                f"PUBSUB_EMULATOR_HOST=127.0.0.1:{port}"
            )
        command = [self.java, "-jar", str(self.jar), "--host=127.0.0.1", f"--port={port}"]
        process = start(command, log, child_environment())
        try:
            _await(process, port, log)
            yield Running(process, f"127.0.0.1:{port}")
        finally:
            end(process)


@dataclass(frozen=True)
class Running:
    """An emulator that runs. `host`: its address, for PUBSUB_EMULATOR_HOST."""

    process: subprocess.Popen[bytes]
    host: str

    @property
    def is_alive(self) -> bool:
        return self.process.poll() is None


def find(named: str | None, java_home: str | None) -> Emulator:
    """The emulator of this machine.

    Args:
      named: Its folder, from AIPROD_PUBSUB_EMULATOR; otherwise the Cloud SDK's is taken.
      java_home: From JAVA_HOME; otherwise the `java` on the path is taken.

    Raises:
      ToolMissing: It, or the Java it needs, is not here; the sentence says how to get it.
    """
    folder = Path(named) if named else _in_cloud_sdk()
    jars = sorted(folder.glob("lib/cloud-pubsub-emulator-*.jar")) if folder else []
    if not jars:
        where = f"in AIPROD_PUBSUB_EMULATOR={named}" if named else "on this machine"
        raise ToolMissing(f"there is no Pub/Sub emulator {where}: {_GET_EMULATOR}")
    java = str(Path(java_home) / "bin" / "java") if java_home else shutil.which("java")
    if java is None or not _is_java(java):
        where = f"in JAVA_HOME={java_home}" if java_home else "on this machine"
        raise ToolMissing(
            f"the Pub/Sub emulator needs Java, and there is none {where}: {_GET_JAVA}"
        )
    return Emulator(java, jars[-1])


def answers(host: str) -> bool:
    """Whether somebody listens at `host:port`."""
    name, _, port = host.rpartition(":")
    try:
        with socket.create_connection((name, int(port)), timeout=1):
            return True
    except OSError:
        return False


def _in_cloud_sdk() -> Path | None:
    gcloud = shutil.which("gcloud")
    # The program on the path is a link to <sdk root>/bin/gcloud. Asking it takes two seconds.
    return Path(gcloud).resolve().parents[1] / "platform" / "pubsub-emulator" if gcloud else None


def _is_java(program: str) -> bool:
    # macOS has a /usr/bin/java that only says where to get one.
    try:
        said = subprocess.run(
            [program, "-version"], check=False, capture_output=True, timeout=20,
            env=child_environment(),
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return False
    return said.returncode == 0


def _free_port() -> int:
    # Given port 0 the emulator takes one and does not say which.
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _await(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + START_LIMIT_S
    while not answers(f"127.0.0.1:{port}"):
        if process.poll() is not None:
            raise ToolFailed(f"the Pub/Sub emulator ended as it started: see {log}")
        if time.monotonic() > deadline:
            raise ToolFailed(f"the Pub/Sub emulator does not listen on port {port}: see {log}")
        time.sleep(_ASK_EVERY_S)
