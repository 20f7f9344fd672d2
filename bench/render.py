"""How long a render takes, as ratios to the floor: a pure x264 encode of the same frames.

Both run on this machine in this run, one after the other in turns; medians are reported. Wall
times of a shared machine move by a fifth, ratios by less, CPU ratios least.

    python -m bench.render [--job examples/tide-pools.json] [--rounds 3] [--set path=value ...]
"""

import argparse
import contextlib
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from jobs.stages import Stage
from jobs.wire import from_json
from media.chunk import ChunkSpec, drawn, encoder
from media.run import Workspace, find_ffmpeg
from storage.directory import DirectoryBlobs

AIPROD = [sys.executable, "-c", "from pipeline.cli import main; main()"]


def main() -> None:
    """Prints one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--job", type=Path, default=Path("examples/tide-pools.json"))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--set", action="append", default=[], dest="sets")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="aiprod-bench-") as folder:
        print(
            json.dumps(
                measure(arguments.job, arguments.rounds, arguments.sets, Path(folder)), indent=2
            )
        )


def measure(job: Path, rounds: int, sets: list[str], folder: Path) -> dict[str, Any]:
    """Times a job cold, with its assets given, and repeated; and the floor."""
    data = folder / "data"
    command = [*AIPROD, "render", str(job), "--out", str(folder / "out"), "--json"]
    command += [part for one in sets for part in ("--set", one)]

    def render() -> None:
        subprocess.run(
            command, check=True, capture_output=True, env={**os.environ, "AIPROD_DATA": str(data)}
        )

    def forget(*stages: Stage) -> None:
        for stage in stages:
            shutil.rmtree(data / "parts" / stage.value, ignore_errors=True)

    cold = timed(render)
    raw, spec = raw_frames(data, folder)
    rows: dict[str, list[tuple[float, float]]] = {
        "floor": [],
        "assets_given": [],
        "nothing_changed": [],
    }
    for _ in range(rounds):
        rows["floor"].append(timed(lambda: encode_floor(raw, spec, folder)))
        forget(Stage.RENDER, Stage.MIX, Stage.FINISH)
        rows["assets_given"].append(timed(render))
        rows["nothing_changed"].append(timed(render))
    wall = {name: statistics.median(row[0] for row in found) for name, found in rows.items()}
    cpu = {name: statistics.median(row[1] for row in found) for name, found in rows.items()}
    return {
        "job": job.name,
        "set": sets,
        "cores": len(os.sched_getaffinity(0)),
        "rounds": rounds,
        "size": f"{spec.width}x{spec.height}",
        "quality": spec.quality,
        "seconds": {
            "cold_wall": round(cold[0], 2),
            "cold_cpu": round(cold[1], 2),
            **{f"{name}_wall": round(value, 2) for name, value in wall.items()},
            **{f"{name}_cpu": round(value, 2) for name, value in cpu.items()},
        },
        "ratio_to_floor": {
            "cold_wall": round(cold[0] / wall["floor"], 3),
            "assets_given_wall": round(wall["assets_given"] / wall["floor"], 3),
            "assets_given_cpu": round(cpu["assets_given"] / cpu["floor"], 3),
        },
    }


def timed(work: Callable[[], None]) -> tuple[float, float]:
    """Wall seconds, and CPU seconds of child processes, that the work takes."""
    wall, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    work()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.monotonic() - wall, cpu


def raw_frames(data: Path, folder: Path) -> tuple[Path, ChunkSpec]:
    """Draws every frame of the job that was just rendered into one raw file."""
    blobs = DirectoryBlobs(data.absolute())
    specs = list(chunk_specs(blobs))
    target = folder / "frames.yuv"
    with target.open("wb") as file:
        for spec in specs:
            with (
                tempfile.TemporaryDirectory() as work,
                contextlib.ExitStack() as stack,
            ):
                files = {
                    shot.source: stack.enter_context(blobs.as_file(shot.source))
                    for shot in spec.shots
                    if shot.kind != "color"
                }
                space = Workspace(find_ffmpeg(None), Path(work))
                frames = stack.enter_context(drawn(space, spec, files, lambda _: None, set()))
                for frame in frames:
                    file.write(frame)
    return target, specs[0]


def chunk_specs(blobs: DirectoryBlobs) -> Iterator[ChunkSpec]:
    """The chunks of the job, in order."""
    found = []
    for name in (listed.name for listed in blobs.listed("media/")):
        data = blobs.read(name) if name.endswith(".json") else None
        if data and b'"shots":' in data and b'"seams":' in data:
            spec = from_json(ChunkSpec, data)
            found.append((min(shot.scene for shot in spec.shots), spec))
    return (spec for _, spec in sorted(found, key=lambda pair: pair[0]))


def encode_floor(raw: Path, spec: ChunkSpec, folder: Path) -> None:
    """One x264 with the threads it likes, and nothing else."""
    settings = {"draft": ("veryfast", 20), "standard": ("medium", 20)}[spec.quality]
    options = {**encoder(*settings, spec.rate), "threads": 0}
    arguments = [part for name, value in options.items() for part in (f"-{name}", str(value))]
    rate = f"{spec.rate.numerator}/{spec.rate.denominator}"
    source = [
        "-f",
        "rawvideo",
        "-pix_fmt",
        "yuv420p",
        "-s",
        f"{spec.width}x{spec.height}",
        "-r",
        rate,
    ]
    subprocess.run(
        [find_ffmpeg(None), "-nostdin", "-loglevel", "error", "-y", *source, "-i", str(raw),
         *arguments, str(folder / "floor.mp4")],
        check=True,
    )  # fmt: skip


if __name__ == "__main__":
    main()
