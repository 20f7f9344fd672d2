"""Running the graph once, bounded, on this machine."""

import shutil
from collections.abc import Sequence

import apache_beam as beam
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.transforms.environments import EmbeddedPythonEnvironment

from pipeline.graph import FanOut, Produce
from pipeline.local_runner import LocalOptions, local_runner
from transforms.read_claimed import ReadClaimed, put_ring
from transforms.studio import StudioConfig


def execute(
    messages: Sequence[bytes],
    studio: StudioConfig,
    fan_out: FanOut = FanOut.POOLED,
    options: PipelineOptions | None = None,
) -> None:
    """Works on the jobs that these messages name, until all have ended.

    How they ended stands in the ledger.

    Args:
      options: Of Beam; by default its own, by which this process does the work.
    """
    options = options or LocalOptions(flags=[])
    with beam.Pipeline(runner=local_runner(), options=options) as pipeline:
        _ = pipeline | "Read" >> beam.Create(list(messages)) | "Produce" >> Produce(studio, fan_out)


class Translated:
    """The graph, built and translated once, run for one job after the other.

    Building and translating takes longer than running a graph whose parts are all there.
    """

    def __init__(self, slot: str, studio: StudioConfig) -> None:
        self._slot = slot
        self._options = LocalOptions(flags=[])
        pipeline = beam.Pipeline(runner=local_runner(), options=self._options)
        # Made for transforms of other languages; Beam removes it in `Pipeline.run` alone.
        shutil.rmtree(pipeline.local_tempdir, ignore_errors=True)
        _ = pipeline | "Read" >> ReadClaimed(slot) | "Produce" >> Produce(studio, FanOut.POOLED)
        self._graph = pipeline.to_runner_api(
            default_environment=EmbeddedPythonEnvironment.default()
        )

    def run(self, ring: bytes) -> None:
        """Works on the job that a ring names, until its run has ended."""
        put_ring(self._slot, ring)
        local_runner().run_via_runner_api(self._graph, self._options).wait_until_finish()
