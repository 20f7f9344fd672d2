"""The batch pipeline: jobs of a reprocessing in, new runs of them out."""

import logging
import secrets
import time
from argparse import ArgumentParser, ArgumentTypeError
from contextlib import closing
from pathlib import Path

import apache_beam as beam
from apache_beam.options.pipeline_options import PipelineOptions, StandardOptions
from apache_beam.runners.runner import PipelineResult

from jobs.errors import InvalidInput
from jobs.ids import RANDOM_BYTES, new_id
from jobs.reprocessing import Request
from jobs.wire import from_json
from pipeline.graph import FanOut, Produce
from pipeline.local_runner import local_runner
from pipeline.options import Settings
from pipeline.placing import held, is_local, placed
from storage.database import Database, open_database
from storage.migrate import prepare
from storage.reprocessings import EVERY, Reprocessing, Reprocessings
from storage.secrets import resolve
from transforms.open_runs import OpenRuns, Piece, split_piece
from transforms.record_dead_letters import RecordDeadLetters
from transforms.studio import StudioConfig

LOG = logging.getLogger(__name__)


def _is_true(text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise ArgumentTypeError(f"it is {text!r}; give true or false")
    return text.lower() == "true"


class BatchOptions(PipelineOptions):
    """What the batch pipeline is told beside `PlaceOptions`."""

    @classmethod
    def _add_argparse_args(cls, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--batch",
            # Not "store_true": the launcher of a Flex Template gives every parameter a value.
            nargs="?",
            const=True,
            default=False,
            type=_is_true,
            help="true: run jobs that have ended again. Otherwise jobs come from Pub/Sub.",
        )
        parser.add_argument(
            "--reprocessing",
            help="Id of a reprocessing that was begun: it is gone on with.",
        )
        parser.add_argument(
            "--request",
            help="What is to be run again, and how, as JSON: what `aiprod reprocess --dry-run "
            "--json` has under `request`.",
        )


def run(options: PipelineOptions, settings: Settings, out: Path) -> PipelineResult:
    """Starts the pipeline over all jobs of a reprocessing that may be begun.

    Args:
      out: Where finished videos go, for a local run.

    Raises:
      InvalidInput: An option is missing, or does not fit the others.
    """
    studio, fan_out = placed(options, settings, out)
    # Whoever starts it may reach the ledger in another way than its workers do.
    url = settings.database_url or resolve(studio.database_url)
    with closing(open_database(url)) as database:
        prepare(database)
        reprocessing = _asked_for(options.view_as(BatchOptions), database)
    LOG.info(
        "%s has %d jobs; to go on with it: --reprocessing=%s",
        reprocessing.id, reprocessing.allowed, reprocessing.id,
    )  # fmt: skip
    studio = held(studio, options, reprocessing.id)
    runner = local_runner() if is_local(options) else options.view_as(StandardOptions).runner
    pipeline = beam.Pipeline(runner=runner, options=options)
    whole = Piece(reprocessing.id, 1, reprocessing.allowed)
    build(pipeline, whole.to_bytes(), studio, fan_out)
    return pipeline.run()


def _asked_for(batch: BatchOptions, database: Database) -> Reprocessing:
    reprocessings = Reprocessings(database)
    if bool(batch.reprocessing) == bool(batch.request):
        raise InvalidInput("give --reprocessing=<id> or --request=<JSON>, one of the two")
    if batch.reprocessing:
        found = reprocessings.find(batch.reprocessing)
        if found is None:
            raise InvalidInput(f"--reprocessing {batch.reprocessing}: there is none of that id")
        return found
    try:
        request = from_json(Request, batch.request.encode())
    except ValueError as error:
        raise InvalidInput(
            "--request cannot be read; give what `aiprod reprocess --dry-run --json` has as request"
        ) from error
    if request.listed:
        raise InvalidInput("--request names a file; begin with `aiprod reprocess --from`")
    return reprocessings.unfinished(request) or reprocessings.begin(
        new_id("re", time.time(), secrets.token_bytes(RANDOM_BYTES)), request, None, EVERY
    )


def build(pipeline: beam.Pipeline, whole: bytes, studio: StudioConfig, fan_out: FanOut) -> None:
    """Puts the whole graph into a pipeline, for the jobs of one `Piece`."""
    rings = (
        pipeline
        | "Pieces" >> beam.Create([whole])
        | "Split" >> beam.FlatMap(split_piece)
        | "Spread" >> beam.Reshuffle()
        | "OpenRuns" >> OpenRuns(studio)
    )
    produced = rings | "Produce" >> Produce(studio, fan_out)
    _ = produced.rejected | "RecordDeadLetters" >> RecordDeadLetters(studio)
