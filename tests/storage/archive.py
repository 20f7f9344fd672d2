"""Jobs that have ended, without a graph that made them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jobs.elements import Ending, Outcome, Part, PartStatus, Run, Task, Video
from jobs.reprocessing import Change, Request, Selection
from jobs.stages import Stage
from jobs.states import Status
from jobs.submission import Submission
from storage.database import Database
from storage.intake import Intake
from storage.intake import Request as Submitting
from storage.ledger import Ledger
from storage.parts import Parts
from storage.reprocessings import Item, Listed, Reprocessing, Reprocessings
from storage.reruns import Base, Reruns
from storage.selecting import matching

TENANT = "acme"
DOCUMENT: Mapping[str, Any] = {"scenes": [{"narration": "One."}]}


def asking(selection: Selection = Selection(), *sets: str) -> Request:  # noqa: B008  # frozen
    return Request(selection, Change(sets), TENANT)


@dataclass(frozen=True)
class Made:
    """A part of a run."""

    stage: Stage
    status: PartStatus = PartStatus.DONE
    provider: str = ""
    model: str = ""


@dataclass(frozen=True)
class Archive:
    """A ledger, and what is done with its jobs."""

    database: Database

    @property
    def ledger(self) -> Ledger:
        return Ledger(self.database, patience_s=0)

    @property
    def reruns(self) -> Reruns:
        return Reruns(self.database, patience_s=0)

    @property
    def reprocessings(self) -> Reprocessings:
        return Reprocessings(self.database, patience_s=0)

    def submit(self, job_id: str, tenant: str = TENANT, **fields: Any) -> str:
        """A job that waits."""
        webhook_url = fields.pop("webhook_url", None)
        submission = Submission({**DOCUMENT, **fields})
        request = Submitting(tenant, job_id, submission, None, webhook_url, None, "0" * 64, None)
        return Intake(self.database).submit(request).job_id

    def claim(self, job_id: str) -> Run:
        """Its run, by whoever works on it."""
        claim = self.ledger.claim(job_id)
        assert claim is not None
        return Run(job_id, claim.generation, claim.token, "")

    def end(self, job_id: str, ending: Ending = Ending.DONE, *parts: Made, **quality: float) -> Run:
        """Works on a job that waits until it has ended."""
        run = self.claim(job_id)
        for number, part in enumerate(parts):
            self._note(run, f"{part.stage.value}/{number:03}", part)
        for status in (Status.GENERATING, Status.RENDERING):
            assert self.ledger.advance(run, status)
        video = None
        if ending is Ending.DONE:
            files = {"final.mp4": f"media/{job_id}.{run.generation}.mp4"}
            video = Video("media/m.json", files, 90, 3.0, {"final.mp4": 7}, quality)
        assert self.ledger.settle(Outcome(run, ending, (), video))
        return run

    def _note(self, run: Run, task_id: str, part: Made) -> None:
        task = Task(run, task_id, part.stage, 1, True, "0" * 64, "", task_id, {})
        Parts(self.ledger.database, patience_s=0).plan([(task, 1)])
        Parts(self.ledger.database, patience_s=0).note(
            Part(run, task_id, part.stage, 1, True, "0" * 64, "", part.status,
                 provider=part.provider, model=part.model)
        )  # fmt: skip

    def done(self, job_id: str, *parts: Made, **fields: Any) -> str:
        """A job with a video."""
        self.submit(job_id, **fields)
        self.end(job_id, Ending.DONE, *parts)
        return job_id

    def matching(self, **options: Any) -> list[str]:
        with self.database.reading() as connection:
            return list(connection.scalars(matching(TENANT, Selection(**options))))

    def begin(
        self, request: Request | None = None, *listed: Listed, allowed: int = 10**9,
        name: str = "re-1",
    ) -> Reprocessing:  # fmt: skip
        jobs = listed or None
        return self.reprocessings.begin(name, request or asking(), jobs, allowed)

    def items(self, name: str = "re-1") -> list[Item]:
        return list(self.reprocessings.items(name))

    def base(self, job_id: str) -> Base:
        base = self.reruns.base(TENANT, job_id)
        assert base is not None
        return base

    def open_run(self, number: int = 1, name: str = "re-1", **fields: Any) -> Base:
        """Makes the new run of a job; what it was before."""
        item = self.reprocessings.item(name, number)
        assert item is not None
        base = self.base(item.job_id)
        submission = Submission({**base.submission.document, **fields})
        assert self.reruns.open_run(name, item, base, submission, base.takes)
        return base
