"""A service that answers as it is told to, request by request, and nothing else."""

import contextlib
import json
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from pipeline.access import Access
from pipeline.client import Client, open_client

KEY = "aip_0123456789abcdef_secret"


@dataclass(frozen=True)
class Reply:
    """What is answered. `cut`: the connection breaks after the body, which was to be longer."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False


@dataclass(frozen=True)
class Request:
    """What was asked."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class ScriptedService:
    """Answers at `url`; what nobody foresaw is answered with 418 and fails the test at its end."""

    url: str
    replies: list[Reply]
    requests: list[Request]
    unforeseen: list[Request]

    def answers(self, *replies: Reply) -> None:
        self.replies.extend(replies)


def answer(data: Any, status: int = 200, **headers: str) -> Reply:
    """JSON."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status, json.dumps(data).encode(), {"Content-Type": "application/json", **named})


def problem(status: int, detail: str, errors: Any = None, **headers: str) -> Reply:
    """Problem details."""
    data = {"status": status, "code": "some_code", "detail": detail}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(
        status,
        json.dumps(data if errors is None else {**data, "errors": errors}).encode(),
        {"Content-Type": "application/problem+json", **named},
    )


def stream(*blocks: str, cut: bool = False) -> Reply:
    """Server-sent events."""
    return Reply(200, "".join(blocks).encode(), {"Content-Type": "text/event-stream"}, cut)


NOW = "2026-03-01T09:30:00.000Z"


def event(kind: str, number: int | None = None, at: str = NOW, **data: Any) -> str:
    """A block of a stream."""
    head = "" if number is None else f"id: {number}\n"
    numbered = {"number": number, "kind": kind, "at": at, "data": data}
    told = data if number is None else numbered
    return f"{head}event: {kind}\ndata: {json.dumps(told, ensure_ascii=False)}\n\n"


def job(status: str, **changes: Any) -> dict[str, Any]:
    """job-1 as the API shows it."""
    return {
        "id": "job-1", "status": status, "generation": 1, "title": None, "attempts": 1,
        "created_at": NOW, "updated_at": NOW,
        "cancel_requested": False, "problems": [], "progress": {}, "video": None, **changes,
    }  # fmt: skip


@contextlib.contextmanager
def scripted_service() -> Iterator[ScriptedService]:
    """A running one."""
    replies: list[Reply] = []
    requests: list[Request] = []
    unforeseen: list[Request] = []

    class Handler(BaseHTTPRequestHandler):
        def handle_any(self) -> None:
            parts = urlsplit(self.path)
            asked = Request(
                self.command,
                parts.path,
                dict(parse_qsl(parts.query)),
                {name.lower(): value for name, value in self.headers.items()},
                self.rfile.read(int(self.headers.get("Content-Length", 0))),
            )
            requests.append(asked)
            if not replies:
                unforeseen.append(asked)
                self.send_error(418)
                return
            reply = replies.pop(0)
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body) + reply.cut))
            self.end_headers()
            self.wfile.write(reply.body)

        def do_GET(self) -> None:
            self.handle_any()

        def do_POST(self) -> None:
            self.handle_any()

        def do_DELETE(self) -> None:
            self.handle_any()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        url = f"http://127.0.0.1:{server.server_address[1]}"
        try:
            yield ScriptedService(url, replies, requests, unforeseen)
        finally:
            server.shutdown()
            thread.join()
    assert not unforeseen
    assert not replies


@dataclass
class Caller:
    """A client with what it said and how long it waited; nobody really waits."""

    client: Client
    said: list[str]
    waits: list[float]


@contextlib.contextmanager
def calling(url: str, key: str | None = KEY) -> Iterator[Caller]:
    """A client of the service at this address."""
    said: list[str] = []
    waits: list[float] = []
    with open_client(Access(url, key, "AIPROD_API_KEY"), said.append, waits.append) as client:
        yield Caller(client, said, waits)
