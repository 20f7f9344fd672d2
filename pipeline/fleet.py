"""Giving a pipeline on Dataflow its machines and labels."""

from apache_beam.options.pipeline_options import (
    DebugOptions,
    GoogleCloudOptions,
    PipelineOptions,
    StandardOptions,
    WorkerOptions,
)

from jobs.errors import InvalidInput
from jobs.version import VERSION
from pipeline.machines import HARNESS_THREADS, MACHINES, ONE_PROCESS


def equip(options: PipelineOptions) -> None:
    """Fills in what was not asked for.

    Raises:
      InvalidInput: No image is named.
    """
    workers = options.view_as(WorkerOptions)
    if not workers.sdk_container_image:
        raise InvalidInput(
            "--sdk_container_image is missing; give the image that this code is in, since Beam's "
            "own has neither it nor FFmpeg"
        )
    for name, value in MACHINES.items():
        if getattr(workers, name) is None:
            setattr(workers, name, value)
    debug = options.view_as(DebugOptions)
    debug.add_experiment(ONE_PROCESS)
    debug.number_of_worker_harness_threads = (
        debug.number_of_worker_harness_threads or HARNESS_THREADS
    )
    # Bills are told apart by labels. Of two with one name the later is taken: that which was given.
    shape = "streaming" if options.view_as(StandardOptions).streaming else "batch"
    ours = ["app=aiprod", f"version={VERSION.replace('.', '-')}", f"shape={shape}"]
    cloud = options.view_as(GoogleCloudOptions)
    cloud.labels = ours + list(cloud.labels or [])
