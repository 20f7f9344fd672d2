"""Topics on Google's Pub/Sub emulator, for tests."""

import time
import uuid
from dataclasses import dataclass
from typing import Any

import grpc  # type: ignore[import-untyped]  # no marker
import pytest
from google.api_core.exceptions import DeadlineExceeded, NotFound, ServiceUnavailable
from google.pubsub_v1 import SubscriberClient
from google.pubsub_v1.services.subscriber.transports import SubscriberGrpcTransport

from api.publisher import PubSubPublisher
from pipeline.topics import Names, create_topics


@dataclass(frozen=True)
class Post:
    """Topics of a project of its own, on an emulator that tests share."""

    host: str
    names: Names

    def create(self) -> None:
        create_topics(self.host, self.names)

    def is_created(self) -> bool:
        """Whether somebody has made the last of them."""
        with grpc.insecure_channel(self.host) as channel:
            client: Any = SubscriberClient(transport=SubscriberGrpcTransport(channel=channel))
            try:
                client.get_subscription(
                    subscription=self.names.dead_letters_pull, retry=None, timeout=5
                )
            except (NotFound, ServiceUnavailable, DeadlineExceeded):
                return False
        return True

    def publisher(self, topic: str | None = None) -> PubSubPublisher:
        """Connects once: the library looks at its environment when it does."""
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("PUBSUB_EMULATOR_HOST", self.host)
            return PubSubPublisher(topic or self.names.jobs)

    def publish(self, *payloads: bytes) -> None:
        publisher = self.publisher()
        publisher.publish(payloads)
        publisher.close()

    def pulled(self, subscription: str, count: int) -> list[bytes]:
        """What waits in a subscription, as soon as there is so much of it, or after a minute."""
        found: list[bytes] = []
        deadline = time.monotonic() + 60
        with grpc.insecure_channel(self.host) as channel:
            client: Any = SubscriberClient(transport=SubscriberGrpcTransport(channel=channel))
            while len(found) < count and time.monotonic() < deadline:
                try:
                    answer = client.pull(subscription=subscription, max_messages=100, timeout=10)
                except DeadlineExceeded:
                    continue
                found += [each.message.data for each in answer.received_messages]
                if ids := [each.ack_id for each in answer.received_messages]:
                    client.acknowledge(subscription=subscription, ack_ids=ids)
        return found


def new_post(host: str) -> Post:
    post = Post(host, Names(f"aiprod-{uuid.uuid4().hex[:12]}"))
    post.create()
    return post
