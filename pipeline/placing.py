"""Where a pipeline runs, and where its workers find things."""

from argparse import ArgumentParser
from contextlib import closing
from pathlib import Path

from apache_beam.options.pipeline_options import DebugOptions, PipelineOptions, StandardOptions

from jobs.errors import InvalidInput
from pipeline.graph import FanOut
from pipeline.options import Settings
from pipeline.workshop import studio_config
from storage.database import open_database
from storage.migrate import prepare
from storage.secrets import reference
from transforms.studio import StudioConfig

LOCAL = ("local", "DirectRunner")  # ours; Beam would take the second for what it can download
# A bundle that waits for a service holds a thread: enough of them that renders are not kept out.
HARNESS_THREADS = 64
# One process per machine: its pool, its voice and its limits are for all cores together.
ONE_PROCESS = "no_use_multiple_sdk_containers"


class PlaceOptions(PipelineOptions):
    """What every pipeline is told; a Flex Template has parameters of the same names."""

    @classmethod
    def _add_argparse_args(cls, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--store",
            help="Where artefacts and finished videos go: gs://<bucket> or gs://<bucket>/<prefix>.",
        )
        parser.add_argument(
            "--database_url_secret",
            help="Secret that has the url of the ledger, read by each worker: "
            "projects/<project>/secrets/aiprod-db-url.",
        )
        parser.add_argument(
            "--input_buckets",
            default="",
            help="Buckets that jobs may name files in, separated by commas.",
        )
        parser.add_argument(
            "--tasks_per_worker",
            type=int,
            default=4,
            help="Tasks that a worker performs side by side, encoders included: as many as its "
            "machine type has cores.",
        )
        parser.add_argument(
            "--lease_s",
            type=float,
            default=300.0,
            help="How long the jobs of this pipeline stay with it after its last worker has gone, "
            "in seconds.",
        )


# Options that say where workers find things. A local run is told by its environment.
_PLACES = ("store", "database_url_secret")


def is_local(options: PipelineOptions) -> bool:
    """Whether a pipeline runs on this machine."""
    return (options.view_as(StandardOptions).runner or LOCAL[0]) in LOCAL


def placed(options: PipelineOptions, settings: Settings, out: Path) -> tuple[StudioConfig, FanOut]:
    """Where workers find things, and how stages run beside each other.

    Args:
      out: Where finished videos go, for a local run.

    Raises:
      InvalidInput: An option is missing, or does not fit the others.
    """
    places = options.view_as(PlaceOptions)
    if is_local(options):
        return _local_studio(places, settings, out), FanOut.POOLED
    debug = options.view_as(DebugOptions)
    debug.add_experiment(ONE_PROCESS)
    debug.number_of_worker_harness_threads = (
        debug.number_of_worker_harness_threads or HARNESS_THREADS
    )
    return _cloud_studio(places), FanOut.BRANCHES


def _local_studio(places: PlaceOptions, settings: Settings, out: Path) -> StudioConfig:
    for name in _PLACES:
        if getattr(places, name):
            raise InvalidInput(
                f"--{name} is for a distributed run; a local one has its environment"
            )
    studio = studio_config(settings, out)
    with closing(open_database(studio.database_url)) as database:
        prepare(database)
    return studio


def _cloud_studio(places: PlaceOptions) -> StudioConfig:
    """Places that any worker reaches; the ledger by the name of its secret."""
    for name in _PLACES:
        if not getattr(places, name):
            raise InvalidInput(f"--{name} is missing")
    if not places.store.startswith("gs://"):
        raise InvalidInput(f"--store is {places.store}; give gs://<bucket>, which workers share")
    buckets = places.input_buckets.split(",")
    return StudioConfig(
        store=places.store,
        scratch="/tmp/aiprod",  # noqa: S108  # of a worker's container, which has one user
        database_url=reference(places.database_url_secret, "--database_url_secret"),
        deliver_to=places.store,
        ffmpeg=None,
        workers=places.tasks_per_worker,
        lease_s=places.lease_s,
        input_buckets=tuple(name.strip() for name in buckets if name.strip()),
    )
