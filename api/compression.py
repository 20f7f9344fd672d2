"""Answers compressed for clients that want it so (RFC 9110, section 12.5.3)."""

import gzip
from dataclasses import dataclass, field

from anyio import CapacityLimiter, to_thread
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LEAST_BYTES = 1024
LEVEL = 5  # JSON hardly shrinks further, and time doubles
INLINE_BYTES = 128 << 10  # larger ones take milliseconds, which all other requests would wait
TYPES = frozenset(
    {"application/json", "application/problem+json", "application/schema+json", "text/plain"}
)


@dataclass(frozen=True)
class Compression:
    """Compresses text that is answered in one piece; files and events are sent as they are."""

    app: ASGIApp
    # Of its own: those of the routes may all be waiting for a database.
    _threads: CapacityLimiter = field(
        default_factory=lambda: CapacityLimiter(2), init=False, repr=False
    )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        accepted = ", ".join(Headers(scope=scope).getlist("accept-encoding"))
        start: Message | None = None

        async def send_compressed(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start" and _is_text(message):
                start = message  # waits for the body, to be told its length
                return
            if start is not None:
                begun, start = start, None
                if not message.get("more_body", False):
                    message = await self._compressed(begun, message, accepted)
                await send(begun)
            await send(message)

        await self.app(scope, receive, send_compressed)

    async def _compressed(self, start: Message, message: Message, accepted: str) -> Message:
        body = message.get("body", b"")
        if len(body) < LEAST_BYTES:
            return message
        headers = MutableHeaders(raw=start["headers"])
        headers.add_vary_header("Accept-Encoding")
        if not wants_gzip(accepted):
            return message
        if len(body) < INLINE_BYTES:
            small = _gzip(body)
        else:
            small = await to_thread.run_sync(_gzip, body, limiter=self._threads)
        headers["Content-Encoding"] = "gzip"
        headers["Content-Length"] = str(len(small))
        return {**message, "body": small}


def wants_gzip(accepted: str) -> bool:
    """Whether a client that sends this `Accept-Encoding` takes gzip, and likes nothing better."""
    weights: dict[str, float] = {}
    for one in accepted.lower().split(","):
        coding, *parameters = (part.strip() for part in one.split(";"))
        weights[coding] = _weight(parameters)
    weight = weights.get("gzip", weights.get("x-gzip", weights.get("*", 0.0)))
    return weight > 0 and weight >= weights.get("identity", 0.0)


def _weight(parameters: list[str]) -> float:
    for one in parameters:
        name, _, value = one.partition("=")
        if name.strip() == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0


def _is_text(start: Message) -> bool:
    headers = Headers(raw=start["headers"])
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind in TYPES and "content-encoding" not in headers and "content-range" not in headers


def _gzip(body: bytes) -> bytes:
    return gzip.compress(body, LEVEL, mtime=0)
