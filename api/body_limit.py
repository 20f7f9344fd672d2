"""Bodies of requests: bounded in size and in time, before anything reads them."""

import asyncio
import contextlib
from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import ProblemError

# What is read and thrown away after a refusal. A server that closes with data unread resets the
# connection, and the client loses the answer.
DRAIN_BYTES, DRAIN_S = 64 * 2**20, 2.0


@dataclass(frozen=True)
class BodyLimit:
    """Reads each body whole, counting, and hands it on.

    Refuses what is too large, too slow, compressed, or not said to be JSON.

    Args:
      max_bytes: The largest body.
      timeout_s: How long a body may take in all.
      streamed: Paths whose routes read the body themselves, piece by piece: there `timeout_s` is
        how long the client may fall silent.
    """

    app: ASGIApp
    max_bytes: int
    timeout_s: float
    streamed: frozenset[str]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"]) if scope["type"] == "http" else {}
        if b"content-length" not in headers and b"transfer-encoding" not in headers:
            await self.app(scope, receive, send)
            return
        reading = _Reading(receive, headers)
        try:
            if headers.get(b"content-encoding", b"identity").lower() != b"identity":
                raise _encoded()
            if scope["path"] in self.streamed:
                await self.app(scope, self._patient(reading.receive), reading.draining(send))
                return
            body = await self._body(headers, reading.receive)
            if body and not _is_json(headers.get(b"content-type", b"")):
                raise _not_json()
        except ProblemError as problem:
            await _refuse(problem, reading, send)
        except _Gone:
            pass  # the client has hung up
        else:
            await self.app(scope, _replayed(body, receive), send)

    async def _body(self, headers: dict[bytes, bytes], receive: Receive) -> bytes:
        if int(headers.get(b"content-length", b"0")) > self.max_bytes:
            raise too_large(self.max_bytes)
        pieces = []
        size = 0
        try:
            async with asyncio.timeout(self.timeout_s):
                is_whole = False
                while not is_whole:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise _Gone
                    pieces.append(message.get("body", b""))
                    size += len(pieces[-1])
                    if size > self.max_bytes:
                        raise too_large(self.max_bytes)
                    is_whole = not message.get("more_body", False)
        except TimeoutError:
            raise _too_slow(self.timeout_s) from None
        return b"".join(pieces)

    def _patient(self, receive: Receive) -> Receive:
        async def receive_soon() -> Message:
            try:
                return await asyncio.wait_for(receive(), self.timeout_s)
            except TimeoutError:
                raise _too_slow(self.timeout_s) from None

        return receive_soon


def too_large(max_bytes: int) -> ProblemError:
    """413, naming the limit."""
    return ProblemError(
        413,
        "body_too_large",
        f"The body is larger than {max_bytes:,} bytes; larger media go to POST /v1/uploads.",
        {"Connection": "close"},
    )


class _Reading:
    """The body of a request, and how much of it has come."""

    def __init__(self, receive: Receive, headers: dict[bytes, bytes]) -> None:
        self._receive = receive
        # A client that waits to be told to go on sends nothing.
        self._is_sending = b"expect" not in headers

    async def receive(self) -> Message:
        message = await self._receive()
        self._is_sending = message.get("more_body", False)
        return message

    def draining(self, send: Send) -> Send:
        """A way to answer that takes in the rest of the body before the answer ends."""

        async def send_and_drain(message: Message) -> None:
            if message["type"] != "http.response.body" or message.get("more_body", False):
                await send(message)
                return
            # Whole by its length; the connection ends with the last, empty, piece.
            await send({**message, "more_body": True})
            await self._drain()
            await send({"type": "http.response.body", "body": b""})

        return send_and_drain

    async def _drain(self) -> None:
        left = DRAIN_BYTES
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_S):
                while self._is_sending and left > 0:
                    left -= len((await self.receive()).get("body", b""))


class _Gone(Exception):
    """The client has hung up."""


def _too_slow(timeout_s: float) -> ProblemError:
    detail = f"The body did not arrive within {timeout_s:g} seconds."
    return ProblemError(408, "body_too_slow", detail, {"Connection": "close"})


def _is_json(content_type: bytes) -> bool:
    return content_type.partition(b";")[0].strip().lower() == b"application/json"


def _not_json() -> ProblemError:
    detail = "Send the body as Content-Type: application/json."
    return ProblemError(415, "unsupported_media_type", detail)


def _encoded() -> ProblemError:
    detail = "Bodies are read as they are; send it without Content-Encoding."
    return ProblemError(415, "unsupported_media_type", detail, {"Connection": "close"})


def _replayed(body: bytes, receive: Receive) -> Receive:
    """A channel that brings the body, then what the client does next."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive_again() -> Message:
        return waiting.pop() if waiting else await receive()

    return receive_again


async def _refuse(problem: ProblemError, reading: _Reading, send: Send) -> None:
    answer = problem.response()
    start = {"type": "http.response.start", "status": problem.status, "headers": answer.raw_headers}
    await send(start)
    await reading.draining(send)({"type": "http.response.body", "body": answer.body})
