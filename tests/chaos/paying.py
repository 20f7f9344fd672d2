"""Commands that are killed while they pay: `python -m tests.chaos.paying --kills 100`.

One job after the other is rendered with fakes of paid services, which count what they charge; the
command is killed after some of the requests that it makes, and started again until the job is done.
What is charged for one thing is at most one, and one more for each call whose outcome nobody knows,
never above three.
"""

import argparse
import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from storage.database import open_database, sqlite_url
from storage.tables import CALLS
from tests.fakes.everybody import Fakes, everybody
from tests.warm import AIPROD, Process

MOST_CHARGES = 3
LIMIT_S = 600.0  # of a command
LOOK_EVERY_S = 0.02
LATEST, LONGEST_S = 14, 0.3  # requests and then seconds until a command is killed, at most


def document(number: int) -> dict[str, Any]:
    """A job of which nothing is like a part of another."""
    return {
        "scenes": [
            {
                "narration": f"Scene {scene} of job {number}.",
                "effects": [{"query": "ocean waves"}],
            }
            for scene in range(3)
        ],
        "music": {"provider": "suno", "prompt": f"piano number {number}"},
        "output": {"height": 144, "fps": 24, "quality": "draft"},
    }


def under_fire(fakes: Fakes, folder: Path, kills: int, dice: random.Random) -> dict[str, Any]:
    """Renders jobs until the command was killed so often. Returns what came of it."""
    killed = jobs = 0
    broken: list[str] = []
    while killed < kills:
        jobs += 1
        (folder / "job.json").write_text(json.dumps(document(jobs)), encoding="utf-8")
        while True:
            dies_at = dice.randint(1, LATEST) if killed < kills else None
            code = _run(fakes, folder, dies_at, dice.uniform(0.0, LONGEST_S))
            if code != -signal.SIGKILL:
                break
            killed += 1
        if code != 0:
            broken.append(f"job {jobs} ended with {code}")
    return {"jobs": jobs, "kills": killed, **_account(fakes, folder, broken)}


def _run(fakes: Fakes, folder: Path, dies_at: int | None, later_s: float) -> int:
    """Runs the command, and kills it so long after so many requests; None: it is let finish."""
    environment = {**os.environ, **fakes.environment, "AIPROD_DATA": str(folder / "data")}
    before, deadline = _requests(fakes), time.monotonic() + LIMIT_S
    with Process(
        AIPROD, "render", "job.json", "--out", "out",
        cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    ) as process:  # fmt: skip
        while time.monotonic() < deadline:
            with contextlib.suppress(subprocess.TimeoutExpired):
                return process.wait(LOOK_EVERY_S)
            if dies_at is not None and _requests(fakes) - before >= dies_at:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    return process.wait(later_s)
                break
        process.kill()
        return process.wait()


def _requests(fakes: Fakes) -> int:
    return sum(len(fake.journal) for fake in fakes.all)


def _account(fakes: Fakes, folder: Path, broken: list[str]) -> dict[str, Any]:
    things = Counter(charge.what for fake in fakes.all for charge in fake.charges)
    counted = select(CALLS.c.status, func.count()).group_by(CALLS.c.status)
    url = sqlite_url(folder / "data")
    with closing(open_database(url)) as database, database.reading() as connection:
        calls: dict[str, int] = {row[0]: row[1] for row in connection.execute(counted)}
    unknown = calls.get("unknown", 0)
    if sum(things.values()) > len(things) + unknown:
        broken.append(f"{sum(things.values())} charges for {len(things)} things")
    broken += [f"{n} charges for {what}" for what, n in things.items() if n > MOST_CHARGES]
    return {
        "things": len(things),
        "charges": sum(things.values()),
        "most_for_one": max(things.values(), default=0),
        "calls": calls,
        "broken": broken,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().getrandbits(31))
    options = parser.parse_args()
    with everybody() as fakes, tempfile.TemporaryDirectory() as folder:
        found = under_fire(fakes, Path(folder), options.kills, random.Random(options.seed))
    sys.stdout.write(json.dumps({"seed": options.seed, **found}, indent=2) + "\n")
    return 1 if found["broken"] else 0


if __name__ == "__main__":
    sys.exit(main())
