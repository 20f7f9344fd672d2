"""How long a changed job takes, as a share of the whole: only what changed is made again.

Whole commands, start included, and a warm service, on this machine in this run; with the bounds
that are promised for a machine that does nothing else.

    python -m bench.reuse [--job examples/tide-pools.json] [--rounds 3]
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.rendering import AIPROD
from bench.service import resubmitted, running

SCENES = 24
BOUNDS = {
    "unchanged_s": 2.5,
    "warm_unchanged_s": 0.3,
    "music_gain_share": 0.15,
    "one_caption_share": 0.20,
}
RESUBMITTED, PORT = 12, 8974
NARRATIONS = ("The tide goes out, and the rocks are bare again.", "Nothing here stays as it was.")


def main() -> None:
    """Prints one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--job", type=Path, default=Path("examples/tide-pools.json"))
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    found = [measure(arguments.job) for _ in range(arguments.rounds)]
    medians = {name: statistics.median(one[name] for one in found) for name in found[0]}
    told = {name: round(value, 3) for name, value in medians.items()}
    sys.stdout.write(json.dumps({**told, "bounds": BOUNDS}) + "\n")


def measure(job: Path) -> dict[str, float]:
    """Seconds of a whole render and of an unchanged one, and shares of renders of a change."""
    with tempfile.TemporaryDirectory(prefix="aiprod-bench-") as name:
        folder = Path(name)
        many = folder / "many.json"
        many.write_text(json.dumps(_many()))
        whole_s, many_s = _render(folder, job), _render(folder, many)
        unchanged_s = _render(folder, job)
        gain_s = _render(folder, job, "music.gain_db=-20")
        caption_s = _render(folder, many, f"scenes[11].narration={NARRATIONS[1]} At all.")
        warm_s = _resubmit(folder, job)
    return {
        "whole_s": whole_s,
        "unchanged_s": unchanged_s,
        "warm_unchanged_s": warm_s,
        "music_gain_share": gain_s / whole_s,
        "many_scenes_s": many_s,
        "one_caption_share": caption_s / many_s,
    }


def _many() -> dict[str, Any]:
    scenes = [
        {
            "narration": f"{number}. {NARRATIONS[number % 2]}",
            "visual": {"type": "prompt", "prompt": f"rocks by the sea, wave {number}"},
        }
        for number in range(1, SCENES + 1)
    ]
    return {"title": "Many", "scenes": scenes, "output": {"height": 720}}


def _render(folder: Path, job: Path, *sets: str) -> float:
    command = [*AIPROD, "render", str(job), "--out", str(folder / "out"), "--json"]
    command += [part for one in sets for part in ("--set", one)]
    started = time.monotonic()
    environment = {**os.environ, "AIPROD_DATA": str(folder / "data")}
    subprocess.run(command, check=True, capture_output=True, env=environment)
    return time.monotonic() - started


def _resubmit(folder: Path, job: Path) -> float:
    """Of a service that has the parts of the job; the first time, the worker starts."""
    document = json.loads(job.read_bytes())
    for scene in document["scenes"]:
        visual = scene.get("visual", {})
        if "uri" in visual:
            visual["uri"] = str(job.parent / visual["uri"])
    data = folder / "data"
    serve = [sys.executable, "-m", "pipeline.cli", "serve", "--port", str(PORT)]
    with running([*serve, "--out", str(folder / "out")], PORT, {"AIPROD_DATA": str(data)}) as url:
        took = resubmitted(url, data, document, RESUBMITTED)
    return statistics.median(took[2:])


if __name__ == "__main__":
    main()
