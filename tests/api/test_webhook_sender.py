import contextlib
import json
import logging
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from logging.handlers import QueueHandler
from pathlib import Path
from queue import Queue

import httpx
import pytest
from sqlalchemy import text, update
from standardwebhooks import Webhook, WebhookVerificationError

from api.webhook_sender import SCHEDULE_S, WebhookSender
from jobs.errors import LedgerUnavailable
from storage.database import Database, open_database, sqlite_url
from storage.guarded_http import open_client
from storage.migrate import prepare
from storage.tables import WEBHOOK_DELIVERIES
from storage.webhooks import Delivery, Webhooks

WAIT_S = 60.0
DAY_S = 86_400.0
LEASE_S = 60.0
GIGABYTE = 2**30
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


def hasty_client() -> httpx.Client:
    return open_client(timeout_s=0.5, may_reach_loopback=True)


@pytest.fixture
def webhooks(tmp_path: Path) -> Iterator[Webhooks]:
    """Over the embedded database, where the database does not matter."""
    with contextlib.closing(open_database(sqlite_url(tmp_path / "data"))) as opened:
        prepare(opened)
        yield Webhooks(opened)


def queue(webhooks: Webhooks, url: str, number: int = 1) -> str:
    """Queues a webhook; returns its id."""
    message_id = f"msg_{number:04}"
    with webhooks.database.begin() as connection:
        webhooks.announce(
            connection,
            tenant="acme",
            job_id="job-1",
            generation=1,
            kind="job.done",
            url=url,
            payload={"type": "job.done", "data": {"title": "Prélude 🎬"}},
            message_id=message_id,
        )
    return message_id


def send(webhooks: Webhooks, open_it: Callable[[], httpx.Client] = local_client) -> Delivery:
    """Sends the one webhook that is due; returns what was noted."""
    (taken,) = webhooks.take_due(8, LEASE_S)
    with open_it() as client:
        WebhookSender(webhooks, open_it).send(client, taken)
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
def sending(webhooks: Webhooks) -> Iterator[WebhookSender]:
    """A sender that runs; afterwards all it has begun is noted."""
    sender, stop = WebhookSender(webhooks, local_client), threading.Event()
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


def test_a_receiver_can_verify_what_it_gets(webhooks: Webhooks) -> None:
    (secret,) = webhooks.secrets("acme")

    with receiving(status(200)) as receiver:
        queue(webhooks, receiver.url)
        send(webhooks)
        got = receiver.next()

    assert got.id == "msg_0001"
    assert got.headers["content-type"] == "application/json"
    assert Webhook(secret).verify(got.body, got.headers) == {
        "type": "job.done",
        "data": {"title": "Prélude 🎬"},
    }
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(got.body + b" ", got.headers)


def test_during_a_rotation_the_old_and_the_new_secret_verify(webhooks: Webhooks) -> None:
    (old,) = webhooks.secrets("acme")
    new = webhooks.rotate_secret("acme")

    with receiving(status(200)) as receiver:
        queue(webhooks, receiver.url)
        send(webhooks)
        got = receiver.next()
        webhooks.rotate_secret("acme")
        webhooks.replay("acme", "msg_0001")
        send(webhooks)
        later = receiver.next()

    for secret in (old, new):
        assert json.dumps(Webhook(secret).verify(got.body, got.headers))
    assert Webhook(new).verify(later.body, later.headers) == json.loads(later.body)
    with pytest.raises(WebhookVerificationError):
        Webhook(old).verify(later.body, later.headers)


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        pytest.param(200, "delivered", id="ok"),
        pytest.param(204, "delivered", id="no content"),
        pytest.param(302, "pending", id="redirect"),
        pytest.param(400, "pending", id="bad request"),
        pytest.param(404, "pending", id="not found"),
        pytest.param(410, "failed", id="gone: never again"),
        pytest.param(429, "pending", id="too many"),
        pytest.param(500, "pending", id="broken"),
    ],
)
def test_what_an_answer_means(webhooks: Webhooks, code: int, outcome: str) -> None:
    with receiving(status(code)) as receiver:
        queue(webhooks, receiver.url)
        found = send(webhooks)

    assert (found.status, found.attempts) == (outcome, 1)
    assert found.log[0]["status"] == code
    assert found.log[0].keys() == {"at", "status", "ms"}
    assert (found.due_at is not None) == (outcome == "pending")


def test_a_redirect_is_not_followed(webhooks: Webhooks) -> None:
    with receiving(status(200)) as target, receiving(status(307, location=target.url)) as receiver:
        queue(webhooks, receiver.url)
        found = send(webhooks)

    assert found.log[0]["status"] == 307
    assert target.requests.empty()


def test_a_receiver_that_hangs_has_failed(webhooks: Webhooks) -> None:
    release = threading.Event()

    with receiving(held_until(release)) as receiver:
        queue(webhooks, receiver.url)
        found = send(webhooks, hasty_client)
        release.set()

    assert (found.status, found.attempts) == ("pending", 1)
    assert "did not finish" in found.log[0]["error"]


def test_a_receiver_that_drips_its_answer_has_failed(webhooks: Webhooks) -> None:
    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nx: ")
        for _ in range(int(WAIT_S / 0.05)):
            handler.wfile.write(b"y")
            time.sleep(0.05)  # the receiver is slow: that is what is tested

    with receiving(drip) as receiver:
        queue(webhooks, receiver.url)
        found = send(webhooks, hasty_client)

    assert found.status == "pending"
    assert "did not finish" in found.log[0]["error"]


def test_a_huge_answer_is_not_read(webhooks: Webhooks) -> None:
    sent = [0]

    def huge(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("content-length", str(GIGABYTE))
        handler.end_headers()
        while sent[0] < GIGABYTE:
            handler.wfile.write(bytes(2**16))
            sent[0] += 2**16

    with receiving(huge) as receiver:
        queue(webhooks, receiver.url)
        found = send(webhooks)

    assert found.status == "delivered"
    assert sent[0] < GIGABYTE / 8  # what the buffers of two sockets may hold, generously


def test_a_closed_port_has_failed(webhooks: Webhooks) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    queue(webhooks, f"http://127.0.0.1:{port}/hook")

    found = send(webhooks)

    assert found.status == "pending"
    assert "not reachable or not allowed" in found.log[0]["error"]


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("https://127.0.0.1:{port}/", id="loopback"),
        pytest.param("http://127.0.0.1:{port}/", id="plain"),
        pytest.param("https://2130706433:{port}/", id="loopback as a number"),
        pytest.param("https://10.0.0.1/", id="private"),
        pytest.param("https://169.254.169.254/", id="metadata server"),
        pytest.param("https://xn--a/", id="no name"),
        pytest.param("https://[::1/", id="no address"),
    ],
)
def test_what_is_not_public_is_never_called(webhooks: Webhooks, url: str) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.setblocking(False)
        queue(webhooks, url.format(port=listener.getsockname()[1]))
        found = send(webhooks, lambda: open_client(timeout_s=WAIT_S))
        with pytest.raises(BlockingIOError):
            listener.accept()

    assert (found.status, found.attempts) == ("pending", 1)
    assert "not reachable or not allowed" in found.log[0]["error"]


def test_ten_attempts_are_made_on_the_schedule(webhooks: Webhooks) -> None:
    with receiving(status(500)) as receiver:
        queue(webhooks, receiver.url)
        for wait_s in SCHEDULE_S:
            before = time.time()
            found = send(webhooks)
            assert found.due_at is not None
            assert found.due_at >= before + wait_s - 0.1
            assert found.due_at <= time.time() + min(1.1 * wait_s, DAY_S) + 0.1
            make_due(webhooks.database)
        found = send(webhooks)

    assert (found.status, found.attempts, found.due_at) == ("failed", 10, None)
    assert [entry["status"] for entry in found.log] == [500] * 10
    assert webhooks.next_due_s() is None


@pytest.mark.parametrize(
    ("asked", "least_s", "most_s"),
    [
        pytest.param("600", 600, 600, id="seconds"),
        pytest.param("1", 5, 5.5, id="sooner than planned"),
        pytest.param("99999999", DAY_S, DAY_S, id="a day at most"),
        pytest.param("soon", 5, 5.5, id="no time"),
        pytest.param("-7", 5, 5.5, id="negative"),
        pytest.param("{in_an_hour}", 3595, 3601, id="date"),
        pytest.param("Wed, 21 Oct 2015 07:28:00", 5, 5.5, id="past date without a zone"),
    ],
)
def test_a_receiver_may_ask_for_time(
    webhooks: Webhooks, asked: str, least_s: float, most_s: float
) -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    before = time.time()

    with receiving(status(503, retry_after=asked.format(in_an_hour=date))) as receiver:
        queue(webhooks, receiver.url)
        found = send(webhooks)

    assert found.due_at is not None
    assert found.due_at >= before + least_s - 0.1
    assert found.due_at <= time.time() + most_s + 0.1


def test_the_database_is_not_held_against_the_receiver(webhooks: Webhooks) -> None:
    with receiving(status(200)) as receiver:
        queue(webhooks, receiver.url)
        with webhooks.database.begin() as connection:
            connection.execute(text("ALTER TABLE webhook_secrets RENAME TO away"))

        with pytest.raises(LedgerUnavailable):
            send(webhooks)

        assert receiver.requests.empty()
    assert (only(webhooks).attempts, only(webhooks).log) == (0, ())


def test_what_is_queued_is_sent(database: Database) -> None:
    webhooks = Webhooks(database)

    with receiving(status(200)) as receiver, sending(webhooks) as sender:
        expected = {queue(webhooks, receiver.url, number) for number in range(20)}
        sender.wake()
        got = [receiver.next().id for _ in expected]

    assert sorted(got) == sorted(expected)
    assert {one.status for one in webhooks.deliveries("acme", "job-1")} == {"delivered"}


def test_a_slow_receiver_does_not_delay_a_quick_one(database: Database) -> None:
    webhooks, release = Webhooks(database), threading.Event()

    with receiving(held_until(release)) as slow, receiving(status(200)) as quick:
        for number in range(20):
            queue(webhooks, slow.url, number)
        with sending(webhooks) as sender:
            first = {slow.next().id, slow.next().id}
            queue(webhooks, quick.url, 99)
            sender.wake()
            assert quick.next().id == "msg_0099"
            assert slow.requests.empty()
            release.set()
            rest = {slow.next().id for _ in range(18)}

    assert len(first | rest) == 20


def test_sending_goes_on_after_the_database_did_not_answer(webhooks: Webhooks) -> None:
    warnings: Queue[logging.LogRecord] = Queue()
    logger, handler = logging.getLogger("api.webhook_sender"), QueueHandler(warnings)
    logger.addHandler(handler)
    with webhooks.database.begin() as connection:
        connection.execute(text("ALTER TABLE webhook_deliveries RENAME TO away"))

    with receiving(status(200)) as receiver, sending(webhooks) as sender:
        assert "webhooks wait" in warnings.get(timeout=WAIT_S).getMessage()
        with webhooks.database.begin() as connection:
            connection.execute(text("ALTER TABLE away RENAME TO webhook_deliveries"))
        queue(webhooks, receiver.url)
        sender.wake()
        got = receiver.next()
    logger.removeHandler(handler)

    assert got.id == "msg_0001"


def test_a_receiver_that_hangs_does_not_hold_up_the_end(webhooks: Webhooks) -> None:
    release, stop = threading.Event(), threading.Event()
    sender = WebhookSender(webhooks, local_client)
    thread = threading.Thread(target=sender.run, args=(stop,))

    with receiving(held_until(release)) as receiver:
        queue(webhooks, receiver.url)
        thread.start()
        receiver.next()
        stop.set()
        sender.wake()
        thread.join(WAIT_S / 2)
        has_ended = not thread.is_alive()
        release.set()
        finish_attempts()

    assert has_ended
    assert only(webhooks).status == "delivered"


# A sender in a process of its own; it runs until its standard input ends.
PROCESS = """
import sys, threading
from api.webhook_sender import WebhookSender
from jobs.crash_points import arm
from storage.database import open_database
from storage.guarded_http import open_client
from storage.webhooks import Webhooks

arm(sys.argv[2] or None)
webhooks = Webhooks(open_database(sys.argv[1], pool_size=10))
sender = WebhookSender(webhooks, lambda: open_client(timeout_s=60, may_reach_loopback=True))
print("ready", flush=True)
sys.stdin.readline()
stop = threading.Event()
thread = threading.Thread(target=sender.run, args=(stop,))
thread.start()
sys.stdin.read()
stop.set()
sender.wake()
thread.join()
if sys.argv[3] == "finish":
    for one in threading.enumerate():
        if one.name == "webhook":
            one.join()
"""


@contextlib.contextmanager
def process(
    database_url: str, crash_point: str = "", how_to_end: str = "finish"
) -> "Iterator[subprocess.Popen[str]]":
    command = [sys.executable, "-c", PROCESS, database_url, crash_point, how_to_end]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        try:
            assert child.stdout is not None
            assert child.stdout.readline() == "ready\n"
            yield child
        finally:
            child.kill()


def begin(child: "subprocess.Popen[str]") -> None:
    assert child.stdin is not None
    child.stdin.write("go\n")
    child.stdin.flush()


def end(child: "subprocess.Popen[str]") -> int:
    assert child.stdin is not None
    child.stdin.close()
    return child.wait(WAIT_S / 2)


def test_two_processes_send_each_webhook_once(database: Database, database_url: str) -> None:
    webhooks = Webhooks(database)
    webhooks.secrets("acme")

    with contextlib.ExitStack() as opened:
        receivers = [opened.enter_context(receiving(status(200))) for _ in range(4)]
        expected = {queue(webhooks, receivers[n % 4].url, n) for n in range(80)}
        children = [opened.enter_context(process(database_url)) for _ in range(2)]
        for child in children:
            begin(child)
        got = [receiver.next().id for receiver in receivers for _ in range(20)]
        ended = [end(child) for child in children]
        extra = [one for receiver in receivers for one in receiver.requests.queue]

    assert ended == [0, 0]
    assert Counter(got) == Counter(expected)
    assert extra == []
    assert {one.status for one in webhooks.deliveries("acme", "job-1")} == {"delivered"}


def test_a_crash_after_sending_sends_again_under_the_same_id(
    database: Database, database_url: str
) -> None:
    webhooks = Webhooks(database)

    with receiving(status(200)) as receiver:
        queue(webhooks, receiver.url)
        with process(database_url, "webhook.after_send") as child:
            begin(child)
            first = receiver.next()
            died = child.wait(WAIT_S)
        unnoted = only(webhooks)
        make_due(database)
        with sending(webhooks):
            second = receiver.next()

    assert died == -signal.SIGKILL
    assert (unnoted.status, unnoted.attempts) == ("pending", 0)
    assert (first.id, first.body) == (second.id, second.body)
    assert only(webhooks).status == "delivered"


def test_a_process_ends_while_a_receiver_hangs_and_another_sends_again(
    database: Database, database_url: str
) -> None:
    webhooks, release = Webhooks(database), threading.Event()

    with receiving(held_until(release)) as receiver:
        queue(webhooks, receiver.url)
        with process(database_url, how_to_end="leave") as child:
            begin(child)
            first = receiver.next()
            ended = end(child)
        release.set()
        make_due(database)
        with sending(webhooks):
            second = receiver.next()

    assert ended == 0
    assert first.id == second.id
    assert only(webhooks).status == "delivered"
