"""The batch pipeline: jobs of a reprocessing in, new runs of them out."""

from collections.abc import Sequence

import apache_beam as beam
from apache_beam.options.pipeline_options import DirectOptions, PipelineOptions
from apache_beam.runners.portability.fn_api_runner import FnApiRunner

from pipeline.graph import FanOut, Produce
from storage.reprocessings import Reprocessing
from transforms.open_runs import OpenRuns, Piece
from transforms.record_dead_letters import RecordDeadLetters
from transforms.studio import StudioConfig

JOBS_A_PIECE = 100  # a million jobs are ten thousand elements that start anywhere


def pieces_of(reprocessing: Reprocessing) -> list[bytes]:
    """Everything that may be begun, in pieces for many workers."""
    starts = range(1, reprocessing.allowed + 1, JOBS_A_PIECE)
    return [Piece(reprocessing.id, first, first + JOBS_A_PIECE - 1).to_bytes() for first in starts]


def build(
    pipeline: beam.Pipeline, pieces: Sequence[bytes], studio: StudioConfig, fan_out: FanOut
) -> None:
    """Puts the whole graph into a pipeline."""
    rings = (
        pipeline
        | "Pieces" >> beam.Create(list(pieces))
        | "Spread" >> beam.Reshuffle()
        | "OpenRuns" >> OpenRuns(studio)
    )
    produced = rings | "Produce" >> Produce(studio, fan_out)
    _ = produced.rejected | "RecordDeadLetters" >> RecordDeadLetters(studio)


def run_here(pieces: Sequence[bytes], studio: StudioConfig, *, processes: int = 0) -> None:
    """Works on these pieces on this machine, until all their jobs have ended or are left.

    Args:
      processes: Worker processes, or 0 to work in this one.
    """
    options = PipelineOptions(flags=[])
    if processes:
        direct = options.view_as(DirectOptions)
        direct.direct_running_mode = "multi_processing"
        direct.direct_num_workers = processes
    with beam.Pipeline(runner=FnApiRunner(), options=options) as pipeline:
        build(pipeline, pieces, studio, FanOut.POOLED)
