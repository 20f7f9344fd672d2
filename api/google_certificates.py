"""The certificates that Google signs tokens with, kept for an hour."""

import functools
import json
import logging
import math
import threading
import time
from collections.abc import Callable
from typing import Any, Protocol

from google.auth.exceptions import TransportError
from google.auth.transport.requests import Request

LOG = logging.getLogger(__name__)
KEPT_S = 3_600.0  # Google publishes a key long before it signs with it
USABLE_S = 86_400.0  # while Google does not answer; a key that was withdrawn must end some time
PAUSE_S = 10.0  # between two fetches, whatever keys the tokens name
TIMEOUT_S = 10.0  # the shortest time that a subscription waits for an answer


class Answer(Protocol):
    """What a fetch gives."""

    @property
    def status(self) -> int: ...
    @property
    def data(self) -> bytes: ...


# (url, method="GET", timeout=...), raising TransportError: `google.auth.transport.Request`
Fetch = Callable[..., Answer]


class Certificates:
    """Keeps what the library would fetch for every token it checks.

    Safe for threads: one fetches, the others wait for it.

    Args:
      fetch: Fetches an address; None: over HTTPS.
      clock: Seconds that never go back.
    """

    def __init__(
        self, fetch: Fetch | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._fetch: Fetch = fetch or Request()
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: Answer | None = None
        self._key_ids: frozenset[str] = frozenset()
        self._fetched_at = self._tried_at = -math.inf

    def holding(self, key_id: str | None) -> Fetch:
        """A fetch for `google.oauth2.id_token` that answers with what is kept.

        It goes to Google when that is old or lacks the key, and raises TransportError when Google
        does not answer and has not for a day.
        """
        return functools.partial(self._get, key_id)

    def _get(self, key_id: str | None, url: str, **_options: Any) -> Answer:
        with self._lock:
            now = self._clock()
            is_old = now - self._fetched_at >= KEPT_S
            lacks_key = key_id is not None and key_id not in self._key_ids
            if (is_old or lacks_key) and now - self._tried_at >= PAUSE_S:
                self._tried_at = now
                self._refresh(url, now)
            if self._kept is None or now - self._fetched_at >= USABLE_S:
                raise TransportError("no certificates were fetched within a day")  # type: ignore[no-untyped-call]
            return self._kept

    def _refresh(self, url: str, now: float) -> None:
        try:
            answer = self._fetch(url, method="GET", timeout=TIMEOUT_S)
            if answer.status != 200:
                raise ValueError(f"status {answer.status}")
            certificates = json.loads(answer.data)
            if not isinstance(certificates, dict) or not certificates:
                raise ValueError("no certificates by key id")
        except (TransportError, ValueError) as error:
            LOG.warning("certificates from %s: %s; those from before are used", url, error)
            return
        self._kept, self._key_ids = answer, frozenset(certificates)
        self._fetched_at = now
