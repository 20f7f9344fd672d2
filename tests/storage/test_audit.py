import pytest
from sqlalchemy import delete, text, update

from jobs.errors import LedgerUnavailable
from storage.audit import AuditLog
from storage.database import Database
from storage.tables import AUDIT_LOG


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
