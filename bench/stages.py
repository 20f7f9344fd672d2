"""Where the CPU time of a render goes: runs of FFmpeg by what they are for, and Python."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

ENCODE, TEXT = "encode chunks, and watch for stills", "draw text"
# By what is in the command, the first that fits; in the order of a render.
SIGNS = {
    "version of FFmpeg": "-version",
    ENCODE: "libx264",
    TEXT: "ass=",
    "encode sound": "aac",
    "try loudness": "alimiter",
    "measure sound": "ebur128",
    "join": "concat",
    "draw poster": "image2",
    "check the file": "-codec copy",
    "look at the first frame": "-vcodec copy",
}
OTHER = "other FFmpeg"


def runs(log: Path) -> list[dict[str, Any]]:
    """What `logged_ffmpeg` wrote down."""
    return [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]


def purpose(arguments: list[str]) -> str:
    """What a run of FFmpeg is for."""
    command = " ".join(arguments)
    return next((name for name, sign in SIGNS.items() if sign in command), OTHER)


def processes(log: Path) -> Counter[str]:
    """How many runs of FFmpeg there were, by what they are for."""
    return Counter(purpose(run["arguments"]) for run in runs(log))


def table(log: Path, cpu_s: float, start_s: float, drawing_s: float) -> list[dict[str, Any]]:
    """CPU seconds by stage; the last row is their sum, all that the render took.

    Args:
      cpu_s: All CPU time of the render, with that of `logged_ffmpeg`.
      start_s: CPU time of Python for a job of next to nothing.
      drawing_s: CPU time of drawing the same frames without encoding them.
    """
    logged = runs(log)
    counts = processes(log)
    by_stage = Counter[str]()
    for run in logged:
        by_stage[purpose(run["arguments"])] += run["cpu_s"]
    of_ffmpeg = [(name, counts[name], by_stage[name]) for name in (*SIGNS, OTHER) if counts[name]]
    logging_s = sum(run["logging_cpu_s"] for run in logged)
    python_s = cpu_s - logging_s - sum(by_stage.values())
    rows: list[tuple[str, int | None, float]] = [
        *of_ffmpeg,
        ("Python: start, and a job of half a second", None, start_s),
        ("Python: draw frames", None, drawing_s),
        ("Python: mix sound, pass frames on, files, ledger", None, python_s - start_s - drawing_s),
        ("all", len(logged), cpu_s - logging_s),
    ]
    return [
        {
            "stage": name,
            "processes": count,
            "cpu_s": round(seconds, 3),
            "share": round(seconds / (cpu_s - logging_s), 3),
        }
        for name, count, seconds in rows
    ]


def python_cpu_s(log: Path, cpu_s: float) -> float:
    """What is left of a render's CPU time without FFmpeg and without logging it."""
    of_ffmpeg: float = sum(run["cpu_s"] + run["logging_cpu_s"] for run in runs(log))
    return cpu_s - of_ffmpeg
