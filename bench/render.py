"""How long a render takes, as ratios to the floor: a pure x264 encode of the same frames.

The job is that of `bench.canonical`. Floor, render with its assets given, and render with nothing
changed run one after the other in turns; medians are reported. One more render tells where the CPU
time goes.

    python -m bench.render [--rounds 5] [--scenes 6] [--height 1080] [--quality draft]
"""

import argparse
import json
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.canonical import Canonical, add_size, write_job
from bench.measured import Taken, measured, medians, ratios
from bench.rendering import RENDERED, Place, conditions, ffmpeg
from bench.stages import python_cpu_s, table
from media.chunk import ChunkSpec, Noticed, drawn, encoder
from media.gallery import Gallery
from media.run import Workspace

QUALITIES = {"draft": ("veryfast", 20), "standard": ("medium", 20)}
BOUNDS = {"draft": {"wall": 1.20, "cpu": 1.30}, "standard": {"wall": 1.08, "cpu": 1.12}}
TRIVIAL = {
    "scenes": [{"duration_s": 0.5, "visual": {"type": "color", "color": "#204060"}}],
    "music": None,
    "output": {"height": 144, "fps": 24, "quality": "draft"},
}


def main() -> None:
    """Prints one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--quality", choices=QUALITIES, help="only this one; else both")
    add_size(parser)
    given = parser.parse_args()
    found: dict[str, Any] = {"conditions": conditions(), "rounds": given.rounds}
    with tempfile.TemporaryDirectory(prefix="aiprod-bench-") as name:
        trivial = Trivial.of(Path(name) / "trivial", given.rounds)
        found["trivial"] = trivial.told
        for quality in [given.quality] if given.quality else QUALITIES:
            job = Canonical(given.scenes, given.height, quality)
            with tempfile.TemporaryDirectory(prefix=f"{quality}-", dir=name) as folder:
                found[quality] = measure(job, given.rounds, trivial.python_s, Path(folder))
    print(json.dumps(found, indent=2))


@dataclass(frozen=True)
class Trivial:
    """A job of half a second of one colour, as a cold command: what cannot be less.

    Attributes:
      told: Its figures: when all is made, and when nothing is.
      python_s: CPU seconds of it that are not FFmpeg's.
    """

    told: dict[str, Any]
    python_s: float

    @classmethod
    def of(cls, folder: Path, rounds: int) -> "Trivial":
        """Runs it, each time in a folder that has nothing."""
        made, unchanged, python = [], [], []
        folder.mkdir()
        job = folder / "trivial.json"
        job.write_text(json.dumps(TRIVIAL), encoding="utf-8")
        for number in range(rounds):
            place = Place(folder / str(number))
            made.append(place.render(job))
            unchanged.append(place.render(job))
            log = place.folder / "log"
            place.forget(*RENDERED)
            logged = place.render(job, log=log)
            python.append(python_cpu_s(log, logged.cpu_s))
        told = {"all_made": medians(made), "nothing_changed": medians(unchanged), "bound_s": 2.5}
        return cls(told, sorted(python)[len(python) // 2])


def measure(canonical: Canonical, rounds: int, start_s: float, folder: Path) -> dict[str, Any]:
    """Renders cold, then floor, with assets given and unchanged in turns, and once logged."""
    job, place = write_job(folder / "job", canonical), Place(folder)
    cold = place.render(job)
    raw = folder / "frames.yuv"
    spec, frames, drawing_s = draw_frames(place, raw)
    runs: dict[str, list[Taken]] = {"floor": [], "assets_given": [], "nothing_changed": []}
    for _ in range(rounds):
        runs["floor"].append(encode_floor(raw, spec, folder))
        place.forget(*RENDERED)
        runs["assets_given"].append(place.render(job))
        runs["nothing_changed"].append(place.render(job))
    place.forget(*RENDERED)
    log = folder / "log"
    logged = place.render(job, log=log)
    taken = {name: medians(found) for name, found in runs.items()}
    return {
        "size": f"{spec.width}x{spec.height}",
        "frames": frames,
        "cold": medians([cold]),
        **taken,
        "ratio_to_floor": ratios(taken["assets_given"], taken["floor"]),
        "bounds": BOUNDS[canonical.quality],
        "ratios_by_round": [
            ratios(medians([ours]), medians([floor]))
            for ours, floor in zip(runs["assets_given"], runs["floor"], strict=True)
        ],
        "logged_run": {
            "wall_s": round(logged.wall_s, 2),
            "idle_core_s": round(
                logged.wall_s * conditions()["cores"] - logged.cpu_s, 2
            ),
            "cpu_by_stage": table(log, logged.cpu_s, start_s, drawing_s),
        },
    }  # fmt: skip


def draw_frames(place: Place, target: Path) -> tuple[ChunkSpec, int, float]:
    """Draws every frame of the job that was rendered into one raw file.

    Returns: The first chunk; how many frames there are; CPU seconds of drawing them.
    """
    specs = place.chunks()
    spent_s = 0.0
    gallery = Gallery()
    with target.open("wb") as file:
        for spec in specs:
            sources = {shot.source for shot in spec.shots if shot.kind != "color"}
            with tempfile.TemporaryDirectory() as work, place.files(sources) as files:
                space = Workspace(ffmpeg(), Path(work))
                before = time.process_time()
                with drawn(space, spec, files, lambda _: None, Noticed(), gallery) as frames:
                    for frame in frames:
                        spent_s += time.process_time() - before
                        file.write(frame)
                        before = time.process_time()
    return specs[0], sum(spec.frames for spec in specs), spent_s


def encode_floor(raw: Path, spec: ChunkSpec, folder: Path) -> Taken:
    """One x264 with the threads it likes, and nothing else."""
    options = {**encoder(*QUALITIES[spec.quality], spec.rate), "threads": 0}
    arguments = [part for name, value in options.items() for part in (f"-{name}", str(value))]
    rate = f"{spec.rate.numerator}/{spec.rate.denominator}"
    source = ["-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", f"{spec.width}x{spec.height}"]
    source += ["-r", rate, "-i", str(raw)]
    quiet = ["-nostdin", "-loglevel", "error", "-y"]
    return measured([ffmpeg(), *quiet, *source, *arguments, str(folder / "floor.mp4")])


if __name__ == "__main__":
    main()
