"""A prompt becomes scenes."""

from collections.abc import Iterator
from dataclasses import dataclass

import apache_beam as beam
from apache_beam.pvalue import PCollection
from apache_beam.typehints.decorators import no_annotations

from jobs.elements import Run, Script
from jobs.submission import Submission
from jobs.wire import canonical, from_json
from providers.outline import with_scenes
from transforms.job_step import Stepped, TakeStep
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
    document = with_scenes(submission.document)
    name = studio.artefacts.keep_media((canonical(document), ".json"))
    yield Script(run, name).to_bytes()
