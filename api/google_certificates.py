"""The certificates that Google signs tokens with, kept for an hour."""

import functools
import json
import logging
import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

import httpcore
from google.auth.exceptions import TransportError

from jobs.errors import InputUnreachable
from jobs.version import VERSION
from storage.guarded_wire import Deadline, TimedWire

LOG = logging.getLogger(__name__)
KEPT_S = 3_600.0  # Google publishes a key long before it signs with it
USABLE_S = 86_400.0  # while Google does not answer; a key that was withdrawn must end some time
PAUSE_S = 10.0  # from the end of a fetch to the next, whatever keys the tokens name
TIMEOUT_S = 3.0  # in all. Google answers in 0.1 s; a stopping service waits 5 s for its requests
MOST_BYTES = 2**18  # Google sends 3 kB


class Answer(Protocol):
    """What a fetch gives."""

    @property
    def status(self) -> int: ...
    @property
    def data(self) -> bytes: ...


# (url, method="GET", timeout=...), raising TransportError: as `google.auth.transport.Request`
Fetch = Callable[..., Answer]


@dataclass(frozen=True)
class Fetched:
    """An answer that came whole."""

    status: int
    data: bytes = field(repr=False)


def fetch_certificates(url: str, method: str = "GET", timeout: float = TIMEOUT_S) -> Fetched:
    """Fetches what is small, in time whatever the other side does.

    (The library's own `Request` begins its time-out anew with every byte, and reads without end.)

    Args:
      timeout: For all of it, in seconds, from looking up the name to the last byte.

    Raises:
      TransportError: It did not come in that time, or has more than `MOST_BYTES`.
    """
    wire = TimedWire(Deadline.after(timeout))
    headers = [("User-Agent", f"aiprod/{VERSION}"), ("Accept-Encoding", "identity")]
    body = bytearray()
    try:
        with (
            httpcore.ConnectionPool(network_backend=wire) as pool,
            pool.stream(method, url, headers=headers) as answer,
        ):
            for piece in answer.iter_stream():
                body += piece
                if len(body) > MOST_BYTES:
                    raise TransportError(f"more than {MOST_BYTES:,} bytes")  # type: ignore[no-untyped-call]
    except httpcore.TimeoutException as error:
        raise TransportError(f"no whole answer within {timeout:g} s") from error  # type: ignore[no-untyped-call]
    except (httpcore.NetworkError, httpcore.RemoteProtocolError, InputUnreachable) as error:
        raise TransportError(f"{type(error).__name__}: {error}") from error  # type: ignore[no-untyped-call]
    return Fetched(answer.status, bytes(body))


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
        self._fetch: Fetch = fetch or fetch_certificates
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
