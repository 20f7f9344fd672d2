"""A store with a ledger, in which runs make things without a graph."""

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import update

from jobs.elements import Ending, Outcome, Part, PartStatus, Run, Task, Video
from jobs.slate import Slate
from jobs.stages import Stage
from jobs.states import Status
from storage.artefacts import Artefacts, Origin, Record
from storage.blobs import Blobs
from storage.database import Database
from storage.garbage import Collection
from storage.intake import Intake
from storage.kept_runs import KeptRuns
from storage.ledger import Ledger
from storage.parts import Parts
from storage.sweep import Collected
from storage.tables import JOBS

DAY_S = 86_400.0
ORIGIN = Origin("espeak")


def key_of(stage: Stage, what: str) -> str:
    return Slate("acme").key(stage, {"of": what})


@dataclass(frozen=True)
class Shop:
    """A store and a ledger.

    Attributes:
      root: Of a folder store.
      claim: Submits a job, or takes one that is queued, and claims it.
    """

    root: Path
    database: Database
    claim: Callable[..., Run]
    blobs: Blobs

    @property
    def artefacts(self) -> Artefacts:
        return Artefacts(self.blobs)

    @property
    def ledger(self) -> Ledger:
        return Ledger(self.database, patience_s=0)

    def make(self, run: Run, what: str, content: bytes | None = None) -> Record:
        """Lets a run make a narration and name it in the ledger."""
        key = key_of(Stage.VOICE, what)
        task = Task(run, f"voice/{what}", Stage.VOICE, 1, True, key, "", what, {})
        Parts(self.ledger.database, patience_s=0).plan([(task, 1)])
        media = (content or what.encode(), ".wav")
        record = self.artefacts.keep(Stage.VOICE, key, ORIGIN, {"audio": media}, {}, 0)
        Parts(self.ledger.database, patience_s=0).note(
            Part(run, task.task_id, Stage.VOICE, 1, True, key, "", PartStatus.DONE)
        )
        return record

    def end(self, run: Run, ending: Ending) -> None:
        assert self.ledger.settle(Outcome(run, ending))

    def deliver(self, run: Run) -> dict[str, str]:
        """Ends a run with a video of its own; returns its files."""
        self.advance(run)
        name = f"{run.job_id}.{run.generation}"
        files = {"final.mp4": self.artefacts.keep_media((name.encode(), ".mp4"))}
        manifest = self.artefacts.keep_media((f"about {name}".encode(), ".json"))
        video = Video(manifest, files, 90, 3.0)
        assert self.ledger.settle(Outcome(run, Ending.DONE, (), video))
        return files

    def advance(self, run: Run) -> None:
        for status in (Status.GENERATING, Status.RENDERING):
            assert self.ledger.advance(run, status)

    def retry(self, run: Run) -> Run:
        """Another run of a job that has ended."""
        Intake(self.database).retry("acme", run.job_id)
        claim = self.ledger.claim(run.job_id)
        assert claim is not None
        return Run(claim.job_id, claim.generation, claim.token, "")

    def let_time_pass(self, seconds: float = DAY_S) -> None:
        """Makes everything in the store, and the ends of jobs, older."""
        for path in self.root.rglob("*"):
            if path.is_file():
                modified = path.stat().st_mtime - seconds
                os.utime(path, (modified, modified))
        columns = (JOBS.c.updated_at, JOBS.c.claimed_at)
        with self.database.begin() as connection:
            connection.execute(update(JOBS).values({one: one - seconds for one in columns}))

    def collection(
        self, keep: int | None = None, older_than_s: float = 0.0, *, is_dry: bool = False
    ) -> Collection:
        ledgers = [KeptRuns(self.database, older_than_s)]
        return Collection(self.blobs, ledgers, keep, older_than_s, is_dry=is_dry)

    def collect(
        self, keep: int | None = None, older_than_s: float = 0.0, *, is_dry: bool = False
    ) -> Collected:
        return self.collection(keep, older_than_s, is_dry=is_dry).run()

    def has(self, what: str) -> bool:
        return self.artefacts.look_up(Stage.VOICE, key_of(Stage.VOICE, what)) is not None

    def files(self) -> dict[str, int]:
        return {blob.name: blob.size_bytes for blob in self.blobs.listed("")}


def are_there(blobs: Blobs, names: Iterable[str]) -> bool:
    return all(map(blobs.exists, names))
