"""What a job needs: one task per narration, picture, effect, and piece of music."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

import apache_beam as beam
from apache_beam.pvalue import PCollection
from apache_beam.typehints.decorators import no_annotations

from jobs.assets import list_assets
from jobs.document import Job, job_from
from jobs.elements import Run, Script, Task
from jobs.states import Status
from jobs.submission import Submission
from jobs.wire import from_json
from transforms.job_step import Stepped, TakeStep
from transforms.studio import Studio, StudioConfig


@dataclass(eq=False)
class PlanAssets(beam.PTransform[PCollection[bytes], Stepped]):
    """Lists what a run needs: `Script` -> `Task`, each of which knows how many there are."""

    studio: StudioConfig

    @no_annotations  # Beam cannot express several outputs and would warn
    def expand(self, scripts: PCollection[bytes]) -> Stepped:
        return scripts | "Plan" >> TakeStep(self.studio, "plan", _run_of, plan_tasks)


def _run_of(element: bytes) -> Run:
    return Script.from_bytes(element).run


def plan_tasks(element: bytes, studio: Studio) -> Iterator[bytes]:
    """The tasks of one run, noted in the ledger."""
    script = Script.from_bytes(element)
    submission = from_json(Submission, studio.blobs.read(script.run.submission) or b"")
    job = read_job(studio, script.document)
    assets = list_assets(job, submission)
    tasks = [
        Task(
            script.run,
            asset.task_id,
            asset.stage,
            len(assets),
            asset.required,
            script.run.slate.key(asset.stage, asset.params),
            script.document,
            asset.label,
            asset.params,
        )
        for asset in assets
    ]
    studio.ledger.plan_parts((task, 1) for task in tasks)
    studio.ledger.advance(script.run, Status.GENERATING)
    for task in tasks:
        yield task.to_bytes()


def read_job(studio: Studio, document: str) -> Job:
    """The job document stored under that blob name."""
    return job_from(json.loads(studio.blobs.read(document) or b"null"))
