"""What three languages in two shapes cost, as ratios to one video of the same job.

Twice: with captions in the picture, so that each language has frames of its own, and with captions
beside it and nothing else written in it, so that languages share their frames. Every render
is cold, in a process of its own; single and many take turns, medians are reported.

    python -m bench.variants [--rounds 3]
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.rendering import AIPROD

EXAMPLE = Path("examples/variants/tide-pools.json")
VARIANTS = {"languages": ["en", "fr", "ar"], "aspect_ratios": ["16:9", "9:16"]}


def main() -> None:
    """Prints one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    document = json.loads(EXAMPLE.read_text(encoding="utf-8"))
    del document["variants"]
    measured = {
        "frames of each language": measure(_placed(document), rounds),
        "frames shared by languages": measure(_unwritten(_placed(document)), rounds),
    }
    print(json.dumps(measured, indent=2))


def measure(document: dict[str, Any], rounds: int) -> dict[str, Any]:
    """Seconds of one video and of six, by the clock and of the processors, and their ratios."""
    single, many = [], []
    for _ in range(rounds):
        single.append(_render(document))
        many.append(_render({**document, "variants": VARIANTS}))
    told: dict[str, Any] = {}
    for number, name in enumerate(("wall", "cpu")):
        one, six = (statistics.median(run[number] for run in runs) for runs in (single, many))
        told |= {f"{name}_one_s": one, f"{name}_six_s": six, f"{name}_ratio": round(six / one, 2)}
    return told


def _render(document: dict[str, Any]) -> tuple[float, float]:
    with tempfile.TemporaryDirectory(prefix="aiprod-bench-") as folder:
        job = Path(folder) / "job.json"
        job.write_text(json.dumps(document), encoding="utf-8")
        started, before = time.monotonic(), _cpu_s()
        subprocess.run(
            [*AIPROD, "render", str(job), "--out", f"{folder}/out", "--json"],
            check=True,
            capture_output=True,
            env={**os.environ, "AIPROD_DATA": f"{folder}/data"},
        )
        return round(time.monotonic() - started, 1), round(_cpu_s() - before, 1)


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _placed(document: dict[str, Any]) -> dict[str, Any]:
    """The document with files that are found from any folder."""
    return {**document, "scenes": [_with_file(scene) for scene in document["scenes"]]}


def _with_file(scene: dict[str, Any]) -> dict[str, Any]:
    visual = scene["visual"]
    if "uri" in visual:
        visual = {**visual, "uri": str((EXAMPLE.parent / visual["uri"]).resolve())}
    return {**scene, "visual": visual}


def _unwritten(document: dict[str, Any]) -> dict[str, Any]:
    """The document with captions beside the picture, and spoken scenes with pictures of files."""
    scenes = [scene for scene in document["scenes"] if scene.get("narration")]
    picture = scenes[0]["visual"]
    scenes = [
        scene if "uri" in scene["visual"] else {**scene, "visual": picture} for scene in scenes
    ]
    return {**document, "captions": {"burn_in": False}, "scenes": scenes}


if __name__ == "__main__":
    main()
