import subprocess
import sys
from pathlib import Path

from bench import logged_ffmpeg
from bench.stages import runs
from media.run import find_ffmpeg


def logged(log: Path, *arguments: str) -> "subprocess.CompletedProcess[bytes]":
    command = [sys.executable, "-IS", logged_ffmpeg.__file__, str(log), find_ffmpeg(None)]
    return subprocess.run([*command, *arguments], capture_output=True, check=False)


def test_it_answers_as_ffmpeg_does(tmp_path: Path) -> None:
    plain = subprocess.run([find_ffmpeg(None), "-version"], capture_output=True, check=True)

    assert logged(tmp_path / "log", "-version").stdout == plain.stdout


def test_each_run_is_a_line_with_what_it_took(tmp_path: Path) -> None:
    log = tmp_path / "log"
    tone = ("-f", "lavfi", "-i", "sine=duration=20", "-f", "null", "-")

    logged(log, "-version")
    logged(log, *tone)

    version, sound = runs(log)
    assert (version["arguments"], sound["arguments"]) == (["-version"], list(tone))
    assert 0 < sound["cpu_s"] < 20
    assert sound["peak_mib"] > 5


def test_a_failure_stays_one(tmp_path: Path) -> None:
    failed = logged(tmp_path / "log", "-i", "nothing.mp4")

    assert failed.returncode != 0
    assert b"nothing.mp4" in failed.stderr
