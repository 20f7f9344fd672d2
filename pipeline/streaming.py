"""The streaming pipeline: job messages from Pub/Sub, finished videos, dead letters."""

import secrets
from argparse import ArgumentParser
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import apache_beam as beam
from apache_beam.io.gcp.pubsub import ReadFromPubSub, WriteToPubSub
from apache_beam.options.pipeline_options import (
    DebugOptions,
    GoogleCloudOptions,
    PipelineOptions,
    SetupOptions,
    StandardOptions,
)
from apache_beam.runners.direct.direct_runner import BundleBasedDirectRunner
from apache_beam.runners.runner import PipelineResult, PipelineRunner

from jobs.errors import InvalidInput
from pipeline.graph import FanOut, Produce
from pipeline.options import Settings
from pipeline.workshop import studio_config
from storage.database import open_database
from storage.migrate import prepare
from storage.secrets import reference
from transforms.record_dead_letters import RecordDeadLetters
from transforms.studio import StudioConfig

LOCAL = ("local", "DirectRunner")  # ours; Beam would take the second for what it can download
# A bundle that waits for a service holds a thread: enough of them that renders are not kept out.
HARNESS_THREADS = 64
# One process per machine: its pool, its voice and its limits are for all cores together.
ONE_PROCESS = "no_use_multiple_sdk_containers"


class ServiceOptions(PipelineOptions):
    """What the streaming pipeline is told; a Flex Template has parameters of the same names."""

    @classmethod
    def _add_argparse_args(cls, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--subscription",
            help="Subscription that job messages are pulled from, used by nothing else: "
            "projects/<project>/subscriptions/aiprod-jobs-pull.",
        )
        parser.add_argument(
            "--dead_letter_topic",
            help="Topic for messages that are no jobs, beside the ledger, which has them anyway: "
            "projects/<project>/topics/aiprod-jobs-dlq.",
        )
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


def run(options: PipelineOptions, settings: Settings, out: Path) -> PipelineResult:
    """Starts the pipeline; on this machine it runs until the result is waited for.

    Args:
      out: Where finished videos go, for a local run.

    Raises:
      InvalidInput: An option is missing, or does not fit the others.
    """
    service, standard = options.view_as(ServiceOptions), options.view_as(StandardOptions)
    if not service.subscription:
        raise InvalidInput("--subscription is missing: projects/<project>/subscriptions/<name>")
    standard.streaming = True
    options.view_as(SetupOptions).save_main_session = False  # code travels in the image
    runner: PipelineRunner | str = standard.runner or LOCAL[0]
    if runner in LOCAL:
        # Beam's name for its streaming runner on one machine, which needs nothing from elsewhere.
        runner, fan_out = BundleBasedDirectRunner(), FanOut.POOLED
        studio = _local_studio(service, settings, out)
    else:
        fan_out, studio = FanOut.BRANCHES, _cloud_studio(service)
        debug = options.view_as(DebugOptions)
        debug.add_experiment(ONE_PROCESS)
        debug.number_of_worker_harness_threads = (
            debug.number_of_worker_harness_threads or HARNESS_THREADS
        )
    # Elements may wait for hours behind others. As long as a worker of the pipeline lives they are
    # not lost, and nobody else shall take their jobs; a pipeline that is started again is another.
    name = options.view_as(GoogleCloudOptions).job_name or "aiprod"
    studio = replace(studio, holder=f"{name[:60]}-{secrets.token_hex(8)}")
    pipeline = beam.Pipeline(runner=runner, options=options)
    build(pipeline, service, studio, fan_out)
    return pipeline.run()


def build(
    pipeline: beam.Pipeline, service: ServiceOptions, studio: StudioConfig, fan_out: FanOut
) -> None:
    """Puts the whole graph into a pipeline.

    Messages are told apart by the ledger, not by an id attribute: a job that is retried, or rung
    again after its worker died, has the same id and must not be taken for a repetition.
    """
    messages = pipeline | "ReadJobs" >> ReadFromPubSub(subscription=service.subscription)
    produced = messages | "Produce" >> Produce(studio, fan_out)
    recorded = produced.rejected | "RecordDeadLetters" >> RecordDeadLetters(studio)
    if service.dead_letter_topic:
        _ = recorded | "PublishDeadLetters" >> WriteToPubSub(service.dead_letter_topic)


def _local_studio(service: ServiceOptions, settings: Settings, out: Path) -> StudioConfig:
    for name in _PLACES:
        if getattr(service, name):
            raise InvalidInput(
                f"--{name} is for a distributed run; a local one has its environment"
            )
    studio = studio_config(settings, out)
    with closing(open_database(studio.database_url)) as database:
        prepare(database)
    return studio


def _cloud_studio(service: ServiceOptions) -> StudioConfig:
    """Places that any worker reaches; the ledger by the name of its secret."""
    for name in _PLACES:
        if not getattr(service, name):
            raise InvalidInput(f"--{name} is missing")
    if not service.store.startswith("gs://"):
        raise InvalidInput(f"--store is {service.store}; give gs://<bucket>, which workers share")
    buckets = service.input_buckets.split(",")
    return StudioConfig(
        store=service.store,
        scratch="/tmp/aiprod",  # noqa: S108  # of a worker's container, which has one user
        database_url=reference(service.database_url_secret, "--database_url_secret"),
        deliver_to=service.store,
        ffmpeg=None,
        workers=service.tasks_per_worker,
        lease_s=service.lease_s,
        input_buckets=tuple(name.strip() for name in buckets if name.strip()),
    )
