import contextlib
import logging
import signal
import threading
from collections import Counter
from collections.abc import Iterator
from logging.handlers import QueueHandler
from queue import Queue
from subprocess import PIPE

import httpx
from sqlalchemy import text

from api.webhook_sender import WebhookSender
from storage.database import Database
from storage.guarded_http import GuardedTransport, client_over
from storage.webhooks import PER_TENANT, Webhooks
from tests.api.receivers import (
    WAIT_S,
    finish_attempts,
    held_until,
    local_client,
    make_due,
    only,
    queue,
    receiving,
    sending,
    status,
)
from tests.fakes.local_hosts import names
from tests.warm import Process


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


def test_a_tenant_whose_receivers_all_hang_delays_no_other(database: Database) -> None:
    webhooks, release = Webhooks(database), threading.Event()
    wildcard = {f"h{number}.slow.example": ["127.0.0.1"] for number in range(40)}
    trusted = httpx.create_ssl_context(trust_env=False)

    def reaching_all() -> httpx.Client:
        return client_over(GuardedTransport(WAIT_S, True, trusted, names(wildcard)))

    with receiving(held_until(release)) as slow, receiving(status(200)) as quick:
        for number, name in enumerate(wildcard):
            queue(webhooks, slow.url.replace("127.0.0.1", name), number, "hanging")
        with sending(webhooks, reaching_all) as sender:
            under_way = {slow.next().id for _ in range(PER_TENANT)}
            expected = {queue(webhooks, quick.url, n, f"tenant-{n}") for n in range(90, 99)}
            sender.wake()
            got = {quick.next().id for _ in expected}
            was_idle = slow.requests.empty()
            release.set()
            rest = {slow.next().id for _ in range(40 - PER_TENANT)}

    assert got == expected
    assert was_idle
    assert len(under_way | rest) == 40


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
) -> Iterator[Process]:
    with Process(
        PROCESS, database_url, crash_point, how_to_end, stdin=PIPE, stdout=PIPE, text=True
    ) as child:
        try:
            assert child.stdout is not None
            assert child.stdout.readline() == "ready\n"
            yield child
        finally:
            child.kill()


def begin(child: Process) -> None:
    assert child.stdin is not None
    child.stdin.write("go\n")
    child.stdin.flush()


def end(child: Process) -> int:
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
