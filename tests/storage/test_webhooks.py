import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import insert, update

from jobs.elements import Ending, Outcome, Run
from jobs.errors import LedgerUnavailable
from jobs.states import Status
from storage.audit import AuditLog
from storage.database import Database
from storage.ledger import Ledger
from storage.tables import WEBHOOK_DELIVERIES
from storage.webhooks import PER_TENANT, Delivery, Webhooks

LEASE_S = 60.0
HOOK = "https://a.example/hook"
WAIT_S = 60.0


def queue(webhooks: Webhooks, number: int, url: str = HOOK, tenant: str = "acme") -> str:
    """Queues a webhook; returns its id."""
    queue_all(webhooks, [f"msg_{number:04}"], url, tenant)
    return f"msg_{number:04}"


def queue_all(
    webhooks: Webhooks, message_ids: list[str], url: str = HOOK, tenant: str = "acme"
) -> None:
    """Queues webhooks in one transaction."""
    with webhooks.database.begin() as connection:
        for message_id in message_ids:
            webhooks.announce(
                connection,
                tenant=tenant,
                job_id="job-1",
                generation=1,
                kind="job.done",
                url=url,
                payload={"type": "job.done"},
                message_id=message_id,
            )


def ids(deliveries: tuple[Delivery, ...]) -> set[str]:
    return {delivery.id for delivery in deliveries}


def expire(database: Database) -> None:
    """Lets all leases run out."""
    with database.begin() as connection:
        connection.execute(update(WEBHOOK_DELIVERIES).values(taken_until=database.now() - 1))


def test_a_webhook_that_is_taken_is_not_given_to_another_sender(webhooks: Webhooks) -> None:
    queue(webhooks, 1)

    first = webhooks.take_due(8, LEASE_S)

    assert ids(first) == {"msg_0001"}
    assert webhooks.take_due(8, LEASE_S) == ()


def test_a_webhook_whose_sender_died_is_taken_again(webhooks: Webhooks, database: Database) -> None:
    queue(webhooks, 1)
    webhooks.take_due(8, LEASE_S)

    expire(database)

    assert ids(webhooks.take_due(8, LEASE_S)) == {"msg_0001"}


def test_senders_that_take_at_once_share_the_webhooks(webhooks: Webhooks) -> None:
    expected = {queue(webhooks, n, HOOK, f"tenant-{n}") for n in range(60)}
    start = threading.Barrier(6)

    def take(_: int) -> list[str]:
        start.wait(WAIT_S)
        got: list[str] = []
        while some := webhooks.take_due(4, LEASE_S):
            got += [delivery.id for delivery in some]
        return got

    with ThreadPoolExecutor(6) as pool:
        taken = [one for got in pool.map(take, range(6)) for one in got]
    # Whoever skipped rows that another held may have stopped early; nothing is left behind.
    taken += [delivery.id for delivery in webhooks.take_due(60, LEASE_S)]

    assert len(taken) == len(set(taken))
    assert set(taken) == expected


@pytest.mark.parametrize(
    "urls",
    [
        pytest.param(["https://slow.example/hook"], id="one address"),
        pytest.param([f"https://slow.example/{n}" for n in range(300)], id="paths"),
        pytest.param([f"https://slow.example?{n}" for n in range(300)], id="queries"),
        pytest.param(["https://slow.example/a", "https://SLOW.example/b"], id="capitals"),
        pytest.param(["https://slow.example/a", "https://slow.example./b"], id="final dot"),
        pytest.param(
            [f"https://slow.example:{'0' * n}443/" for n in range(300)], id="port with zeros"
        ),
        pytest.param(["https://slöw.example/", "https://xn--slw-tna.example/"], id="IDNA"),
    ],
)
def test_a_host_with_many_webhooks_delays_no_other(webhooks: Webhooks, urls: list[str]) -> None:
    for number in range(300):
        queue(webhooks, number, urls[number % len(urls)])
    quick = queue(webhooks, 999, "https://quick.example/hook")

    taken = webhooks.take_due(8, LEASE_S)

    assert quick in ids(taken)
    assert len(taken) == 3


WILDCARD = [f"https://h{number}.slow.example/" for number in range(300)]


def test_a_tenant_takes_its_share_and_no_more(webhooks: Webhooks) -> None:
    for number, url in enumerate(WILDCARD):
        queue(webhooks, number, url)
    other = queue(webhooks, 999, HOOK, "other")

    taken = webhooks.take_due(64, LEASE_S)
    later = queue(webhooks, 998, HOOK, "third")

    assert ids(taken) == {*(f"msg_{number:04}" for number in range(PER_TENANT)), other}
    assert ids(webhooks.take_due(64, LEASE_S)) == {later}


def test_every_tenant_gets_its_first_before_any_gets_its_second(webhooks: Webhooks) -> None:
    for number in range(4):
        queue(webhooks, number, WILDCARD[number], "early")
    late = queue(webhooks, 9, HOOK, "late")

    assert ids(webhooks.take_due(2, LEASE_S)) == {"msg_0000", late}


def test_a_tenant_does_not_hold_up_a_host_for_others(webhooks: Webhooks) -> None:
    for number in range(300):
        queue(webhooks, number, "https://shared.example/slow", "early")
    webhooks.take_due(64, LEASE_S)

    mine = queue(webhooks, 999, "https://shared.example/quick", "late")

    assert webhooks.next_due_s() == 0
    assert ids(webhooks.take_due(64, LEASE_S)) == {mine}


def test_a_long_queue_of_one_tenant_is_looked_through_at_once(webhooks: Webhooks) -> None:
    given = {
        "tenant": "acme", "job_id": "job-1", "generation": 1, "kind": "job.done", "payload": "{}",
        "status": "pending", "attempts": 0, "log": [], "due_at": 1.0, "created_at": 1.0,
    }  # fmt: skip
    many = [
        given | {"id": f"msg_{number}", "url": f"https://h{number}.slow.example/"}
        for number in range(20_000)
    ]
    with webhooks.database.begin() as connection:
        connection.execute(insert(WEBHOOK_DELIVERIES), many)

    started = time.monotonic()
    due_s, taken = webhooks.next_due_s(), webhooks.take_due(64, LEASE_S)
    took_s = time.monotonic() - started

    assert (due_s, len(taken)) == (0, PER_TENANT)
    assert took_s < 5  # 0.2 s here; 13 s and more if the time grows by the square


def test_what_waits_for_its_tenant_is_not_due_before_an_attempt_can_end(
    webhooks: Webhooks,
) -> None:
    for number, url in enumerate(WILDCARD):
        queue(webhooks, number, url)
    webhooks.take_due(64, LEASE_S)

    assert webhooks.next_due_s() == pytest.approx(LEASE_S, abs=LEASE_S / 2)


def test_an_address_that_is_none_is_announced_nevertheless(webhooks: Webhooks) -> None:
    queue(webhooks, 1, "https://[::1/")

    assert webhooks.deliveries("acme", "job-1")[0].url == "https://[::1/"


def test_every_host_gets_its_first_before_any_gets_its_second(webhooks: Webhooks) -> None:
    for number in range(4):
        queue(webhooks, number, "https://early.example/")
    late = queue(webhooks, 9, "https://late.example/")

    taken = webhooks.take_due(2, LEASE_S)

    assert ids(taken) == {"msg_0000", late}


def test_what_is_under_way_to_a_host_counts(webhooks: Webhooks) -> None:
    for number in range(5):
        queue(webhooks, number)

    first = webhooks.take_due(8, LEASE_S)
    second = webhooks.take_due(8, LEASE_S)
    webhooks.note_attempt(first[0], {"status": 200}, "delivered", None)

    assert (len(first), second) == (2, ())
    assert len(webhooks.take_due(8, LEASE_S)) == 1


def test_an_attempt_is_noted_with_when_to_try_again(webhooks: Webhooks) -> None:
    queue(webhooks, 1)
    (taken,) = webhooks.take_due(8, LEASE_S)

    webhooks.note_attempt(taken, {"at": 1.0, "status": 500, "ms": 3}, "pending", 300.0)

    (found,) = webhooks.deliveries("acme", "job-1")
    assert (found.status, found.attempts, found.taken_until) == ("pending", 1, None)
    assert found.log == ({"at": 1.0, "status": 500, "ms": 3},)
    assert webhooks.next_due_s() == pytest.approx(300, abs=WAIT_S)
    assert webhooks.take_due(8, LEASE_S) == ()


def test_a_sender_that_lost_its_webhook_only_adds_to_the_log(
    webhooks: Webhooks, database: Database
) -> None:
    queue(webhooks, 1)
    (late,) = webhooks.take_due(8, LEASE_S)
    expire(database)
    (current,) = webhooks.take_due(8, LEASE_S)
    webhooks.note_attempt(current, {"status": 200}, "delivered", None)

    webhooks.note_attempt(late, {"status": 500}, "pending", 5.0)

    (found,) = webhooks.deliveries("acme", "job-1")
    assert (found.status, found.attempts, found.due_at) == ("delivered", 1, None)
    assert found.log == ({"status": 200}, {"status": 500})


def test_nothing_is_due_when_nothing_was_queued(webhooks: Webhooks) -> None:
    assert webhooks.next_due_s() is None


def test_a_new_webhook_is_due_at_once(webhooks: Webhooks) -> None:
    queue(webhooks, 1)

    assert webhooks.next_due_s() == 0


def test_a_webhook_under_way_hides_no_later_one(webhooks: Webhooks) -> None:
    queue(webhooks, 1, "https://slow.example/")
    queue(webhooks, 2, "https://quick.example/")
    _slow, quick = sorted(webhooks.take_due(8, 3000.0), key=lambda one: one.id)

    webhooks.note_attempt(quick, {"status": 500}, "pending", 300.0)

    assert webhooks.next_due_s() == pytest.approx(300, abs=WAIT_S)


def test_what_waits_for_its_host_is_not_due_before_an_attempt_can_end(webhooks: Webhooks) -> None:
    for number in range(3):
        queue(webhooks, number)
    webhooks.take_due(8, LEASE_S)

    assert webhooks.next_due_s() == pytest.approx(LEASE_S, abs=LEASE_S / 2)


def test_a_replay_is_sent_at_once_under_the_same_id(webhooks: Webhooks) -> None:
    queue(webhooks, 1)
    (taken,) = webhooks.take_due(8, LEASE_S)
    webhooks.note_attempt(taken, {"status": 410}, "failed", None)

    assert webhooks.replay("acme", "msg_0001")

    (again,) = webhooks.take_due(8, LEASE_S)
    assert (again.id, again.attempts, again.log) == ("msg_0001", 0, ({"status": 410},))


def test_an_attempt_that_was_under_way_does_not_undo_a_replay(webhooks: Webhooks) -> None:
    queue(webhooks, 1)
    (taken,) = webhooks.take_due(8, LEASE_S)

    webhooks.replay("acme", "msg_0001")
    webhooks.note_attempt(taken, {"status": 410}, "failed", None)

    (found,) = webhooks.deliveries("acme", "job-1")
    assert (found.status, found.attempts) == ("pending", 0)
    assert found.log == ({"status": 410},)


def test_only_a_replay_that_changes_something_is_in_the_audit_log(
    database: Database, webhooks: Webhooks
) -> None:
    queue(webhooks, 1)

    def noted() -> list[tuple[str, str, str]]:
        return [(row.actor, row.action, row.target) for row in AuditLog(database).page("acme", 9)]

    waiting = webhooks.replay("acme", "msg_0001", "k1")
    before = noted()
    (taken,) = webhooks.take_due(8, LEASE_S)
    webhooks.note_attempt(taken, {"status": 410}, "failed", None)
    replayed = [webhooks.replay("acme", "msg_0001", "k1") for _ in range(3)]

    assert (waiting, before) == (True, [])
    assert replayed == [True] * 3
    assert noted() == [("k1", "webhook.replayed", "msg_0001")]


def test_nobody_sees_or_replays_the_webhooks_of_others(webhooks: Webhooks) -> None:
    queue(webhooks, 1)

    assert webhooks.deliveries("other", "job-1") == ()
    assert not webhooks.replay("other", "msg_0001")
    assert not webhooks.replay("acme", "msg_0002")


@pytest.mark.parametrize(
    ("ending", "kind"),
    [
        pytest.param(Ending.DONE, "job.done", id="done"),
        pytest.param(Ending.FAILED, "job.failed", id="failed"),
        pytest.param(Ending.CANCELLED, "job.cancelled", id="cancelled"),
    ],
)
def test_the_end_of_a_run_is_announced_once(
    database: Database,
    webhooks: Webhooks,
    claimed: Callable[..., Run],
    ending: Ending,
    kind: str,
) -> None:
    run = claimed(webhook_url=HOOK)
    ledger = Ledger(database, patience_s=0)
    for status in (Status.GENERATING, Status.RENDERING):
        ledger.advance(run, status)

    ended = [ledger.settle(Outcome(run, ending, ())) for _ in range(2)]

    (found,) = webhooks.deliveries("acme", run.job_id)
    assert ended == [True, False]
    assert (found.kind, found.url, found.status) == (kind, HOOK, "pending")


def test_a_state_that_was_not_committed_is_not_announced(webhooks: Webhooks) -> None:
    queue(webhooks, 1)

    with pytest.raises(LedgerUnavailable):
        queue_all(webhooks, ["msg_new", "msg_0001"])  # the second id is taken: nothing is committed

    assert ids(webhooks.deliveries("acme", "job-1")) == {"msg_0001"}
