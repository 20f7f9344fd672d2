import json
from pathlib import Path

import pytest

from bench.stages import OTHER, purpose, python_cpu_s, table

CHUNK = ["-f", "rawvideo", "-i", "pipe:0", "-vcodec", "libx264", "chunk.mp4"]
METER = ["-i", "mix.wav", "-filter_complex", "[0:a]ebur128=peak=true[s0]", "-f", "null", "-"]


def log_of(folder: Path, *runs: tuple[list[str], float]) -> Path:
    log = folder / "log"
    lines = [{"arguments": one, "cpu_s": cpu_s, "logging_cpu_s": 0.25} for one, cpu_s in runs]
    log.write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")
    return log


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        pytest.param(["-version"], "version of FFmpeg", id="version"),
        pytest.param(CHUNK, "encode chunks, and watch for stills", id="chunk"),
        pytest.param(METER, "measure sound", id="meter"),
        pytest.param(["-i", "clip.mp4"], OTHER, id="a probe would be seen"),
    ],
)
def test_a_run_has_a_purpose(arguments: list[str], wanted: str) -> None:
    assert purpose(arguments) == wanted


def test_stages_add_up_to_the_whole(tmp_path: Path) -> None:
    log = log_of(tmp_path, (CHUNK, 4.0), (CHUNK, 3.0), (METER, 1.0))

    *rows, whole = table(log, cpu_s=12.75, start_s=1.5, drawing_s=2.0)

    assert {row["stage"]: row["cpu_s"] for row in rows} == {
        "encode chunks, and watch for stills": 7.0,
        "measure sound": 1.0,
        "Python: start, and a job of half a second": 1.5,
        "Python: draw frames": 2.0,
        "Python: mix sound, pass frames on, files, ledger": 0.5,
    }
    assert (whole["processes"], whole["cpu_s"]) == (3, sum(row["cpu_s"] for row in rows))


def test_python_has_what_ffmpeg_and_its_logging_leave(tmp_path: Path) -> None:
    assert python_cpu_s(log_of(tmp_path, (CHUNK, 4.0), (METER, 1.0)), cpu_s=7.0) == 1.5
