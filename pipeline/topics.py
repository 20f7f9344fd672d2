"""What Pub/Sub has for AIPROD, and making it on an emulator."""

from contextlib import suppress
from dataclasses import dataclass

import grpc  # type: ignore[import-untyped]  # no marker
from google.api_core.exceptions import AlreadyExists, GoogleAPIError
from google.pubsub_v1 import PublisherClient, SubscriberClient, Subscription
from google.pubsub_v1.services.publisher.transports import PublisherGrpcTransport
from google.pubsub_v1.services.subscriber.transports import SubscriberGrpcTransport

from jobs.errors import QueueUnavailable

LOCAL_PROJECT = "aiprod-local"
ACK_DEADLINE_S = 600  # the longest there is
_DEADLINE_S = 10.0  # an emulator on this machine answers within milliseconds


@dataclass(frozen=True)
class Names:
    """Topics and subscriptions of a project, under the names of the deployment guide.

    The pipeline pulls from a subscription of its own: with the push subscription `aiprod-jobs-sub`
    it would share messages, each would get some. None has a dead-letter policy of Pub/Sub, which
    counts deliveries in a way that Dataflow does not support: the pipeline publishes dead letters
    itself.
    """

    project: str = LOCAL_PROJECT

    @property
    def jobs(self) -> str:
        return f"projects/{self.project}/topics/aiprod-jobs"

    @property
    def jobs_pull(self) -> str:
        return f"projects/{self.project}/subscriptions/aiprod-jobs-pull"

    @property
    def dead_letters(self) -> str:
        return f"projects/{self.project}/topics/aiprod-jobs-dlq"

    @property
    def dead_letters_pull(self) -> str:
        return f"projects/{self.project}/subscriptions/aiprod-jobs-dlq-sub"


def create_topics(host: str, names: Names) -> None:
    """Makes the topics and subscriptions that an emulator does not have yet.

    Args:
      host: `host:port` of the emulator; a real project is set up by its operator.

    Raises:
      QueueUnavailable: It does not answer.
    """
    with grpc.insecure_channel(host) as channel:
        publisher = PublisherClient(transport=PublisherGrpcTransport(channel=channel))
        subscriber = SubscriberClient(transport=SubscriberGrpcTransport(channel=channel))
        try:
            for topic in (names.jobs, names.dead_letters):
                with suppress(AlreadyExists):
                    publisher.create_topic(name=topic, timeout=_DEADLINE_S)
            for subscription, topic in (
                (names.jobs_pull, names.jobs),
                (names.dead_letters_pull, names.dead_letters),
            ):
                with suppress(AlreadyExists):
                    subscriber.create_subscription(
                        Subscription(
                            name=subscription, topic=topic, ack_deadline_seconds=ACK_DEADLINE_S
                        ),
                        timeout=_DEADLINE_S,
                    )
        except GoogleAPIError as error:
            raise QueueUnavailable(f"the emulator at {host} does not answer: {error}") from error
