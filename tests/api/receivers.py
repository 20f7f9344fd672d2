"""Receivers of webhooks on this machine, and a sender to send to them."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue

import httpx
from sqlalchemy import update

from api.webhook_sender import WebhookSender
from storage.database import Database
from storage.guarded_http import open_client
from storage.tables import WEBHOOK_DELIVERIES
from storage.webhooks import Delivery, Webhooks

WAIT_S = 60.0
LEASE_S = 60.0
Answer = Callable[[BaseHTTPRequestHandler], None]


@dataclass(frozen=True)
class Received:
    """A request as it arrived."""

    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]


@dataclass(frozen=True)
class Receiver:
    """A receiver of webhooks at `url`."""

    url: str
    requests: "Queue[Received]"

    def next(self) -> Received:
        return self.requests.get(timeout=WAIT_S)


@contextlib.contextmanager
def receiving(answer: Answer) -> Iterator[Receiver]:
    """A server that keeps what it gets and answers in this way."""
    requests: Queue[Received] = Queue()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            requests.put(Received(headers, body))
            with contextlib.suppress(OSError):  # the sender has heard enough
                answer(self)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield Receiver(f"http://127.0.0.1:{server.server_port}/hook", requests)
    finally:
        server.shutdown()
        thread.join(WAIT_S)
        server.server_close()


def status(code: int, **headers: str) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(code)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("content-length", "0")
        handler.end_headers()

    return answer


def held_until(release: threading.Event) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        release.wait(WAIT_S)
        status(200)(handler)

    return answer


def local_client() -> httpx.Client:
    return open_client(timeout_s=WAIT_S, may_reach_loopback=True)


def queue(webhooks: Webhooks, url: str, number: int = 1, tenant: str = "acme") -> str:
    """Queues a webhook; returns its id."""
    message_id = f"msg_{number:04}"
    with webhooks.database.begin() as connection:
        webhooks.announce(
            connection,
            tenant=tenant,
            job_id="job-1",
            generation=1,
            kind="job.done",
            url=url,
            payload={"type": "job.done", "data": {"title": "Prélude 🎬"}},
            message_id=message_id,
        )
    return message_id


def send(
    webhooks: Webhooks,
    open_it: Callable[[], httpx.Client] = local_client,
    clock: Callable[[], float] = time.time,
) -> Delivery:
    """Sends the one webhook that is due; returns what was noted."""
    (taken,) = webhooks.take_due(8, LEASE_S)
    with open_it() as client:
        WebhookSender(webhooks, open_it, clock).send(client, taken)
    return only(webhooks)


def only(webhooks: Webhooks) -> Delivery:
    (found,) = webhooks.deliveries("acme", "job-1")
    return found


def make_due(database: Database) -> None:
    """Makes what waits due now, and lets leases run out."""
    with database.begin() as connection:
        connection.execute(
            update(WEBHOOK_DELIVERIES)
            .where(WEBHOOK_DELIVERIES.c.status == "pending")
            .values(due_at=database.now(), taken_until=None)
        )


@contextlib.contextmanager
def sending(
    webhooks: Webhooks, open_it: Callable[[], httpx.Client] = local_client
) -> Iterator[WebhookSender]:
    """A sender that runs; afterwards all it has begun is noted."""
    sender, stop = WebhookSender(webhooks, open_it), threading.Event()
    thread = threading.Thread(target=sender.run, args=(stop,))
    thread.start()
    try:
        yield sender
    finally:
        stop.set()
        sender.wake()
        thread.join(WAIT_S)
        finish_attempts()
    assert not thread.is_alive()


def finish_attempts() -> None:
    for thread in threading.enumerate():
        if thread.name == "webhook":
            thread.join(WAIT_S)
