"""The streaming pipeline: job messages from Pub/Sub, finished videos, dead letters."""

from argparse import ArgumentParser
from pathlib import Path

import apache_beam as beam
from apache_beam.io.gcp.pubsub import ReadFromPubSub, WriteToPubSub
from apache_beam.options.pipeline_options import PipelineOptions, StandardOptions
from apache_beam.runners.direct.direct_runner import BundleBasedDirectRunner
from apache_beam.runners.runner import PipelineResult

from jobs.errors import InvalidInput
from pipeline.graph import FanOut, Produce
from pipeline.options import Settings
from pipeline.placing import held, is_local, placed
from transforms.record_dead_letters import RecordDeadLetters
from transforms.studio import StudioConfig


class ServiceOptions(PipelineOptions):
    """What the streaming pipeline is told beside `PlaceOptions`."""

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
    studio, fan_out = placed(options, settings, out)
    # Beam's name for its streaming runner on one machine, which needs nothing from elsewhere.
    runner = BundleBasedDirectRunner() if is_local(options) else standard.runner
    studio = held(studio, options, "aiprod")
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
