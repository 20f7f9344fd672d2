"""Jobs under fire: what came in must come out, once, whatever dies meanwhile.

`python -m tests.chaos.run --jobs 200` prints a JSON report and fails when a promise was broken.
The promises are checked from outside: by what clients were told, what the database and the store
hold, and which processes and files are left.
"""

import argparse
import json
import random
import shutil
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import func, select

from storage.database import open_database, sqlite_url
from storage.tables import JOB_EVENTS, JOBS, VIDEOS
from tests.chaos.finale import LONG_JOB, freeze_and_wake
from tests.chaos.mutants import MUTANTS, mutated
from tests.chaos.service import Victim, address

REPOSITORY = Path(__file__).parents[2]
ENDED = {"done", "failed", "cancelled"}
COLORS = 16  # jobs share some of their parts
MUTANT_JOBS, MUTANT_DEADLINE_S = 10, 90.0


@dataclass
class Report:
    """What happened, and which promises were broken."""

    seed: int
    jobs: int
    kills: dict[str, int] = field(default_factory=dict)
    statuses: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    broken: list[str] = field(default_factory=list)


def document(number: int) -> dict[str, Any]:
    """A video of a second: a picture, a title, a line of speech for some."""
    scene: dict[str, Any] = {
        "duration_s": 0.6,
        "visual": {"type": "color", "color": f"#{16 * (number % COLORS):02x}4060"},
    }
    if number % 3 == 0:
        scene["narration"] = f"Wave {number % COLORS}."
    title = {"duration_s": 0.4, "visual": {"type": "title", "text": str(number)}}
    return {
        "title": f"Number {number}",
        "scenes": [scene, title],
        "music": None,
        "output": {"height": 144, "fps": 24, "quality": "draft"},
    }


def submit_all(
    victim: Victim, count: int, told: dict[int, set[str]], stop: threading.Event
) -> None:
    """Submits jobs as a careful client does: again, with the same key, until it has an answer."""
    for number in range(count):
        submit(victim, number, document(number), told, stop)


def submit(
    victim: Victim,
    number: int,
    job: dict[str, Any],
    told: dict[int, set[str]],
    stop: threading.Event,
) -> None:
    """Submits one job until it has been taken in."""
    while not stop.is_set():
        try:
            answer = httpx.post(
                f"{address(random.choice(victim.ports))}/v1/jobs",
                json=job,
                headers={
                    "Authorization": f"Bearer {victim.key}",
                    "Idempotency-Key": f"order-{number}",
                },
                timeout=10,
            )
        except httpx.HTTPError:
            time.sleep(0.1)
            continue
        if answer.status_code == 202:
            told.setdefault(number, set()).add(answer.json()["id"])
            break
        if answer.status_code < 500:
            raise AssertionError(f"refused: {answer.text}")
        time.sleep(0.1)


def run(victim: Victim, jobs: int, kill_every_s: float, seed: int, deadline_s: float) -> Report:
    """Submits jobs, kills something every so often, freezes whoever has the last one, and waits
    for all to end."""
    report = Report(seed, jobs + 1)
    choice = random.Random(seed)
    told: dict[int, set[str]] = {}
    stop = threading.Event()
    started = time.monotonic()
    deadline = started + deadline_s
    victim.start_all()
    submitter = threading.Thread(target=submit_all, args=(victim, jobs, told, stop), daemon=True)
    submitter.start()
    try:
        while time.monotonic() < deadline:
            if len(told) == jobs and not unfinished(victim):
                break
            time.sleep(kill_every_s * choice.uniform(0.5, 1.5))
            victim.kill_something(choice)
        submit(victim, jobs, LONG_JOB, told, stop)
        if told.get(jobs) and freeze_and_wake(victim, min(told[jobs]), deadline):
            report.kills["taken over"] = 1
        while unfinished(victim) and time.monotonic() < deadline:
            time.sleep(0.1)
        stop.set()
        report.seconds = round(time.monotonic() - started, 1)
        victim.stop()
        check(victim, told, report)
    finally:
        stop.set()
        victim.kill_all()
    report.kills |= victim.kills
    return report


def unfinished(victim: Victim) -> int:
    """How many jobs have not ended."""
    database = open_database(victim.database_url or sqlite_url(victim.data))
    try:
        with database.reading() as connection:
            return int(
                connection.scalar(
                    select(func.count()).select_from(JOBS).where(JOBS.c.status.not_in(ENDED))
                )
                or 0
            )
    finally:
        database.close()


def check(victim: Victim, told: dict[int, set[str]], report: Report) -> None:
    """Fills in what is broken."""
    broken = report.broken
    database = open_database(victim.database_url or sqlite_url(victim.data))
    with database.reading() as connection:
        rows = connection.execute(select(JOBS.c.id, JOBS.c.status, JOBS.c.problems)).all()
        events = connection.execute(
            select(JOB_EVENTS.c.job_id, JOB_EVENTS.c.number, JOB_EVENTS.c.kind, JOB_EVENTS.c.data)
        ).all()
        videos = connection.execute(select(VIDEOS)).all()
    database.close()
    statuses = {row.id: row.status for row in rows}
    report.statuses = dict(Counter(statuses.values()))
    if len(told) != report.jobs:
        broken.append(f"{report.jobs - len(told)} jobs were never taken in")
    for number, ids in told.items():
        if len(ids) != 1:
            broken.append(f"order {number} made {len(ids)} jobs")
    known = {job_id for ids in told.values() for job_id in ids}
    broken += [f"{job_id} is lost" for job_id in known - set(statuses)]
    broken += [f"{job_id} was never answered for" for job_id in set(statuses) - known]
    for row in rows:
        if row.status != "done":
            problem = row.problems[0]["message"] if row.problems else ""
            broken.append(f"{row.id} is {row.status} {problem}".strip())
    ends = Counter(event.job_id for event in events if event.kind in ENDED)
    broken += [f"{job_id} ended {count} times" for job_id, count in ends.items() if count != 1]
    last = dict.fromkeys(statuses, 0)
    for event in events:
        last[event.job_id] = max(last[event.job_id], event.number)
    counted = Counter(event.job_id for event in events)
    broken += [
        f"{job_id} has gaps in its events" for job_id in last if last[job_id] != counted[job_id]
    ]
    delivered = Counter(video.job_id for video in videos)
    broken += [f"{job_id} was delivered {n} times" for job_id, n in delivered.items() if n != 1]
    for video in videos:
        for name in [video.manifest, *video.files.values()]:
            if not (victim.data / name).exists():
                broken.append(f"{video.job_id} lacks {name}")
    made = Counter(
        (event.job_id, event.data["task"]) for event in events if event.kind == "part_done"
    )
    broken += [
        f"{job_id}: {task} was made {n} times" for (job_id, task), n in made.items() if n > 1
    ]
    broken += [f"process {one.pid} is left: {one.name()}" for one in victim.family()]
    left = [
        *(victim.data / "work").glob("*"),
        *victim.temporary.glob("*"),
        *victim.data.rglob(".new-*"),
    ]
    broken += [f"{path.relative_to(victim.data)} is left" for path in left]


def main() -> int:
    """Runs the chaos that the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=200)
    parser.add_argument("--kill-every", type=float, default=1.0, help="seconds, about")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--deadline", type=float, default=1800.0, help="seconds")
    parser.add_argument("--mutants", action="store_true", help="break the build, too")
    chosen = parser.parse_args()
    failed = False
    for mutant in (None, *MUTANTS) if chosen.mutants else (None,):
        folder = Path(tempfile.mkdtemp(prefix="aiprod-chaos-"))
        source = mutated(mutant, folder / "source") if mutant else REPOSITORY
        jobs = min(chosen.jobs, MUTANT_JOBS) if mutant else chosen.jobs
        deadline_s = MUTANT_DEADLINE_S if mutant else chosen.deadline
        victim = Victim(source, folder / "data")
        report = run(victim, jobs, chosen.kill_every, chosen.seed, deadline_s)
        told = {"build": mutant.name if mutant else "whole", **asdict(report)}
        sys.stdout.write(json.dumps(told, indent=2) + "\n")
        sys.stdout.flush()
        # A chaos that a broken build survives proves nothing.
        if bool(report.broken) != (mutant is not None):
            sys.stdout.write(f"not as it should be; what is left of it: {folder}\n")
            failed = True
        else:
            shutil.rmtree(folder)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
