"""Running the service: stores opened, background started, requests answered until told to stop."""

import contextlib
import signal
import socket
from collections.abc import Callable, Iterator

import uvicorn
from fastapi import FastAPI

from api.app import create_app
from api.background import Background, Relay, Sweeper
from api.publisher import Publisher
from api.services import Services
from api.settings import Settings
from api.webhook_sender import WebhookSender
from jobs.errors import InvalidInput
from storage.database import open_database
from storage.guarded_http import open_client
from storage.migrate import prepare
from storage.outbox import Outbox
from storage.stores import open_blobs

GRACE_S = 5  # for requests that are being answered when the service is told to stop
BACKGROUND_LIMIT_S = 2.0
WAIT_S = 5.0  # for a lock of the database: a client gets 503 rather than wait for ever
BACKLOG = 2048  # as uvicorn's
STORE_PATIENCE_S = 4.0  # with one more try of that length well before the client is told to wait


def serve(
    settings: Settings,
    publisher: Publisher,
    ring: Callable[[], None],
    listener: socket.socket,
    *,
    sweep_s: float,
    ready: Callable[[], None],
    stopping: Callable[[], None],
    dead_letter_publisher: Publisher | None = None,
    check_worker: Callable[[], None] | None = None,
) -> None:
    """Answers requests until SIGTERM or SIGINT, then finishes those it has begun.

    Args:
      publisher: Where rings go.
      ring: Wakes the worker beside us, if there is one.
      listener: A bound socket.
      ready: Called when the stores are open.
      stopping: Called as soon as it is told to stop, from a signal handler.
      dead_letter_publisher: Where pushed messages that are no jobs go, beside the ledger.
      check_worker: Raises `ToolFailed` when the worker beside us cannot stay up.

    Raises:
      InvalidInput, LedgerUnavailable, StoreUnavailable: Something it needs is not there.
    """
    database = open_database(settings.database_url, settings.pool_size, WAIT_S)
    prepare(database)
    blobs = open_blobs(_store(settings), settings.data / "work", STORE_PATIENCE_S)
    outbox = Outbox(database)
    relay = Relay(outbox, publisher)
    services = Services.over(
        database,
        settings=settings,
        blobs=blobs,
        publisher=publisher,
        after_commit=relay.wake,
        ring=ring,
        dead_letter_publisher=dead_letter_publisher,
        check_worker=check_worker,
    )
    app = create_app(services)
    server = _server(app)
    running = _background(services, relay, Sweeper(outbox, relay.wake, ring, sweep_s)).start()
    try:
        with server.stopping_on_signals(app.state.feed.close, stopping):
            ready()
            server.run([listener])
    finally:
        running.stop(BACKGROUND_LIMIT_S)
        database.close()
        blobs.close()


def listen(host: str, port: int) -> socket.socket:
    """A socket bound to this address. Raises `InvalidInput` when it is taken."""
    try:
        info = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        # With its protocol: asyncio then sends answers at once instead of after 40 ms (Nagle).
        listener = socket.socket(info[0], info[1], info[2])
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(info[4])
        listener.listen(BACKLOG)  # from now on clients wait instead of being refused
    except OSError as error:
        raise InvalidInput(f"cannot listen on {host}:{port}: {error.strerror}") from error
    return listener


def _background(services: Services, relay: Relay, sweeper: Sweeper) -> Background:
    """What is done beside answering."""
    sender = WebhookSender(services.webhooks, lambda: open_client(timeout_s=15))
    return Background(
        (
            ("relay", relay.run, relay.wake),
            ("sweeper", sweeper.run, lambda: None),
            ("webhooks", sender.run, sender.wake),
        )
    )


def _store(settings: Settings) -> str:
    return f"gs://{settings.bucket}" if settings.bucket else str(settings.data.absolute())


def _server(app: FastAPI) -> "_Server":
    return _Server(
        uvicorn.Config(
            app,
            log_config=None,
            access_log=False,  # requests are counted, and logged when they fail
            timeout_graceful_shutdown=GRACE_S,
            timeout_keep_alive=65,  # longer than a load balancer's 60 s, so that it closes first
        )
    )


class _Server(uvicorn.Server):
    """A server that leaves signals to us: more has to be stopped than the server."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    @contextlib.contextmanager
    def stopping_on_signals(self, *tell: Callable[[], None]) -> Iterator[None]:
        def stop(_number: int, _frame: object) -> None:
            for one in tell:
                one()
            self.force_exit = self.should_exit  # asked twice: at once
            self.should_exit = True

        numbers = (signal.SIGTERM, signal.SIGINT)
        before = {number: signal.signal(number, stop) for number in numbers}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
