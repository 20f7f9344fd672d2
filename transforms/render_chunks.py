"""Chunks of video, drawn and encoded."""

from contextlib import ExitStack
from dataclasses import dataclass

import apache_beam as beam
from apache_beam.pvalue import PCollection

from jobs.elements import Task
from jobs.stages import Stage
from jobs.wire import from_json, plain
from media.chunk import ChunkSpec, render_chunk
from media.run import Workspace
from storage.artefacts import Origin
from transforms.perform import Made, PerformTasks
from transforms.studio import Studio, StudioConfig


@dataclass(eq=False)
class RenderChunks(beam.PTransform[PCollection[bytes], PCollection[tuple[str, bytes]]]):
    """Renders chunks of whole scenes: H.264 in MP4, to be joined by stream copy."""

    studio: StudioConfig

    def expand(self, tasks: PCollection[bytes]) -> PCollection[tuple[str, bytes]]:
        return tasks | "Render" >> PerformTasks(self.studio, {Stage.RENDER: render})


def render(task: Task, studio: Studio, space: Workspace) -> Made:
    """Renders one chunk."""
    spec = from_json(ChunkSpec, studio.blobs.read(task.params["spec"]) or b"")
    with ExitStack() as stack:
        files = {
            source: stack.enter_context(studio.blobs.as_file(source))
            for source in sorted(spec.sources)
        }
        encoded = render_chunk(
            space,
            spec,
            files,
            lambda frames: studio.parts.note_progress(task, frames),
            studio.gallery(),
        )
    facts = {
        "frames": spec.frames,
        "missing_glyphs": list(encoded.missing_glyphs),
        "stills": plain(encoded.stills),
        "glimpses": [plain(one) for one in encoded.glimpses],
        "softened": plain(encoded.softened),
        "collisions": [plain(one) for one in encoded.collisions],
    }
    return Made(Origin("aiprod"), {"video": encoded.path}, facts)
