"""Asking a remote service over HTTP: one request, bounded in time and size, its failure named.

Nothing is repeated here. Whether a request may be sent again is a question of money, which is
answered where calls are counted.
"""

import json
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from jobs.errors import Charged, ProviderError, ProviderUnavailable, ProviderUnusable
from jobs.version import VERSION

if TYPE_CHECKING:
    import httpx

CONNECT_S = 10.0
LONGEST_WISH_S = 60.0  # who asks to wait longer gets no second request from this run
MOST_BYTES = 64 * 2**20  # a lossless song of ten minutes
_LEAST_KEY = 8  # characters; shorter words of a header are no keys
_ERROR_BYTES = 64 * 1024  # what is read of an answer that is an error


@dataclass(frozen=True)
class Answer:
    """A whole answer with a 2xx status. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    def json(self) -> Any:
        """The body as JSON.

        Raises:
          ValueError: It is something else.
        """
        try:
            return json.loads(self.body)
        except RecursionError as error:
            raise ValueError("JSON that is nested too deeply") from error


@dataclass(frozen=True)
class Failure:
    """An answer with another status. `body`: its first 64 kB; `data`: that as JSON, or None."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    data: Any

    @property
    def retry_after_s(self) -> float | None:
        """What `Retry-After` says, in seconds or as a date; None when it says nothing of use."""
        text = self.headers.get("retry-after", "")
        try:
            seconds = float(text)
        except ValueError:
            return _until(text)
        return seconds if 0 <= seconds < float("inf") else None


Explain = Callable[[Failure, bool], ProviderError]
"""Makes an error of a failure; the second argument says whether the request was one to pay for."""


class Remote:
    """A connection to a service. Safe for several threads.

    Args:
      name: Of the provider, for messages.
      base_url: Where its API begins.
      explain: What its error answers mean.
      silence_s: The longest wait for a byte.
      total_s: The longest a request may take, from dialling to the last byte of its answer,
        however busy the sender is.
    """

    def __init__(
        self,
        name: str,
        base_url: str,
        explain: Explain,
        *,
        silence_s: float = 240.0,
        total_s: float = 300.0,
    ) -> None:
        # Imported when a service is to be asked: all commands know the services, and few ask them.
        import httpx

        from providers import timed_wire

        self.name = name
        self._explain = explain
        self._total_s = total_s
        self._wire = timed_wire
        self._client = httpx.Client(
            base_url=base_url,
            timeout=httpx.Timeout(silence_s, connect=CONNECT_S, pool=CONNECT_S),
            headers={"User-Agent": f"aiprod/{VERSION}", "Accept-Encoding": "identity"},
            transport=timed_wire.TimedTransport(),
            follow_redirects=False,
            trust_env=False,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Lets go of the connections."""
        self._client.close()

    def ask(
        self,
        method: str,
        path: str,
        *,
        is_paid: bool,
        headers: Mapping[str, str],
        params: Mapping[str, str | int] | None = None,
        body: Any = None,
        most_bytes: int = MOST_BYTES,
    ) -> Answer:
        """Sends one request and reads the whole answer.

        Args:
          is_paid: Whether the service charges for it. What fails after it was sent may then have
            been charged.
          headers: With the key, which appears in no message.
          body: Sent as JSON.
          most_bytes: The largest answer.

        Raises:
          ProviderError: Of the kind, with whether it was charged.
        """
        ends_at = time.monotonic() + self._total_s
        request = self._client.build_request(
            method, path, params=params, json=body, headers=dict(headers),
            extensions={self._wire.ENDS_AT: ends_at},
        )  # fmt: skip
        try:
            answer = self._client.send(request, stream=True)
        except self._wire.NOT_SENT as error:
            raise self._unavailable("cannot be reached", error, Charged.NO) from error
        except self._wire.BROKEN as error:
            what = self._or_late("did not answer", ends_at)
            raise self._unavailable(what, error, _perhaps(is_paid)) from error
        try:
            limit = most_bytes if answer.is_success else _ERROR_BYTES
            data = self._read(answer, limit, ends_at, is_paid)
        finally:
            answer.close()
        found = {name.lower(): value for name, value in answer.headers.items()}
        if answer.is_success:
            return Answer(answer.status_code, found, data)
        failure = Failure(answer.status_code, found, data, _json_or_none(data))
        refusal = _with_wish(self._explain(failure, is_paid), failure.retry_after_s or 0.0)
        raise without_keys(refusal, *headers.values())

    def _read(
        self, answer: "httpx.Response", most_bytes: int, ends_at: float, is_paid: bool
    ) -> bytes:
        read = bytearray()
        try:
            for piece in answer.iter_raw():  # as it comes: a size would wait for so many bytes
                read += piece
                if len(read) > most_bytes:
                    if not answer.is_success:
                        return bytes(read[:most_bytes])
                    raise ProviderUnusable(
                        f"{self.name} sent more than {most_bytes:,} bytes",
                        charged=_perhaps(is_paid),
                        provider=self.name,
                    )
        except self._wire.BROKEN as error:
            what = self._or_late("cut its answer short", ends_at)
            raise self._unavailable(what, error, _perhaps(is_paid)) from error
        return bytes(read)

    def _or_late(self, what: str, ends_at: float) -> str:
        is_late = time.monotonic() >= ends_at
        return f"had not answered whole after {self._total_s:g} s" if is_late else what

    def _unavailable(self, what: str, error: Exception, charged: Charged) -> ProviderUnavailable:
        kind = type(error).__name__
        return ProviderUnavailable(
            f"{self.name} {what} ({kind})", charged=charged, provider=self.name
        )


def _until(text: str) -> float | None:
    """Seconds until a date of HTTP; 0 for one that has passed."""
    try:
        at = parsedate_to_datetime(text)
        return max(0.0, (at - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError, OverflowError):  # no date, or one without a zone
        return None


def _with_wish(error: ProviderError, wished_s: float) -> ProviderError:
    """The error, which says how long the service asks to wait when no run waits so long."""
    if error.retryable and wished_s > LONGEST_WISH_S:
        error.message += (
            f"; it asks to be left alone for {_span(wished_s)}: the next run asks again"
        )
        error.args = (error.message,)
    return error


def _span(seconds: float) -> str:
    """About how long that is, never less: `24 h`."""
    minutes = math.ceil(seconds / 60)
    if minutes < 120:
        return f"{minutes} min"
    hours = math.ceil(seconds / 3600)
    if hours <= 48:
        return f"{hours} h"
    days = math.ceil(seconds / 86_400)
    return f"{days} days" if days <= 365 else "more than a year"


def without_keys(error: ProviderError, *secrets: str) -> ProviderError:
    """The error, with none of these in its message, nor a word of theirs: some services repeat the
    key that they were given."""
    for word in " ".join(secrets).split():
        if len(word) >= _LEAST_KEY:
            error.message = error.message.replace(word, "***")
    error.args = (error.message,)
    return error


def _perhaps(is_paid: bool) -> Charged:
    return Charged.UNKNOWN if is_paid else Charged.NO


def _json_or_none(data: bytes) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None
