"""HEAD: what GET would answer, without its body (RFC 9110, section 9.3.2)."""

from dataclasses import dataclass

from anyio import CancelScope
from starlette.types import ASGIApp, Message, Receive, Scope, Send


@dataclass(frozen=True)
class HeadRequests:
    """Lets routes answer HEAD as they answer GET, and ends them where their body would begin."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return
        # A copy: by its own, the server sees that no body is to be sent. Parts are for GET alone.
        headers = [header for header in scope["headers"] if header[0] != b"range"]
        asked = {**scope, "method": "GET", "headers": headers}
        rest = CancelScope()

        async def send_head(message: Message) -> None:
            if message["type"] == "http.response.start":
                scope["route"] = asked.get("route")  # whoever measures wants to know it
                await send(message)
            elif message["type"] == "http.response.body" and not rest.cancel_called:
                await send({"type": "http.response.body"})
                rest.cancel()  # of a stream of events there is no end otherwise

        with rest:
            await self.app(asked, receive, send_head)
