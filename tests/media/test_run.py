import fcntl
import json
import os
import shlex
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from jobs.errors import Cancelled, ResourceLimit, TimedOut, ToolFailed, ToolMissing
from media.run import (
    CLIP_FORMATS,
    PIPE_BYTES,
    Workspace,
    compiled,
    fenced_input,
    find_ffmpeg,
)

REPOSITORY = Path(__file__).parents[2]


def script(folder: Path, text: str) -> str:
    """A program that stands where FFmpeg stands and misbehaves."""
    program = folder / "program"
    program.write_text("#!/bin/sh\n" + text, encoding="utf-8")
    program.chmod(0o755)
    return str(program)


def test_output_and_messages_come_back(space: Workspace) -> None:
    found = space.run(["-hide_banner", "-version"], capture=True)

    assert found.stdout.startswith(b"ffmpeg version")


def test_it_sees_no_keys(space: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", "secret-key")
    printing = replace(space, ffmpeg=script(space.folder, "env"))

    seen = printing.run([], capture=True).stdout

    assert b"PATH=" in seen
    assert b"secret-key" not in seen


def test_fed_frames_reach_ffmpeg(space: Workspace) -> None:
    frames = [bytes([value]) * (16 * 16 * 3 // 2) for value in (0, 255)]
    arguments = ["-hide_banner", "-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", "16x16"]

    found = space.run(
        [*arguments, "-i", "pipe:0", "-f", "rawvideo", "pipe:1"], frames, capture=True
    )

    assert found.stdout == b"".join(frames)


def test_failure_tells_the_last_line_and_keeps_stderr(space: Workspace) -> None:
    with pytest.raises(ToolFailed) as caught:
        space.run(["-hide_banner", "-i", "file:nothing.mp4"])

    assert "exit code" in caught.value.message
    assert "nothing.mp4" in str(caught.value.facts["stderr_tail"])


def test_failure_tells_the_command_that_failed(space: Workspace) -> None:
    failing = replace(space, ffmpeg=script(space.folder, "exit 1"))

    with pytest.raises(ToolFailed) as caught:
        failing.run(["-i", "file:it's here.mp4", "out put.mp4"])

    command = str(caught.value.facts["command"])
    assert shlex.split(command) == [failing.ffmpeg, "-i", "file:it's here.mp4", "out put.mp4"]
    again = subprocess.run(["/bin/sh", "-c", command], cwd=space.folder, check=False)
    assert again.returncode == 1


def test_a_flood_of_messages_is_cut_to_its_end(space: Workspace) -> None:
    flood = "yes 'a line of noise' | head -n 20000 >&2; echo last >&2; exit 1"
    noisy = replace(space, ffmpeg=script(space.folder, flood))

    with pytest.raises(ToolFailed, match="last") as caught:
        noisy.run([])

    assert len(str(caught.value.facts["stderr_tail"])) == 64 * 1024


def test_hanging_process_is_killed_at_the_time_limit(space: Workspace) -> None:
    hanging = replace(space, ffmpeg=script(space.folder, "trap '' TERM; sleep 600"), wall_s=0.5)

    with pytest.raises(TimedOut, match=r"longer than 0\.5 s") as caught:
        hanging.run(["-y"])

    assert caught.value.facts["command"] == f"{hanging.ffmpeg} -y"


def test_children_of_a_hanging_process_die_with_it(space: Workspace) -> None:
    text = "sleep 600 & echo $! > child; wait"
    hanging = replace(space, ffmpeg=script(space.folder, text), wall_s=0.5)

    with pytest.raises(TimedOut):
        hanging.run([])

    child = int((space.folder / "child").read_text())
    gone, _alive = psutil.wait_procs([psutil.Process(child)] if psutil.pid_exists(child) else [], 5)
    assert gone or not psutil.pid_exists(child)


def test_cancelling_stops_a_running_process(space: Workspace) -> None:
    started = time.monotonic()
    asked: list[float] = []

    def cancelled() -> bool:
        asked.append(time.monotonic())
        return len(asked) > 2

    stopping = replace(space, ffmpeg=script(space.folder, "sleep 600"), cancelled=cancelled)

    with pytest.raises(Cancelled):
        stopping.run([])

    assert time.monotonic() - started < 10


def test_a_cancel_check_that_fails_ends_the_process(space: Workspace) -> None:
    asked: list[int] = []

    def cancelled() -> bool:
        asked.append(1)
        if len(asked) > 1:  # the first question comes before the process starts
            raise OSError("the database is away")
        return False

    blind = replace(space, ffmpeg=script(space.folder, "sleep 600"), cancelled=cancelled)

    with pytest.raises(OSError, match="database is away"):
        blind.run([])


def test_killed_process_is_named_by_its_signal(space: Workspace) -> None:
    dying = replace(space, ffmpeg=script(space.folder, "kill -SEGV $$"))

    with pytest.raises(ToolFailed, match="SIGSEGV"):
        dying.run([])


def test_full_disk_is_told_apart(space: Workspace) -> None:
    text = "echo 'av_interleaved_write_frame(): No space left on device' >&2; exit 1"
    full = replace(space, ffmpeg=script(space.folder, text))

    with pytest.raises(ResourceLimit, match="disk is full"):
        full.run([])


def test_missing_program_is_named() -> None:
    with pytest.raises(ToolMissing, match="no-such-ffmpeg"):
        find_ffmpeg("no-such-ffmpeg")


def test_program_that_cannot_start_is_a_missing_tool(space: Workspace) -> None:
    with pytest.raises((ToolMissing, ToolFailed), match="nowhere"):
        replace(space, ffmpeg="/nowhere/ffmpeg").run([])


def test_playlist_that_calls_itself_a_clip_reads_no_other_file(space: Workspace) -> None:
    secret = space.folder / "secret.mp4"
    space.run(["-f", "lavfi", "-i", "color=s=16x16:d=0.1", "-f", "mp4", "secret.mp4"])
    playlist = space.folder / "clip.mp4"
    playlist.write_text(f"#EXTM3U\n#EXTINF:1,\nfile:{secret}\n#EXT-X-ENDLIST\n", encoding="utf-8")
    output = fenced_input(playlist, CLIP_FORMATS).output("pipe:1", format="null")

    with pytest.raises(ToolFailed):
        space.run(compiled(output))


def test_ffmpeg_dies_with_a_killed_parent(space: Workspace) -> None:
    program = (
        "import sys; from pathlib import Path; from media.run import *\n"
        f"space = Workspace({space.ffmpeg!r}, Path({str(space.folder)!r}))\n"
        "print('ready', flush=True)\n"
        "space.run(['-re', '-f', 'lavfi', '-i', 'testsrc2=s=32x32:d=600', '-f', 'null', '-'])\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", program], cwd=REPOSITORY, stdout=subprocess.PIPE
    )
    assert parent.stdout is not None
    assert parent.stdout.readline() == b"ready\n"
    children = _children_of(parent.pid)

    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    parent.stdout.close()

    _gone, alive = psutil.wait_procs(children, 10)
    assert not alive


def _children_of(pid: int) -> list[psutil.Process]:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if children := psutil.Process(pid).children():
            return children
    raise AssertionError("FFmpeg did not start")


@pytest.mark.skipif(not hasattr(fcntl, "F_GETPIPE_SZ"), reason="pipes have one size here")
def test_frames_pass_through_a_wide_pipe(space: Workspace) -> None:
    asked = "import fcntl; input(); print([fcntl.fcntl(end, fcntl.F_GETPIPE_SZ) for end in (0, 1)])"
    asking = replace(space, ffmpeg=script(space.folder, f"exec {sys.executable} -c '{asked}'"))

    finished = asking.run([], feed=[b"first\n"], capture=True)

    assert json.loads(finished.stdout) == [PIPE_BYTES, PIPE_BYTES]
