"""Two services on one ledger, whose processes are killed while they work."""

import contextlib
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil

WAIT_S = 60.0
SERVICES = 2
LEASE_S = 5.0  # longer than a worker takes to start: so it needs the sweeper to find what was left
FROZEN_S = 8.0  # longer than a lease
SWEEP_S = 0.5
WORKER_LIFE_S, SERVICE_LIFE_S = 4.0, 12.0
# Drawn like cards, so that none is left out by chance. A round of them takes half a minute.
BLOWS = ("encoder", "encoder", "encoder", "worker", "worker", "frozen", "frozen", "service")


def address(port: int) -> str:
    """Where a service answers."""
    return f"http://127.0.0.1:{port}"


@dataclass
class Victim:
    """Services as processes, each started again when it is killed.

    Args:
      source: Where their code is: the repository, or a copy of it that was broken on purpose.
      data: Their data folder.
    """

    source: Path
    data: Path
    database_url: str | None = None
    ports: list[int] = field(default_factory=lambda: [_free_port() for _ in range(SERVICES)])
    processes: dict[int, "subprocess.Popen[bytes]"] = field(default_factory=dict)
    kills: dict[str, int] = field(default_factory=dict)
    started: dict[int, float] = field(default_factory=dict)
    last_hit: float = 0.0
    blows: list[str] = field(default_factory=list)

    @property
    def temporary(self) -> Path:
        """Where their libraries put temporary files, and nobody else."""
        return self.data / "tmp"

    def start_all(self) -> None:
        """Starts them, one after the other: the first makes the key that all use."""
        for port in self.ports:
            self.start(port)

    def start(self, port: int) -> None:
        """Starts one and waits until it answers."""
        more = {"DATABASE_URL": self.database_url} if self.database_url else {}
        self.temporary.mkdir(parents=True, exist_ok=True)
        with (self.data / "serve.log").open("ab") as log:
            self.processes[port] = subprocess.Popen(
                [sys.executable, "-m", "pipeline.cli", "serve", "--port", str(port),
                 "--out", str(self.data / "out")],
                cwd=self.source,
                stdout=log,
                stderr=log,
                start_new_session=True,
                env={
                    **os.environ,
                    **more,
                    "PYTHONPATH": str(self.source),
                    "AIPROD_DATA": str(self.data),
                    "TMPDIR": str(self.temporary),
                    "AIPROD_LEASE_S": str(LEASE_S),
                    "AIPROD_SWEEP_S": str(SWEEP_S),
                    "AIPROD_JOBS": "2",
                    "AIPROD_SUBMIT_RATE_PER_KEY": "1000000",
                    "AIPROD_SUBMIT_RATE_PER_TENANT": "1000000",
                    "AIPROD_RATE_PER_KEY": "1000000",
                    "AIPROD_RATE_PER_TENANT": "1000000",
                },
            )  # fmt: skip
        deadline = time.monotonic() + WAIT_S
        while time.monotonic() < deadline:
            with contextlib.suppress(httpx.HTTPError):
                if httpx.get(f"{address(port)}/health", timeout=2).status_code == 200:
                    self.started[port] = time.monotonic()
                    return
            time.sleep(0.05)
        raise AssertionError(f"the service does not answer; see {self.data / 'serve.log'}")

    @property
    def key(self) -> str:
        return (self.data / "api-key").read_text(encoding="ascii").strip()

    def family(self) -> list[psutil.Process]:
        """Every process it has started, wherever they hang by now: their temporary files
        are in its data folder."""
        return [one for one in psutil.process_iter() if str(self.data) in _environment(one)]

    def kill_something(self, choice: random.Random) -> None:
        """Kills a service, a worker or an encoder, or freezes a worker past its lease."""
        if not self.blows:
            self.blows = choice.sample(BLOWS, len(BLOWS))
        # A worker gets a few seconds, or all that is tested is how it starts.
        now, born = time.monotonic(), max(self.started.values())
        ready = {
            "encoder": True,
            "worker": now - max(born, self.last_hit) > WORKER_LIFE_S,
            "frozen": now - max(born, self.last_hit) > WORKER_LIFE_S,
            "service": now - born > SERVICE_LIFE_S,
        }
        what = next((blow for blow in self.blows if ready[blow]), None)
        if what is None:
            return
        if what == "service":
            port = choice.choice(self.ports)
            self.processes[port].kill()
            self.processes[port].wait()
            self.start(port)
        elif not self._hit(what, choice):
            return
        self.blows.remove(what)
        self.kills[what] = self.kills.get(what, 0) + 1

    def _hit(self, what: str, choice: random.Random) -> bool:
        name = "ffmpeg" if what == "encoder" else "worker"
        found = [one for one in self.family() if _is(one, name)]
        if not found:
            return False
        target = choice.choice(found)
        try:
            if what == "frozen":
                target.suspend()
                threading.Timer(FROZEN_S, resume, [target]).start()
            else:
                target.kill()
        except psutil.NoSuchProcess:
            return False
        if name == "worker":
            self.last_hit = time.monotonic()
        return True

    def stop(self) -> None:
        """Ends them as an operator would, and waits until all of them is gone."""
        for process in self.processes.values():
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self.processes.values():
            process.wait(WAIT_S)
        deadline = time.monotonic() + WAIT_S
        while self.family() and time.monotonic() < deadline:
            time.sleep(0.1)

    def kill_all(self) -> None:
        """Leaves nothing behind, whatever happened."""
        for one in self.family():
            with contextlib.suppress(psutil.NoSuchProcess):
                one.kill()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _environment(process: psutil.Process) -> str:
    try:
        return process.environ().get("TMPDIR", "") if process.status() != "zombie" else ""
    except psutil.Error:
        return ""


def _is(process: psutil.Process, name: str) -> bool:
    try:
        if name == "ffmpeg":
            return "ffmpeg" in process.name()
        return name in process.cmdline()
    except psutil.Error:
        return False


def resume(process: psutil.Process) -> None:
    """Lets a frozen process go on, if it still lives."""
    with contextlib.suppress(psutil.NoSuchProcess):
        process.resume()
