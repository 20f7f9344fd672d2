"""Python processes that need not load everything anew: forks of one that has.

A test that needs a process to signal, kill or follow starts it here, as `python -c` would: a
process of its own, with its own folder, environment and streams. Loading Beam takes it ten times
as long as most of what it is then asked for. What a command loads, and when, is for processes
that are started cold.
"""

import atexit
import contextlib
import gc
import json
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import types
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, Any, NoReturn, Self

REPOSITORY = Path(__file__).parents[1]
AIPROD = "import sys; from pipeline.cli import main; sys.argv[0] = 'aiprod'; main()"
LOADED = (
    "pipeline.batch", "pipeline.cli", "pipeline.execute", "pipeline.plan", "pipeline.render",
    "pipeline.reprocess_run", "pipeline.serve", "pipeline.streaming", "pipeline.watching",
    "pipeline.worker",
    # And what they load when they need it.
    "alembic.command", "alembic.config", "alembic.context", "pipeline.graph_failure",
    "pipeline.make_video", "providers.artist", "providers.composer", "providers.espeak",
    "providers.foley", "providers.voice_polish",
)  # fmt: skip
LONGEST_REQUEST = 1 << 20
NUMBER = struct.Struct("i")


def module(name: str) -> str:
    """The program that does what `python -m` does with a module that is not loaded yet."""
    return f"import runpy; runpy.run_module({name!r}, run_name='__main__', alter_sys=True)"


class Process:
    """A process that was started here; the part of `subprocess.Popen` that tests use."""

    def __init__(
        self,
        program: str,
        *arguments: str,
        cwd: Path = REPOSITORY,
        env: Mapping[str, str] | None = None,
        stdin: int | None = None,
        stdout: int | IO[Any] | None = None,
        stderr: int | IO[Any] | None = None,
        text: bool = False,
    ) -> None:
        self.args = [program, *arguments]
        self.returncode: int | None = None
        ours, theirs = [], []
        for given, number in ((stdin, 0), (stdout, 1), (stderr, 2)):
            opened, handed = _stream(given, number, text)
            ours.append(opened)
            theirs.append(handed)
        self.stdin, self.stdout, self.stderr = ours
        self._status, told = os.pipe()
        request = {
            "program": program,
            "argv": ["-c", *arguments],
            "cwd": os.fspath(cwd),
            # Whatever it starts finds our code wherever it is.
            "env": {**(os.environ if env is None else env), "PYTHONPATH": str(REPOSITORY)},
        }
        _warm().ask(request, [told, *theirs])
        for handed in (told, *theirs):
            os.close(handed)
        self.pid = self._read_number()

    def poll(self) -> int | None:
        if self.returncode is None and select.select([self._status], [], [], 0)[0]:
            self.returncode = self._read_number()
            os.close(self._status)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        if self.returncode is None:
            select.select([self._status], [], [], timeout)
        if self.poll() is None:
            raise subprocess.TimeoutExpired(self.args, timeout or 0)
        assert self.returncode is not None
        return self.returncode

    def communicate(self, timeout: float | None = None) -> tuple[Any, Any]:
        """What it says from now on, when it has ended."""
        until = None if timeout is None else time.monotonic() + timeout
        said: dict[str, Any] = {}
        if self.stdin:
            self.stdin.close()
        readers = []
        for name in ("stdout", "stderr"):
            if stream := getattr(self, name):
                reader = threading.Thread(target=_read_all, args=(stream, name, said), daemon=True)
                reader.start()
                readers.append(reader)
        for reader in readers:
            reader.join(_left(until))
            if reader.is_alive():
                raise subprocess.TimeoutExpired(self.args, timeout or 0)
        self.wait(_left(until))
        return said.get("stdout"), said.get("stderr")

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):  # it has ended, and we are not yet told
                os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for stream in (self.stdout, self.stderr, self.stdin):
            if stream:
                stream.close()
        self.wait()

    def _read_number(self) -> int:
        data = os.read(self._status, NUMBER.size)
        assert data, "the process that forks has died"
        return int(NUMBER.unpack(data)[0])


def run(
    program: str, *arguments: str, cwd: Path, env: Mapping[str, str], timeout: float
) -> subprocess.CompletedProcess[str]:
    """Starts a process and waits for its end."""
    with Process(
        program, *arguments,
        cwd=cwd, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        out, err = process.communicate(timeout)
        return subprocess.CompletedProcess(process.args, process.wait(), out, err)


def _stream(given: int | IO[Any] | None, number: int, text: bool) -> tuple[IO[Any] | None, int]:
    """Our end of a stream, if we have one, and the other."""
    if given is None:
        return None, os.dup(number)
    if given == subprocess.DEVNULL:
        return None, os.open(os.devnull, os.O_RDWR)
    if given != subprocess.PIPE:
        return None, os.dup(given if isinstance(given, int) else given.fileno())
    reading, writing = os.pipe()
    kept, handed = (writing, reading) if number == 0 else (reading, writing)
    mode = "w" if number == 0 else "r"
    return os.fdopen(kept, mode if text else mode + "b"), handed


def _read_all(stream: IO[Any], name: str, said: dict[str, Any]) -> None:
    said[name] = stream.read()
    stream.close()


def _left(until: float | None) -> float | None:
    return None if until is None else max(0.0, until - time.monotonic())


@dataclass(frozen=True)
class _Warm:
    """The process that forks, and the socket where it is asked to."""

    process: subprocess.Popen[bytes]
    requests: socket.socket
    lock: threading.Lock

    def ask(self, request: dict[str, Any], streams: list[int]) -> None:
        with self.lock:
            socket.send_fds(self.requests, [json.dumps(request).encode()], streams)

    def close(self) -> None:
        self.requests.close()
        self.process.wait()


@cache
def _warm() -> _Warm:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    for end in (ours, theirs):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, LONGEST_REQUEST)
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.warm", str(theirs.fileno())],
            cwd=REPOSITORY,
            stdin=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
        )
    warm = _Warm(process, ours, threading.Lock())
    atexit.register(warm.close)
    return warm


def _fork_on_request(requests: socket.socket) -> tuple[dict[str, Any], list[int]] | None:
    """Forks until nobody can ask any more. Returns in each fork, too: what it was asked for."""
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    told: dict[int, int] = {}
    while True:
        ready, _, _ = select.select([requests, woken], [], [])
        if woken in ready:
            os.read(woken, 4096)
            _tell_of_the_dead(told)
        if requests not in ready:
            continue
        data, descriptors, _, _ = socket.recv_fds(
            requests, LONGEST_REQUEST, 4, socket.MSG_CMSG_CLOEXEC
        )
        if not data:
            return None
        status, *streams = descriptors
        pid = os.fork()
        if pid == 0:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for descriptor in (woken, wake, status, *told.values()):
                os.close(descriptor)
            return json.loads(data), streams
        for descriptor in streams:
            os.close(descriptor)
        told[pid] = status
        os.write(status, NUMBER.pack(pid))


def _tell_of_the_dead(told: dict[int, int]) -> None:
    while told:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == 0:
            return
        with contextlib.suppress(BrokenPipeError):  # nobody asks
            os.write(told[pid], NUMBER.pack(os.waitstatus_to_exitcode(status)))
        os.close(told.pop(pid))


def _become(request: dict[str, Any], streams: list[int]) -> types.ModuleType:
    """Makes this process what a new one would be before its program begins."""
    for number, descriptor in enumerate(streams):
        os.dup2(descriptor, number)
        os.close(descriptor)
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["env"])
    tempfile.tempdir = None
    sys.argv = request["argv"]
    main = types.ModuleType("__main__")
    sys.modules["__main__"] = main
    return main


def _end(code: Any) -> NoReturn:
    """Ends as Python does, but for taking down what is loaded: for that, all would be copied."""
    if isinstance(code, str):
        sys.stderr.write(f"{code}\n")
        code = 1
    threading._shutdown()
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code or 0)


if __name__ == "__main__":
    # Ctrl-C is for those who ask, and for their forks.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for name in LOADED:
        __import__(name)
    assert threading.active_count() == 1, "forks of many threads may hang"
    gc.collect()
    gc.freeze()
    with socket.socket(fileno=int(sys.argv[1])) as requests:
        asked = _fork_on_request(requests)
    if asked is not None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        main = _become(*asked)
        code: Any = 0
        try:
            exec(compile(asked[0]["program"], "<string>", "exec"), main.__dict__)  # noqa: S102
        except SystemExit as exit:
            code = exit.code
        _end(code)
