"""Running the graph once, bounded, on this machine."""

from collections.abc import Sequence

import apache_beam as beam
from apache_beam.options.pipeline_options import DirectOptions, PipelineOptions
from apache_beam.runners.portability.fn_api_runner import FnApiRunner

from pipeline.graph import FanOut, Produce
from transforms.studio import StudioConfig


def execute(
    messages: Sequence[bytes],
    studio: StudioConfig,
    fan_out: FanOut = FanOut.POOLED,
    *,
    processes: int = 0,
) -> None:
    """Works on the jobs that these messages name, until all have ended.

    How they ended stands in the ledger. The runner is named on purpose: "DirectRunner" picks one
    by what it can download.

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
