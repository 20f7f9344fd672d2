"""Where a pipeline runs, and where its workers find things."""

import secrets
from argparse import ArgumentParser
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from apache_beam.options.pipeline_options import (
    GoogleCloudOptions,
    PipelineOptions,
    SetupOptions,
    StandardOptions,
)

from jobs.errors import InvalidInput
from pipeline.fleet import equip
from pipeline.graph import FanOut
from pipeline.options import Settings
from pipeline.workshop import studio_config
from storage.database import open_database
from storage.migrate import prepare
from storage.secrets import reference
from transforms.studio import StudioConfig

TRACES = "OTEL_EXPORTER_OTLP_ENDPOINT"
LOCAL = ("local", "DirectRunner")  # ours; Beam would take the second for what it can download


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
        parser.add_argument(
            "--settings",
            default="",
            help="Settings of services and limits, as AIPROD_PROVIDERS=elevenlabs,gemini;"
            "AIPROD_TENANT_DAY_USD=50: those of the environment, with semicolons between them. "
            "Keys are read from Secret Manager.",
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
    options.view_as(SetupOptions).save_main_session = False  # code travels in the image
    places = options.view_as(PlaceOptions)
    if is_local(options):
        return _local_studio(places, settings, out), FanOut.POOLED
    equip(options)
    project = options.view_as(GoogleCloudOptions).project
    return _cloud_studio(places, project), FanOut.BRANCHES


def held(studio: StudioConfig, options: PipelineOptions, name: str) -> StudioConfig:
    """The same for a pipeline whose workers hold their jobs together.

    Elements may wait for hours behind others. As long as a worker of the pipeline lives they are
    not lost, and nobody else shall take their jobs; a pipeline that is started again is another.

    Args:
      name: Of the pipeline, unless Dataflow is told one.
    """
    name = options.view_as(GoogleCloudOptions).job_name or name
    return replace(studio, holder=f"{name[:60]}-{secrets.token_hex(8)}")


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


def _cloud_studio(places: PlaceOptions, project: str | None) -> StudioConfig:
    """Places that any worker reaches; the ledger and keys by the names of their secrets. What the
    environment of whoever starts it says is not meant for workers, which do not have it."""
    for name in _PLACES:
        if not getattr(places, name):
            raise InvalidInput(f"--{name} is missing")
    if not places.store.startswith("gs://"):
        raise InvalidInput(f"--store is {places.store}; give gs://<bucket>, which workers share")
    buckets = places.input_buckets.split(",")
    told = Settings.from_environment(_told(places.settings))
    return StudioConfig(
        store=places.store,
        scratch="/tmp/aiprod",  # noqa: S108  # of a worker's container, which has one user
        database_url=reference(places.database_url_secret, "--database_url_secret"),
        deliver_to=places.store,
        ffmpeg=None,
        workers=places.tasks_per_worker,
        lease_s=places.lease_s,
        input_buckets=tuple(name.strip() for name in buckets if name.strip()),
        traces_endpoint=told.traces_endpoint,
        tenant_day_usd=told.tenant_day_usd,
        roster=told.roster,
        project=project,
        key_versions=told.key_versions,
    )


def _told(settings: str) -> dict[str, str]:
    """Settings by name, from one text."""
    pairs = [one.strip().partition("=") for one in settings.split(";") if one.strip()]
    for name, equals, _ in pairs:
        if not equals or not (name.startswith("AIPROD_") or name == TRACES) or "KEY" in name:
            raise InvalidInput(
                f"--settings has {name!r}; give NAME=VALUE, with names that begin with AIPROD_, "
                f"or {TRACES}, and never a key"
            )
    return {name: value for name, _, value in pairs}
