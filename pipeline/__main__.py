"""`python -m pipeline`: the entry of the streaming pipeline, on Dataflow and on this machine."""

import logging
import signal
import sys
import warnings
from pathlib import Path

from apache_beam.options.pipeline_options import PipelineOptions

from jobs.crash_points import arm
from jobs.errors import AiprodError
from pipeline.options import Settings
from pipeline.streaming import run

DONE, FAILED, BAD_INPUT = 0, 1, 2


def main() -> int:
    """Starts the pipeline. On Dataflow that is all; on this machine it runs until it is ended."""
    try:
        settings = Settings.from_environment()
        logging.basicConfig(level=settings.log_level, format="%(levelname)s %(name)s: %(message)s")
        arm(settings.crash_point)
        result = run(PipelineOptions(sys.argv[1:]), settings, Path("out"))
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
    return FAILED  # its source never ends


if __name__ == "__main__":
    warnings.simplefilter("ignore")  # of libraries; they are for developers, and tests show them
    # Ends at once, as by SIGTERM: runs are found by their leases. Waiting for the runner to notice
    # would take until its source has asked once more, half a minute.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    sys.exit(main())
