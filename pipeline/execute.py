"""Running the graph once, bounded, on this machine.

The runner is named on purpose: "DirectRunner" picks one by what it can download.
"""

import shutil
from collections.abc import Sequence

import apache_beam as beam
from apache_beam.options.pipeline_options import DirectOptions, PipelineOptions
from apache_beam.runners.portability.fn_api_runner import FnApiRunner
from apache_beam.transforms.environments import EmbeddedPythonEnvironment

from pipeline.graph import FanOut, Produce
from transforms.read_claimed import ReadClaimed, put_ring
from transforms.studio import StudioConfig


def execute(
    messages: Sequence[bytes],
    studio: StudioConfig,
    fan_out: FanOut = FanOut.POOLED,
    *,
    processes: int = 0,
) -> None:
    """Works on the jobs that these messages name, until all have ended.

    How they ended stands in the ledger.

    Args:
      processes: Worker processes, or 0 to work in this one.
    """
    options = PipelineOptions(flags=[])
    if processes:
        direct = options.view_as(DirectOptions)
        direct.direct_running_mode = "multi_processing"
        direct.direct_num_workers = processes
    with beam.Pipeline(runner=FnApiRunner(), options=options) as pipeline:
        _ = pipeline | "Read" >> beam.Create(list(messages)) | "Produce" >> Produce(studio, fan_out)


class Translated:
    """The graph, built and translated once, run for one job after the other.

    Building and translating takes longer than running a graph whose parts are all there.
    """

    def __init__(self, slot: str, studio: StudioConfig) -> None:
        self._slot = slot
        self._options = PipelineOptions(flags=[])
        pipeline = beam.Pipeline(runner=FnApiRunner(), options=self._options)
        # Made for transforms of other languages; Beam removes it in `Pipeline.run` alone.
        shutil.rmtree(pipeline.local_tempdir, ignore_errors=True)
        _ = pipeline | "Read" >> ReadClaimed(slot) | "Produce" >> Produce(studio, FanOut.POOLED)
        self._graph = pipeline.to_runner_api(
            default_environment=EmbeddedPythonEnvironment.default()
        )

    def run(self, ring: bytes) -> None:
        """Works on the job that a ring names, until its run has ended."""
        put_ring(self._slot, ring)
        FnApiRunner().run_via_runner_api(self._graph, self._options).wait_until_finish()
