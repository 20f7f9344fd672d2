import json
import socket
import threading
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler

import httpx
import pytest
from sqlalchemy import text
from standardwebhooks import Webhook, WebhookVerificationError

from api.webhook_sender import SCHEDULE_S
from jobs.errors import LedgerUnavailable
from storage.guarded_http import open_client
from storage.webhooks import Webhooks
from tests.api.receivers import WAIT_S, held_until, make_due, only, queue, receiving, send, status
from tests.fakes.local_hosts import host, response

DAY_S = 86_400.0
GIGABYTE = 2**30


def hasty_client() -> httpx.Client:
    return open_client(timeout_s=0.5, may_reach_loopback=True)


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


@pytest.mark.parametrize(
    ("age_s", "verdict"),
    [
        pytest.param(290, None, id="almost five minutes"),
        pytest.param(310, "too old", id="more than five minutes"),
        pytest.param(-310, "too new", id="from the future"),
    ],
)
def test_a_receiver_refuses_what_was_sent_long_ago(
    webhooks: Webhooks, age_s: int, verdict: str | None
) -> None:
    (secret,) = webhooks.secrets("acme")

    with receiving(status(200)) as receiver:
        queue(webhooks, receiver.url)
        send(webhooks, clock=lambda: time.time() - age_s)
        got = receiver.next()

    if verdict is None:
        assert Webhook(secret).verify(got.body, got.headers)["type"] == "job.done"
        return
    with pytest.raises(WebhookVerificationError, match=verdict):
        Webhook(secret).verify(got.body, got.headers)


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_a_receiver_refuses_a_changed_header(webhooks: Webhooks, name: str) -> None:
    (secret,) = webhooks.secrets("acme")

    with receiving(status(200)) as receiver:
        queue(webhooks, receiver.url)
        send(webhooks, clock=lambda: time.time() - 200)
        got = receiver.next()

    changed = {
        "webhook-id": "msg_0002",
        "webhook-timestamp": str(int(time.time())),
        "webhook-signature": Webhook(secret).sign("msg_0002", datetime.now(UTC), "{}"),
    }
    with pytest.raises(WebhookVerificationError, match="No matching signature"):
        Webhook(secret).verify(got.body, {**got.headers, name: changed[name]})


def test_each_attempt_is_signed_anew_under_the_same_id(webhooks: Webhooks) -> None:
    (secret,) = webhooks.secrets("acme")
    an_hour_ago = time.time() - 3600

    with receiving(status(500)) as receiver:
        queue(webhooks, receiver.url)
        send(webhooks, clock=lambda: an_hour_ago)
        make_due(webhooks.database)
        send(webhooks)
        first, second = receiver.next(), receiver.next()

    assert first.id == second.id
    assert first.headers["webhook-timestamp"] == str(int(an_hour_ago))
    assert Webhook(secret).verify(second.body, second.headers)["type"] == "job.done"


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


LATE = "1 Jan 99999999999999999999 00:00:00 +0000"  # of no calendar


@pytest.mark.parametrize(
    ("answer", "outcome", "told"),
    [
        pytest.param(response(status=200, Retry_After=LATE), "delivered", 200, id="late date, ok"),
        pytest.param(response(status=500, Retry_After=LATE), "pending", 500, id="late date"),
        pytest.param(response(status=410, Retry_After=LATE), "failed", 410, id="late date, gone"),
        pytest.param(response(status=302, Location="https://xn--a/"), "pending", 302, id="no name"),
        pytest.param(response(status=302, Location="data:,x"), "pending", 302, id="no host"),
        pytest.param(response(status=302, Location="https://[::1/"), "pending", 302, id="no IPv6"),
        pytest.param(response(status=302, Location="/" + "a" * 70_000), "pending", 302, id="long"),
        pytest.param(response(b"whole")[:-2], "delivered", 200, id="cut body"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            "delivered", 200, id="chunks of no size",
        ),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
            "pending", "the answer of 127.0.0.1 ended early, or is not HTTP", id="size in words",
        ),
        pytest.param(
            b"hello", "pending", "the answer of 127.0.0.1 ended early, or is not HTTP", id="no HTTP"
        ),
    ],
)  # fmt: skip
def test_an_odd_answer_is_an_attempt_like_others(
    webhooks: Webhooks, answer: bytes, outcome: str, told: int | str
) -> None:
    with host(answer) as receiver:
        queue(webhooks, f"http://127.0.0.1:{receiver.port}/hook")
        found = send(webhooks)

    assert (found.status, found.attempts) == (outcome, 1)
    assert told in (found.log[0].get("status"), found.log[0].get("error"))
    assert (found.due_at is not None) == (outcome == "pending")


def test_an_attempt_that_fails_on_our_side_is_noted(
    webhooks: Webhooks, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_request: httpx.Request) -> httpx.Response:
        raise RuntimeError("nobody thought of this")

    queue(webhooks, "https://receiver.example/hook")
    for _ in range(10):
        found = send(webhooks, lambda: httpx.Client(transport=httpx.MockTransport(broken)))
        make_due(webhooks.database)

    assert (found.status, found.attempts, found.due_at) == ("failed", 10, None)
    assert [entry["error"] for entry in found.log] == ["failed on our side (RuntimeError)"] * 10
    assert "nobody thought of this" in caplog.text


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
        pytest.param("\xb2", 5, 5.5, id="no digit of ours"),
        pytest.param("9" * 5000, DAY_S, DAY_S, id="many digits"),
        pytest.param(LATE, 5, 5.5, id="date of no calendar"),
        pytest.param("Wed, 21 Oct 2015 07:28:00 +9999999", 5, 5.5, id="zone of no clock"),
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
