"""How cost grows: with scenes, with the height of the picture, with chunks encoded side by side.

Scenes are counted in cold renders, which make voices, music and effects, too, and say how many
programs of FFmpeg they started; then in renders that are given their assets, as all others are.

    python -m bench.growth [--scenes 6,24,100,500] [--heights 480,720,1080,1440,2160]
                           [--workers 1,2,4] [--small 240]
"""

import argparse
import json
import tempfile
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from bench.canonical import Canonical, write_job
from bench.measured import medians
from bench.rendering import RENDERED, Place, conditions
from bench.stages import ENCODE, TEXT, processes, python_cpu_s
from jobs.stages import Stage

# Scenes of 2 s: what each of them costs, not what its frames do.
SHORT = Canonical(fps=24, scene_s=2.0, fade_s=0.25, is_short=True)
HEIGHT_SCENES = 2  # enough for a joint, and for two chunks at once
WORKER_SCENES = 6
BOUNDS = {
    "plan_unmade_cpu_ms": 5,
    "peak_ratio_most_scenes_to_fewest": 1.1,
    "peak_mib_one_chunk_1080": 900,
    "peak_mib_per_further_worker": 600,
}


def main() -> None:
    """Prints one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scenes", type=_numbers, default="6,24,100,500")
    parser.add_argument("--heights", type=_numbers, default="480,720,1080,1440,2160")
    parser.add_argument("--workers", type=_numbers, default="1,2,4")
    parser.add_argument("--small", type=int, default=240, help="height where scenes are counted")
    parser.add_argument("--large", type=int, default=1080, help="height where workers are counted")
    given = parser.parse_args()
    found: dict[str, Any] = {"conditions": conditions()}
    with tempfile.TemporaryDirectory(prefix="aiprod-bench-") as name:
        folder = Path(name)
        short = replace(SHORT, height=given.small)
        scenes = [_scenes(folder / f"s{n}", replace(short, scenes=n)) for n in given.scenes]
        found["scenes"] = scenes
        found["each_further_scene"] = [_slope(*pair) for pair in pairwise(scenes)]
        if len(scenes) > 2:
            found["each_further_scene"].append(_slope(scenes[0], scenes[-1]))
        heights = [Canonical(HEIGHT_SCENES, height) for height in given.heights]
        found["heights"] = [_height(folder / f"h{one.height}", one) for one in heights]
        found["workers"] = _workers(folder / "w", given.workers, given.large)
    print(json.dumps({**found, "bounds": BOUNDS}, indent=2))


def _numbers(text: str) -> list[int]:
    return [int(part) for part in text.split(",") if part]


def _scenes(folder: Path, canonical: Canonical) -> dict[str, Any]:
    job, place = write_job(folder / "job", canonical), Place(folder)
    made, found = folder / "made", folder / "found"
    unmade = place.run(["plan", str(job), "--json"])
    cold = place.render(job, log=made)
    counts = processes(made)
    planned = place.run(["plan", str(job), "--json"])
    # The file is put together from parts that are all found: what the graph and the ledger take.
    place.forget(Stage.FINISH)
    finished = place.render(job, log=found)
    place.forget(*RENDERED)
    given = place.render(job)
    frames = sum(spec.frames for spec in place.chunks())
    return {
        "scenes": canonical.scenes,
        "frames": frames,
        "cold": medians([cold]),
        "assets_given": medians([given]),
        "assets_given_cpu_ms_per_frame": round(given.cpu_s * 1000 / frames, 2),
        "ffmpeg_processes": {"all": counts.total(), **counts},
        "ffmpeg_processes_but_text_and_chunks": counts.total() - counts[TEXT] - counts[ENCODE],
        "plan_unmade_cpu_s": round(unmade.cpu_s, 3),
        "plan_made_cpu_s": round(planned.cpu_s, 3),
        "all_found_python_cpu_s": round(python_cpu_s(found, finished.cpu_s), 3),
    }


def _slope(fewer: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    """What each scene more took, between two jobs."""
    scenes: int = more["scenes"] - fewer["scenes"]

    def ms(name: str) -> float:
        return round(float(more[name] - fewer[name]) * 1000 / scenes, 2)

    def ratio(run: str) -> float:
        return round(float(more[run]["peak_mib"]) / float(fewer[run]["peak_mib"]), 3)

    cpu_s = more["assets_given"]["cpu_s"] - fewer["assets_given"]["cpu_s"]
    return {
        "from_scenes": fewer["scenes"],
        "to_scenes": more["scenes"],
        "assets_given_cpu_ms": round(cpu_s * 1000 / scenes, 1),
        "plan_unmade_cpu_ms": ms("plan_unmade_cpu_s"),
        "plan_made_cpu_ms": ms("plan_made_cpu_s"),
        "all_found_python_cpu_ms": ms("all_found_python_cpu_s"),
        "peak_ratio": {run: ratio(run) for run in ("cold", "assets_given")},
    }


def _height(folder: Path, canonical: Canonical) -> dict[str, Any]:
    job, place = write_job(folder / "job", canonical), Place(folder)
    place.render(job)
    place.forget(*RENDERED)
    taken = place.render(job)
    frames = sum(spec.frames for spec in place.chunks())
    pixels = frames * canonical.size[0] * canonical.size[1]
    return {
        "height": canonical.height,
        "frames": frames,
        **medians([taken]),
        "cpu_ns_per_pixel": round(taken.cpu_s * 1e9 / pixels, 1),
    }


def _workers(folder: Path, numbers: list[int], height: int) -> dict[str, Any]:
    """With assets given, in both qualities."""
    found: dict[str, Any] = {"height": height}
    for quality in ("draft", "standard") if numbers else ():
        canonical = Canonical(WORKER_SCENES, height, quality)
        place = Place(folder / quality)
        job = write_job(folder / quality / "job", canonical)
        place.render(job)
        rows: list[dict[str, Any]] = []
        for number in numbers:
            place.forget(*RENDERED)
            taken = place.render(job, workers=number)
            row: dict[str, Any] = {"workers": number, **medians([taken])}
            if rows:
                more = row["peak_mib"] - rows[0]["peak_mib"]
                row["mib_per_further"] = round(more / (number - rows[0]["workers"]))
            rows.append(row)
        found[quality] = rows
    return found


if __name__ == "__main__":
    main()
