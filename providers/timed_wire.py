"""HTTP whose every wait ends with the time of its request.

httpx limits single waits: for a sender that drips the head of an answer, byte by byte, or sends
interim answers for ever, no limit would come.
"""

import math
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpcore
import httpx

ENDS_AT = "ends_at"
"""Request extension: when its answer has to be here whole, by the monotonic clock."""
NOT_SENT = (httpcore.ConnectError, httpcore.ConnectTimeout, httpcore.PoolTimeout)
BROKEN = (
    httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError,
    httpcore.UnsupportedProtocol,
)  # fmt: skip
MOST_CONNECTIONS = 64
_KEPT_S = 5.0  # a connection that nobody uses


class _Clock(threading.local):
    """The time of the request that this thread is at."""

    ends_at = math.inf

    def wait_s(self, timeout_s: float | None) -> float:
        """How long to wait at most. Raises `httpcore.ReadTimeout`: the time is over."""
        left_s = self.ends_at - time.monotonic()
        if left_s <= 0:
            raise httpcore.ReadTimeout
        return left_s if timeout_s is None else min(timeout_s, left_s)


class TimedTransport(httpx.BaseTransport):
    """Sends requests that have an `ENDS_AT`, over connections that are kept. Safe for several
    threads, each of which reads an answer to its end or closes it before it asks again.

    Raises what httpcore raises: `NOT_SENT` or `BROKEN`.
    """

    def __init__(self) -> None:
        self._clock = _Clock()
        self._pool = httpcore.ConnectionPool(
            httpx.create_ssl_context(trust_env=False),
            max_connections=MOST_CONNECTIONS,
            keepalive_expiry=_KEPT_S,
            network_backend=_TimedWire(self._clock),
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self._clock.ends_at = request.extensions[ENDS_AT]
        url = request.url
        answer = self._pool.handle_request(
            httpcore.Request(
                request.method,
                httpcore.URL(
                    scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
                ),
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        headers = httpx.Headers(answer.headers)
        # Nobody goes there, yet httpx reads the address, and fails at some in ways of their own.
        headers.pop("Location", None)
        return httpx.Response(answer.status, headers=headers, stream=_Body(answer))

    def close(self) -> None:
        self._pool.close()


@dataclass(frozen=True)
class _Body(httpx.SyncByteStream):
    answer: httpcore.Response

    def __iter__(self) -> Iterator[bytes]:
        yield from self.answer.iter_stream()

    def close(self) -> None:
        self.answer.close()


@dataclass(frozen=True)
class _TimedWire(httpcore.NetworkBackend):
    clock: _Clock
    wire: httpcore.NetworkBackend = field(default_factory=httpcore.SyncBackend)

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        wait_s = self.clock.wait_s(timeout)
        stream = self.wire.connect_tcp(host, port, wait_s, local_address, socket_options)
        return _TimedStream(stream, self.clock)


@dataclass(frozen=True)
class _TimedStream(httpcore.NetworkStream):
    stream: httpcore.NetworkStream
    clock: _Clock

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self.stream.read(max_bytes, self.clock.wait_s(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.stream.write(buffer, self.clock.wait_s(timeout))

    def close(self) -> None:
        self.stream.close()

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        wait_s = self.clock.wait_s(timeout)
        return _TimedStream(self.stream.start_tls(ssl_context, server_hostname, wait_s), self.clock)

    def get_extra_info(self, info: str) -> Any:
        return self.stream.get_extra_info(info)
