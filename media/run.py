"""The one place that starts FFmpeg, and the fences round it.

Every call gets: no stdin interaction, no variable that it does not need, a private work folder as
current directory, a session of its own so that the whole process group can be killed, death
together with this process (`setpriv --pdeathsig`, where util-linux has it), a wall-clock limit, a
cancel check four times a second, and a bounded record of stderr. Inputs are opened through
`fenced_input`, which allows only local files, known demuxers and bounded picture sizes: a playlist
that calls itself clip.mp4 would otherwise read any file of this machine.
"""

import contextlib
import fcntl
import os
import shlex
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import ffmpeg

from jobs.child_environment import child_environment
from jobs.errors import Cancelled, ResourceLimit, TimedOut, ToolFailed, ToolMissing

STDERR_TAIL_BYTES = 64 * 1024
MAX_PIXELS = 50_000_000  # a decoded 8192x6144 picture takes 150 MB; larger ones are refused
VERSION_LIMIT_S = 30  # it takes 50 ms, but perhaps on a machine that swaps
WATCH_INTERVAL_S = 0.25  # cancel is promised within 2 s
# Raw frames pass through a pipe piece by piece: at 64 kB, the default, writer and reader wake each
# other 47 times for a frame at 1080p. This is the most that Linux gives everybody.
PIPE_BYTES = 1 << 20
CLIP_FORMATS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm"
SOUND_FORMATS = "wav,w64,mp3,flac,ogg,mov,mp4,m4a,3gp,3g2,mj2"


def _never() -> bool:
    return False


@dataclass(frozen=True)
class Workspace:
    """Where and how FFmpeg runs for one task.

    Attributes:
      ffmpeg: Path of the binary.
      folder: Private, existing folder; relative paths in commands are relative to it.
      cancelled: Asked four times a second while a process runs; true kills it.
      wall_s: Wall-clock limit of one process, in seconds. An hour of 1080p video encodes in about
        two hours on one core, and chunks are far shorter than that.
    """

    ffmpeg: str
    folder: Path
    cancelled: Callable[[], bool] = _never
    wall_s: float = 7200.0

    def check_cancelled(self) -> None:
        """Raises `Cancelled` when the user has stopped the job; call it in long Python loops."""
        if self.cancelled():
            raise Cancelled("stopped by the user")

    def run(
        self, arguments: list[str], feed: Iterable[Any] | None = None, *, capture: bool = False
    ) -> "Finished":
        """Runs FFmpeg to its end.

        Args:
          arguments: Everything after the program name, e.g. from `compiled`.
          feed: Buffers written to its stdin, in order (`pipe:0` in the command).
          capture: Whether stdout is returned (`pipe:1` in the command).

        Raises:
          ToolMissing, ToolFailed, TimedOut, ResourceLimit, Cancelled.
        """
        with Process(self, arguments, feeding=feed is not None, reading=capture) as process:
            reader: _Drain | None = None
            if capture:
                reader = _Drain(process.stdout, limit=None)
            for buffer in feed or ():
                if not process.write(buffer):
                    break
            process.close_stdin()
            output = reader.wait() if reader else b""
            process.finish()
            return Finished(stdout=output, stderr_tail=process.stderr_tail())


@dataclass(frozen=True)
class Finished:
    """What a successful FFmpeg run left: captured stdout, the end of stderr."""

    stdout: bytes
    stderr_tail: str


def fenced_input(path: Path | str, formats: str, **options: Any) -> Any:
    """An ffmpeg-python input that can open this local file only, by these demuxers only."""
    return ffmpeg.input(
        f"file:{path}",
        protocol_whitelist="file",
        format_whitelist=formats,
        max_pixels=MAX_PIXELS,
        **options,
    )


def compiled(stream: Any, loglevel: str = "info") -> list[str]:
    """The argument list of an ffmpeg-python output node, with the global flags of every call."""
    return ["-nostdin", "-hide_banner", "-nostats", "-loglevel", loglevel, "-y", *stream.get_args()]


@cache
def find_ffmpeg(named: str | None) -> str:
    """The FFmpeg to use: the named one, else the one that came with pip.

    Raises:
      ToolMissing: The named program cannot be executed, or the wheel is not installed.
    """
    if named:
        found = shutil.which(named)
        if not found:
            raise ToolMissing(f"AIPROD_FFMPEG is {named!r}, which is not an executable program")
        return str(Path(found).absolute())  # it runs in another folder than this process
    found = _bundled() or shutil.which("ffmpeg")
    if found is None:
        raise ToolMissing("FFmpeg is missing: run `make setup`, or name a program in AIPROD_FFMPEG")
    return found


def _bundled() -> str | None:
    # Not by `get_ffmpeg_exe`, which runs the program to see whether it is one, with all our keys.
    try:
        folder = resources.files("imageio_ffmpeg.binaries")
    except ImportError:
        return None
    programs = sorted(str(file) for file in folder.iterdir() if file.name.startswith("ffmpeg-"))
    return next((one for one in programs if os.access(one, os.X_OK)), None)


@cache
def ffmpeg_version(program: str) -> str:
    """What the program calls itself, e.g. `ffmpeg version 7.1`; part of the key of what it makes.

    Raises:
      ToolFailed: It does not answer.
    """
    try:
        said = subprocess.run(
            [program, "-version"], capture_output=True, text=True, check=False,
            timeout=VERSION_LIMIT_S, stdin=subprocess.DEVNULL, env=child_environment(),
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError) as error:
        raise ToolFailed(f"FFmpeg does not answer: {error}") from error
    if said.returncode or not said.stdout:
        raise ToolFailed(
            f"{program} does not answer as FFmpeg does (exit code {said.returncode}): "
            f"{said.stderr.strip()[:200]}"
        )
    return " ".join(said.stdout.split()[:3])


@cache
def _death_with_parent() -> list[str]:
    # Not preexec_fn: it runs Python between fork and exec, which can deadlock in threaded workers.
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "KILL", "--"] if setpriv else []


class Process:
    """A running FFmpeg inside its fences; use as a context manager.

    On leaving the block, whatever still runs is killed with its whole process group.
    """

    def __init__(
        self, space: Workspace, arguments: list[str], *, feeding: bool, reading: bool
    ) -> None:
        self._space = space
        self._arguments = arguments
        self._feeding = feeding
        self._reading = reading
        self._stopped_by: Exception | None = None
        self._done = threading.Event()

    def __enter__(self) -> Self:
        self._space.check_cancelled()
        try:
            self._child = subprocess.Popen(
                [*_death_with_parent(), self._space.ffmpeg, *self._arguments],
                cwd=self._space.folder,
                env=child_environment(),
                stdin=subprocess.PIPE if self._feeding else subprocess.DEVNULL,
                stdout=subprocess.PIPE if self._reading else subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                start_new_session=True,
                # Raw video: one frame a write, so Python's own buffer would only copy it again.
                bufsize=0,
            )
        except OSError as error:
            raise ToolMissing(
                f"FFmpeg cannot be started: {self._space.ffmpeg}: {error.strerror}"
            ) from error
        for pipe in (self._child.stdin, self._child.stdout):
            _widen(pipe)
        self._stderr = _Drain(_pipe(self._child.stderr), limit=STDERR_TAIL_BYTES)
        self._watch = threading.Thread(target=self._watch_over, daemon=True)
        self._watch.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._done.set()
        self._kill()
        self._child.wait()
        self._watch.join()
        for pipe in (self._child.stdin, self._child.stdout):
            if pipe:
                with contextlib.suppress(OSError):
                    pipe.close()
        self._stderr.wait()

    @property
    def stdout(self) -> IO[bytes]:
        """The pipe FFmpeg writes to."""
        return _pipe(self._child.stdout)

    def write(self, buffer: Any) -> bool:
        """Writes one whole buffer to stdin; false when FFmpeg no longer reads."""
        view = memoryview(buffer).cast("B")
        stdin = _pipe(self._child.stdin)
        try:
            while view:
                view = view[stdin.write(view) :]
        except (BrokenPipeError, ConnectionResetError):
            return False
        return True

    def close_stdin(self) -> None:
        """Tells FFmpeg that nothing more comes."""
        if self._child.stdin:
            with contextlib.suppress(BrokenPipeError):
                self._child.stdin.close()

    def finish(self) -> None:
        """Waits for the end and raises unless it was a good one."""
        code = self._child.wait()
        self._done.set()
        self._watch.join()
        if self._stopped_by:
            raise self._stopped_by
        if code == 0:
            return
        tail = self.stderr_tail()
        if "No space left on device" in tail:
            raise ResourceLimit("the disk is full: FFmpeg could not write its output")
        last = next((line for line in reversed(tail.splitlines()) if line.strip()), "no message")
        how = f"killed by signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
        raise ToolFailed(
            f"FFmpeg failed ({how}): {last.strip()[:300]}",
            stderr_tail=tail, command=self.command, was_killed=code < 0,
        )  # fmt: skip

    @property
    def command(self) -> str:
        """What was started, for a shell, in the private folder: local paths and numbers of ours."""
        return shlex.join([self._space.ffmpeg, *self._arguments])

    def stderr_tail(self) -> str:
        """The last 64 kB of what FFmpeg said; complete once it has ended."""
        if self._child.poll() is not None:
            self._stderr.wait()
        return self._stderr.tail().decode("utf-8", "replace")

    def _watch_over(self) -> None:
        deadline = time.monotonic() + self._space.wall_s
        while not self._done.wait(WATCH_INTERVAL_S):
            if self._child.poll() is not None:
                return
            self._stopped_by = self._reason_to_stop(deadline)
            if self._stopped_by:
                self._kill()
                return

    def _reason_to_stop(self, deadline: float) -> Exception | None:
        if time.monotonic() > deadline:
            return TimedOut(
                f"FFmpeg ran longer than {self._space.wall_s:g} s and was stopped",
                command=self.command,
            )
        try:
            return Cancelled("stopped by the user") if self._space.cancelled() else None
        except Exception as error:  # raised again by finish(); this thread must not die of it
            return error

    def _kill(self) -> None:
        # SIGKILL at once: an FFmpeg that hangs in open() ignores SIGTERM.
        if self._child.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._child.pid, signal.SIGKILL)


class _Drain:
    """Reads a pipe to its end in a thread; keeps all of it, or the last `limit` bytes."""

    def __init__(self, pipe: IO[bytes], limit: int | None) -> None:
        self._pipe = pipe
        self._limit = limit
        self._kept = bytearray()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        for block in _blocks(self._pipe):
            self._kept += block
            if self._limit is not None and len(self._kept) > self._limit:
                del self._kept[: -self._limit]
        self._pipe.close()

    def tail(self) -> bytes:
        return bytes(self._kept)

    def wait(self) -> bytes:
        self._thread.join()
        return bytes(self._kept)


def _blocks(pipe: IO[bytes]) -> Iterator[bytes]:
    with contextlib.suppress(OSError, ValueError):  # closed under us while being killed
        while block := pipe.read(65536):
            yield block


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise ValueError("this process was started without that pipe")
    return pipe


def _widen(pipe: IO[bytes] | None) -> None:
    # Only Linux can, and it refuses who has many pipes: then it takes more turns.
    if pipe and hasattr(fcntl, "F_SETPIPE_SZ"):
        with contextlib.suppress(OSError):
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
