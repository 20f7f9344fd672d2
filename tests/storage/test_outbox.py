from collections.abc import Callable

from jobs.elements import Ending, Outcome, Run
from storage.database import Database
from storage.ledger import Ledger
from storage.outbox import Outbox

Submit = Callable[..., str]
Claimed = Callable[..., Run]


def emptied(database: Database) -> Outbox:
    outbox = Outbox(database)
    outbox.done(outbox.take(100, 30))
    return outbox


def test_a_message_is_taken_by_one_relay_and_is_gone_when_published(
    database: Database, submit: Submit
) -> None:
    submit()
    outbox = Outbox(database)

    first, second = outbox.take(10, 30), outbox.take(10, 30)
    outbox.done(first)

    assert (len(first), len(second), len(outbox.take(10, 30))) == (1, 0, 0)


def test_what_a_relay_that_died_had_taken_is_taken_again(
    database: Database, submit: Submit
) -> None:
    submit()
    outbox = Outbox(database)

    outbox.take(10, -1)

    assert len(outbox.take(10, 30)) == 1


def test_messages_come_in_order(database: Database, submit: Submit) -> None:
    for _ in range(4):
        submit()

    posted = Outbox(database).take(3, 30)

    assert [one.payload.decode()[-6:-2] for one in posted] == ["0000", "0001", "0002"]


def test_a_job_that_has_just_been_rung_is_not_rung_again(
    database: Database, submit: Submit
) -> None:
    submit()
    outbox = emptied(database)

    assert outbox.ring_unattended(reminder_s=60) == 0


def test_a_waiting_job_is_rung_again_once_per_reminder(database: Database, submit: Submit) -> None:
    submit()
    outbox = emptied(database)

    assert outbox.ring_unattended(reminder_s=-1) == 1
    assert outbox.ring_unattended(reminder_s=60) == 0
    assert len(outbox.take(10, 30)) == 1


def test_a_job_whose_lease_has_run_out_is_rung_at_once(
    database: Database, claimed: Claimed
) -> None:
    claimed(ledger=Ledger(database, lease_s=-1e-6))
    outbox = emptied(database)

    assert outbox.ring_unattended(reminder_s=3600) == 1
    assert outbox.ring_unattended(reminder_s=3600) == 0


def test_a_job_with_a_live_lease_is_left_alone(database: Database, claimed: Claimed) -> None:
    claimed()
    outbox = emptied(database)

    assert outbox.ring_unattended(reminder_s=-1) == 0


def test_jobs_that_have_ended_or_wait_for_review_are_left_alone(
    database: Database, claimed: Claimed
) -> None:
    from jobs.states import Status

    ledger = Ledger(database)
    ledger.settle(Outcome(claimed(), Ending.FAILED))
    reviewed = claimed()
    ledger.advance(reviewed, Status.GENERATING)
    ledger.settle(Outcome(reviewed, Ending.REVIEW))
    outbox = emptied(database)

    assert outbox.ring_unattended(reminder_s=-1) == 0


def test_a_released_job_is_rung_at_once(database: Database, claimed: Claimed) -> None:
    run = claimed()
    Ledger(database).release(run.job_id, run.token)
    outbox = emptied(database)

    assert outbox.ring_unattended(reminder_s=3600) == 1


def test_a_job_put_back_for_later_is_rung_when_it_is_due(
    database: Database, claimed: Claimed
) -> None:
    run = claimed()
    Ledger(database).release(run.job_id, run.token, after_s=3600)
    outbox = emptied(database)

    assert outbox.ring_unattended(reminder_s=-1) == 0
