from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import delete, text, update

from jobs.elements import Ending, Outcome, Run
from jobs.errors import Conflict, LedgerUnavailable
from jobs.stages import Stage
from jobs.states import Status
from storage.audit import AuditLog
from storage.catalogue import Catalogue
from storage.database import Database
from storage.intake import Intake
from storage.ledger import Ledger
from storage.tables import AUDIT_LOG
from storage.webhooks import Webhooks

Claimed = Callable[..., Run]


def test_entries_are_told_newest_first_with_all_they_hold(database: Database) -> None:
    log = AuditLog(database)

    log.note("acme", "k1", "job.submitted", "job-1", {})
    log.note("acme", "k2", "job.retried", "job-1", {"from": "voice"})

    newest, oldest = log.page("acme", 10)
    assert (newest.actor, newest.action, newest.target, newest.data) == (
        "k2", "job.retried", "job-1", {"from": "voice"},
    )  # fmt: skip
    assert (oldest.actor, oldest.action) == ("k1", "job.submitted")
    assert newest.at >= oldest.at > 1_700_000_000


def test_a_tenant_reads_only_its_own_entries(database: Database) -> None:
    log = AuditLog(database)
    log.note("acme", "k1", "job.submitted", "job-1", {})
    log.note("other", "k2", "job.cancelled", "job-2", {})

    assert [row.target for row in log.page("acme", 10)] == ["job-1"]


def test_pages_go_on_where_the_last_one_ended(database: Database) -> None:
    log = AuditLog(database)
    for number in range(5):
        log.note("acme", "k1", "job.submitted", f"job-{number}", {})

    first = log.page("acme", 2)
    second = log.page("acme", 10, before=first[-1].id)

    assert [row.target for row in first + second] == [f"job-{number}" for number in (4, 3, 2, 1, 0)]


def test_an_entry_of_a_transaction_that_fails_is_not_kept(database: Database) -> None:
    log = AuditLog(database)

    def fail() -> None:
        with database.begin() as connection:
            log.note("acme", "k1", "job.cancelled", "job-1", {}, connection)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()

    assert log.page("acme", 10) == ()


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(update(AUDIT_LOG).values(actor="nobody"), id="changed"),
        pytest.param(delete(AUDIT_LOG), id="deleted"),
        pytest.param(text("TRUNCATE audit_log"), id="emptied"),
    ],
)
def test_what_was_noted_cannot_be_undone(database: Database, change: object) -> None:
    log = AuditLog(database)
    log.note("acme", "k1", "job.submitted", "job-1", {})

    with pytest.raises(LedgerUnavailable), database.begin() as connection:
        connection.execute(change)  # type: ignore[call-overload]

    assert [row.actor for row in log.page("acme", 10)] == ["k1"]


def noted(database: Database) -> list[tuple[str, str, dict[str, Any]]]:
    """What was done with jobs, but for their submission, oldest first."""
    rows = AuditLog(database).page("acme", 20)[::-1]
    return [(row.actor, row.action, row.data) for row in rows if row.action != "job.submitted"]


def test_what_somebody_did_with_a_job_is_noted_once(database: Database, claimed: Claimed) -> None:
    intake, ledger = Intake(database), Ledger(database)
    run = claimed()
    ledger.advance(run, Status.GENERATING)
    ledger.settle(Outcome(run, Ending.REVIEW))

    intake.approve("acme", run.job_id, "k1")
    with pytest.raises(Conflict):
        intake.approve("acme", run.job_id, "k1")
    for _ in range(3):
        intake.cancel("acme", run.job_id, "k2")
    intake.retry("acme", run.job_id, Stage.VOICE, "k3")
    with pytest.raises(Conflict):
        intake.retry("acme", run.job_id, None, "k3")

    assert noted(database) == [
        ("k1", "job.approved", {}),
        ("k2", "job.cancelled", {}),
        ("k3", "job.retried", {"from": "voice"}),
    ]


def test_only_the_first_wish_that_a_running_job_stops_is_noted(
    database: Database, claimed: Claimed
) -> None:
    run = claimed()

    for actor in ("k1", "k2"):
        Intake(database).cancel("acme", run.job_id, actor)
    Ledger(database).settle(Outcome(run, Ending.CANCELLED))
    Intake(database).cancel("acme", run.job_id, "k3")

    assert noted(database) == [("k1", "job.cancelled", {})]


@pytest.mark.parametrize("action", ["cancel", "retry", "approve"])
def test_what_cannot_be_noted_is_not_done(
    database: Database, claimed: Claimed, action: str
) -> None:
    run = claimed()
    ending = Ending.REVIEW if action == "approve" else Ending.FAILED
    if action != "cancel":
        Ledger(database).advance(run, Status.GENERATING)
        Ledger(database).settle(Outcome(run, ending))
    before = Catalogue(database).job("acme", run.job_id)
    with database.begin() as connection:
        connection.execute(text("ALTER TABLE audit_log RENAME TO away"))

    with pytest.raises(LedgerUnavailable):
        getattr(Intake(database), action)("acme", run.job_id)

    assert Catalogue(database).job("acme", run.job_id) == before


def test_a_secret_that_cannot_be_noted_is_not_made(database: Database) -> None:
    webhooks = Webhooks(database)
    before = webhooks.secrets("acme")
    with database.begin() as connection:
        connection.execute(text("ALTER TABLE audit_log RENAME TO away"))

    with pytest.raises(LedgerUnavailable):
        webhooks.rotate_secret("acme")

    assert webhooks.secrets("acme") == before
