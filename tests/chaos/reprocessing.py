"""Reprocessing under fire: many jobs run again while the command is killed."""

import argparse
import json
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import PIPE
from typing import Any

from sqlalchemy import select

from jobs.document import job_from
from jobs.message import Ring
from jobs.reprocessing import State
from jobs.submission import Submission
from pipeline.execute import execute
from storage.database import Database, open_database, sqlite_url
from storage.intake import Intake
from storage.migrate import prepare
from storage.tables import JOB_EVENTS, JOBS, REPROCESSING_JOBS
from tests.warm import AIPROD, Process
from transforms.studio import StudioConfig

WAVE = 20


@dataclass
class Report:
    """What was seen. `broken`: everything that is not as promised."""

    jobs: int
    kills: int = 0
    seconds: float = 0.0
    states: dict[str, int] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)


def document(number: int) -> dict[str, Any]:
    """A job that takes a moment: a spoken line over a colour."""
    return {
        "title": f"Job {number}",
        "scenes": [
            {
                "narration": f"Number {number}.",
                "visual": {"type": "color", "color": f"#20{number % 256:02x}60"},
            }
        ],
        "music": None,
        "output": {"height": 144, "fps": 24, "quality": "draft"},
    }


@dataclass(frozen=True)
class History:
    """A data folder with jobs that have ended."""

    folder: Path

    @contextmanager
    def database(self) -> Iterator[Database]:
        """Its ledger."""
        with closing(open_database(sqlite_url(self.folder / "data"))) as database:
            prepare(database)
            yield database

    def make(self, jobs: int) -> None:
        """Renders that many jobs."""
        data = self.folder / "data"
        studio = StudioConfig(
            str(data), str(data / "work"), sqlite_url(data), str(self.folder / "out"), None, 2
        )
        with self.database() as database:
            for number in range(1, jobs + 1):
                job = job_from(document(number)).model_dump(mode="json")
                Intake(database).put(f"job-{number:04}", Submission(job), f"Job {number}")
        for first in range(1, jobs + 1, WAVE):
            numbers = range(first, min(first + WAVE, jobs + 1))
            execute([Ring(f"job-{number:04}").to_bytes() for number in numbers], studio)

    def reprocess(self, *arguments: str) -> Process:
        """Starts the command."""
        return Process(
            AIPROD,
            *("reprocess", *arguments, "--yes", "--json"),
            cwd=self.folder,
            env={**os.environ, "AIPROD_DATA": str(self.folder / "data")},
            stdout=PIPE,
            text=True,
        )

    def ended(self) -> int:
        """How many jobs of reprocessings have ended."""
        query = select(REPROCESSING_JOBS.c.state)
        with self.database() as database, database.reading() as connection:
            states = connection.scalars(query).all()
        return sum(State(state) is State.DONE for state in states)


def run(history: History, jobs: int, kills: int, seed: int, *arguments: str) -> Report:
    """Makes a history, and reprocesses it while the command is killed that many times."""
    history.make(jobs)
    report, chance, started = Report(jobs), random.Random(seed), time.monotonic()
    marks = sorted(chance.uniform(0.02, 0.9) * jobs for _ in range(kills))
    for mark in [*marks, jobs + 1]:
        command = history.reprocess(*arguments)
        while command.poll() is None and history.ended() < mark:
            time.sleep(0.05)
        if mark <= jobs:
            time.sleep(chance.uniform(0.0, 0.3))
        if command.poll() is None:
            command.send_signal(signal.SIGKILL)
            report.kills += 1
        out, _ = command.communicate()
        if command.returncode != -signal.SIGKILL:
            break  # it has done everything before it could be killed
    report.seconds = round(time.monotonic() - started, 1)
    check(history, json.loads(out), command.returncode, report)
    return report


def check(history: History, told: dict[str, Any], code: int, report: Report) -> None:
    """Fills in what is broken."""
    broken = report.broken
    if code:
        broken.append(f"the command ended with {code}")
    written = (history.folder / told["report"]).read_text(encoding="utf-8")
    lines = [json.loads(line) for line in written.splitlines()]
    report.states = dict(Counter(line["state"] for line in lines))
    if report.states != {"done": report.jobs}:
        broken.append(f"the report has {report.states}")
    ids = Counter(line["id"] for line in lines)
    broken += [f"{job_id} is reported {count} times" for job_id, count in ids.items() if count > 1]
    with history.database() as database, database.reading() as connection:
        jobs = connection.execute(select(JOBS.c.id, JOBS.c.generation, JOBS.c.status)).all()
        events = connection.execute(
            select(JOB_EVENTS.c.job_id, JOB_EVENTS.c.generation, JOB_EVENTS.c.data).where(
                JOB_EVENTS.c.kind == "part_done"
            )
        ).all()
        ends = connection.execute(
            select(JOB_EVENTS.c.job_id, JOB_EVENTS.c.generation).where(JOB_EVENTS.c.kind == "done")
        ).all()
    for job in jobs:
        if (job.generation, job.status) != (2, "done"):
            broken.append(f"{job.id} is {job.status} in run {job.generation}")
    made = Counter((event.job_id, event.generation, event.data["task"]) for event in events)
    broken += [f"{one} was made {count} times" for one, count in made.items() if count > 1]
    ended = Counter((end.job_id, end.generation) for end in ends)
    broken += [f"{one} ended {count} times" for one, count in ended.items() if count > 1]


def main() -> int:
    """Runs what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=200)
    parser.add_argument("--kills", type=int, default=3)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="aiprod-history-") as folder:
        report = run(
            History(Path(folder)), chosen.jobs, chosen.kills, chosen.seed,
            "--set", "output.loudness=ebu",
        )  # fmt: skip
    sys.stdout.write(json.dumps({**report.__dict__, "seed": chosen.seed}, indent=2) + "\n")
    return int(bool(report.broken))


if __name__ == "__main__":
    sys.exit(main())
