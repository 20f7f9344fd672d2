"""`python -m pipeline`: the entry of the streaming and the batch pipeline, on Dataflow and here."""

import logging
import signal
import sys
import warnings
from pathlib import Path

from apache_beam.options.pipeline_options import PipelineOptions

from jobs.crash_points import arm
from jobs.errors import AiprodError
from pipeline import batch, streaming
from pipeline.options import Settings

DONE, FAILED, BAD_INPUT = 0, 1, 2


def main() -> int:
    """Starts a pipeline. On Dataflow that is all; on this machine it runs until it has ended."""
    try:
        settings = Settings.from_environment()
        logging.basicConfig(level=settings.log_level, format="%(levelname)s %(name)s: %(message)s")
        arm(settings.crash_point)
        options = PipelineOptions(sys.argv[1:])
        is_batch = options.view_as(batch.BatchOptions).batch
        start = batch.run if is_batch else streaming.run
        result = start(options, settings, Path("out"))
    except AiprodError as error:
        sys.stderr.write(f"pipeline: {error.message}\n")
        return BAD_INPUT
    if hasattr(result, "job_id"):
        sys.stdout.write(f"Dataflow job {result.job_id()}\n")
        return DONE
    try:
        result.wait_until_finish()
    except Exception as error:
        sys.stderr.write(f"pipeline: it has stopped: {error}\n")
        return FAILED
    return DONE if is_batch else FAILED  # the source of the other never ends


if __name__ == "__main__":
    warnings.simplefilter("ignore")  # of libraries; they are for developers, and tests show them
    # Ends at once, as by SIGTERM: runs are found by their leases. Waiting for the runner to notice
    # would take until its source has asked once more, half a minute.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    sys.exit(main())
