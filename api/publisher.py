"""Handing rings to whoever works on jobs, and dead letters to whoever looks at them."""

import re
from collections.abc import Sequence
from concurrent.futures import wait
from typing import Protocol

from google.api_core.exceptions import GoogleAPIError, PermissionDenied
from google.api_core.retry import Retry, if_transient_error
from google.auth.exceptions import GoogleAuthError
from google.cloud.pubsub_v1 import PublisherClient  # type: ignore[import-untyped]  # no marker

from jobs.errors import InvalidInput, QueueUnavailable

DEADLINE_S = 5.0  # a ring that takes longer waits in the outbox, where it is safe
_TOPIC = re.compile(r"projects/[^/]+/topics/[^/]+")


class Publisher(Protocol):
    """Where rings go."""

    def publish(self, payloads: Sequence[bytes]) -> None:
        """Hands over all of them; when it returns, none can be lost any more.

        Raises:
          QueueUnavailable: Some may have been handed over, and some not; all may be sent again.
        """

    def check(self) -> None:
        """Raises `QueueUnavailable` when nothing could be published."""

    def close(self) -> None:
        """Lets go of the connection."""


class PubSubPublisher:
    """Publishes to a Pub/Sub topic; the emulator's when PUBSUB_EMULATOR_HOST is set.

    Args:
      topic: `projects/<project>/topics/<topic>`.
      variable: Where the name is from, for messages.

    Raises:
      InvalidInput: The name is not of that form, or there are no credentials.
    """

    def __init__(self, topic: str, variable: str = "PUBSUB_TOPIC_NAME") -> None:
        if not _TOPIC.fullmatch(topic):
            raise InvalidInput(f"{variable} is {topic!r}; give projects/<project>/topics/<topic>")
        self._topic = topic
        try:
            self._client = PublisherClient()
        except GoogleAuthError as error:
            raise InvalidInput(f"no credentials to publish to {topic}: {error}") from error

    def publish(self, payloads: Sequence[bytes]) -> None:
        futures = [
            self._client.publish(self._topic, payload, retry=_RETRY, timeout=DEADLINE_S)
            for payload in payloads
        ]
        # The library gives up by itself; a little later we do not wait for it any more.
        waiting = wait(futures, timeout=2 * DEADLINE_S).not_done
        if waiting:
            raise QueueUnavailable(f"{self._topic} has not acknowledged {len(waiting)} messages")
        for future in futures:
            if (error := future.exception()) is not None:
                raise QueueUnavailable(f"{self._topic} takes no message: {error}") from error

    def check(self) -> None:
        try:
            self._client.get_topic(topic=self._topic, retry=_RETRY, timeout=DEADLINE_S)
        except PermissionDenied:
            return  # it answers; who may publish need not be allowed to look
        except GoogleAPIError as error:
            raise QueueUnavailable(f"{self._topic} cannot be reached: {error}") from error

    def close(self) -> None:
        self._client.stop()
        self._client.transport.close()


_RETRY = Retry(predicate=if_transient_error, initial=0.1, maximum=1.0, timeout=DEADLINE_S)
