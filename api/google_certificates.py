"""The certificates that Google signs tokens with, kept for an hour."""

import functools
import json
import logging
import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from google.auth.exceptions import TransportError
from google.auth.transport.requests import Request

LOG = logging.getLogger(__name__)
KEPT_S = 3_600.0  # Google publishes a key long before it signs with it
USABLE_S = 86_400.0  # while Google does not answer; a key that was withdrawn must end some time
PAUSE_S = 10.0  # from the end of a fetch to the next, whatever keys the tokens name
TIMEOUT_S = 3.0  # Google answers in 0.1 s; a service that stops waits 5 s for its requests


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

    Safe for threads: one fetches, and those that need what it brings wait for it. A fetch that
    failed is not repeated by those who waited.

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
        self._kept = _Kept()
        self._tried_at = -math.inf  # when the last fetch had ended

    def holding(self, key_id: str | None) -> Fetch:
        """A fetch for `google.oauth2.id_token` that answers with what is kept.

        It goes to Google when that is old or lacks the key, and raises TransportError when Google
        does not answer and has not for a day.
        """
        return functools.partial(self._get, key_id)

    def _get(self, key_id: str | None, url: str, **_options: Any) -> Answer:
        if self._is_due(key_id):
            with self._lock:
                if self._is_due(key_id):  # else somebody has tried meanwhile
                    self._refresh(url)
        kept = self._kept
        if kept.answer is None or self._clock() - kept.fetched_at >= USABLE_S:
            raise TransportError("no certificates were fetched within a day")  # type: ignore[no-untyped-call]
        return kept.answer

    def _is_due(self, key_id: str | None) -> bool:
        now, kept = self._clock(), self._kept
        is_old = now - kept.fetched_at >= KEPT_S
        lacks_key = key_id is not None and key_id not in kept.key_ids
        return (is_old or lacks_key) and now - self._tried_at >= PAUSE_S

    def _refresh(self, url: str) -> None:
        try:
            answer = self._fetch(url, method="GET", timeout=TIMEOUT_S)
            if answer.status != 200:
                raise ValueError(f"status {answer.status}")
            certificates = json.loads(answer.data)
            if not isinstance(certificates, dict) or not certificates:
                raise ValueError("no certificates by key id")
        except (TransportError, ValueError) as error:
            LOG.warning("certificates from %s: %s; those from before are used", url, error)
        else:
            self._kept = _Kept(answer, frozenset(certificates), self._clock())
        finally:
            self._tried_at = self._clock()


@dataclass(frozen=True)
class _Kept:
    """One answer of Google's, exchanged as a whole."""

    answer: Answer | None = None
    key_ids: frozenset[str] = frozenset()
    fetched_at: float = -math.inf
