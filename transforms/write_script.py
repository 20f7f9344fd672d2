"""A prompt becomes scenes."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import apache_beam as beam
from apache_beam.pvalue import PCollection
from apache_beam.typehints.decorators import no_annotations

from jobs.assets import script_asset
from jobs.document import job_from
from jobs.elements import Ending, Outcome, Part, Run, Script, Task
from jobs.stages import Stage
from jobs.submission import Submission
from jobs.wire import canonical, from_json
from media.run import Workspace
from providers.outline import outlined_scenes, script_file, with_script
from storage.artefacts import Origin
from transforms.hired import is_remote
from transforms.job_step import RunEnded, Stepped, TakeStep
from transforms.open_takes import check_made
from transforms.perform import Made, perform
from transforms.remote_script import write_remotely
from transforms.studio import Studio, StudioConfig


@dataclass(eq=False)
class WriteScript(beam.PTransform[PCollection[bytes], Stepped]):
    """Gives a run its scenes: `Run` -> `Script`. A job that has scenes passes as it is."""

    studio: StudioConfig

    @no_annotations  # Beam cannot express several outputs and would warn
    def expand(self, runs: PCollection[bytes]) -> Stepped:
        return runs | "Write" >> TakeStep(self.studio, "script", Run.from_bytes, write_script)


def write_script(element: bytes, studio: Studio) -> Iterator[bytes]:
    """The script of one run."""
    run = Run.from_bytes(element)
    submission = from_json(Submission, studio.blobs.read(run.submission) or b"")
    if not submission.document.get("prompt"):
        name = studio.artefacts.keep_media((canonical(submission.document), ".json"))
        yield Script(run, name).to_bytes()
        return
    part = _written(run, submission.document, studio)
    document = with_script(submission.document, _script(run, part, studio))
    name = studio.artefacts.keep_media((canonical(document), ".json"))
    yield Script(run, name, studio.artefacts.keep_json(part)).to_bytes()


def _written(run: Run, document: dict[str, Any], studio: Studio) -> Part:
    asset = script_asset(job_from(document), studio.config.roster.casting())
    key = run.slate.key(Stage.SCRIPT, asset.offer)
    params = {"choices": list(asset.choices)}
    task = Task(run, asset.task_id, Stage.SCRIPT, 1, True, key, "", asset.label, params)
    studio.parts.plan([(task, 1)])
    part = perform(task, studio, write)
    check_made(run, [part])
    return part


def write(task: Task, studio: Studio, space: Workspace) -> Made:  # noqa: ARG001 no files needed
    """Writes the scenes of one prompt, here or elsewhere."""
    if is_remote(task):
        return write_remotely(task, studio)
    scenes = outlined_scenes(task.params["prompt"], task.params["language"])
    return Made(Origin("local", "outline", licence="CC0-1.0"), {"script": script_file(scenes)})


def _script(run: Run, part: Part, studio: Studio) -> dict[str, Any]:
    record = studio.artefacts.find(Stage.SCRIPT, part.key)
    if record is None:  # its files vanished between two steps
        raise RunEnded(Outcome(run, Ending.INCOMPLETE))
    found: dict[str, Any] = json.loads(studio.blobs.read(record.media["script"]) or b"null")
    return found
