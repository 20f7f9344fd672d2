"""What a job needs: one task per narration, picture, effect, and piece of music.

What several variants need is one task.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import apache_beam as beam
from apache_beam.pvalue import PCollection
from apache_beam.typehints.decorators import no_annotations

from jobs.assets import Asset, script_asset
from jobs.document import Job, job_from, variants_of
from jobs.elements import Run, Script, Shared, Task
from jobs.errors import InvalidInput
from jobs.sharing import share_assets
from jobs.stages import Stage
from jobs.states import Status
from jobs.submission import Submission
from jobs.wire import canonical, from_json
from storage.calls import CallStatus
from transforms.brand_look import font_mistakes
from transforms.job_step import Stepped, TakeStep
from transforms.studio import Studio, StudioConfig

# Of an element of 64 kB, which holds more: a long narration for every voice that may speak it.
LARGEST_PARAMS_BYTES = 32 * 1024


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
    variants = variants_of(read_job(studio, script.document))
    for mistake in (found for one in variants for found in font_mistakes(one.job)):
        raise InvalidInput(mistake)
    casting, slate = studio.config.roster.casting(), script.run.slate
    shared = share_assets(variants, submission, casting, slate)
    if len(variants) > 1:
        script = replace(
            script, shared=studio.artefacts.keep_json(Shared(tuple(map(dict, shared.ids))))
        )
    assets = shared.assets
    name = studio.artefacts.keep_media((script.to_bytes(), ".json"))
    tasks = [
        Task(
            script.run,
            asset.task_id,
            asset.stage,
            len(assets),
            asset.required,
            slate.key(asset.stage, asset.offer),
            name,
            asset.label,
            _params(asset, studio),
        )
        for asset in assets
    ]
    prompted = job_from(submission.document)
    wanted = (script_asset(prompted, casting), *assets) if prompted.prompt else assets
    studio.ledger.note_quote(script.run, _quote_usd(script.run, wanted, studio))
    studio.parts.plan((task, 1) for task in tasks)
    studio.ledger.advance(script.run, Status.GENERATING)
    for task in tasks:
        yield task.to_bytes()


def _quote_usd(run: Run, assets: tuple[Asset, ...], studio: Studio) -> float:
    """What the run costs at most, if whoever is asked first makes everything that is not there.

    Its script, which has just been made, counts with the repair that it may not have needed: so it
    was quoted before.
    """
    roster, slate = studio.config.roster, run.slate
    # What was made before the run was begun anew.
    made = [c for c in studio.calls.of_run(run) if c.status != CallStatus.REFUSED.value]
    has_written = any(call.stage == Stage.SCRIPT.value for call in made)
    quotes = {}
    for asset in assets:
        if quote_usd := roster.quote_usd(asset.stage, asset.offer):
            quotes[asset.stage, slate.key(asset.stage, asset.offer)] = quote_usd
    missing_usd = sum(
        usd
        for (stage, key), usd in quotes.items()
        if (stage is Stage.SCRIPT and has_written) or not studio.artefacts.look_up(stage, key)
    )
    return missing_usd + sum(c.quote_usd for c in made if c.stage != Stage.SCRIPT.value)


def _params(asset: Asset, studio: Studio) -> dict[str, Any]:
    choices = list(asset.choices)
    if len(canonical(choices)) <= LARGEST_PARAMS_BYTES:
        return {"choices": choices}
    name = studio.artefacts.keep_media((canonical(choices), ".json"))
    return {"choices_in": name}


def read_job(studio: Studio, document: str) -> Job:
    """The job document stored under that blob name."""
    return job_from(json.loads(studio.blobs.read(document) or b"null"))
