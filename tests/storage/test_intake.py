import threading
from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from jobs.elements import Ending, Outcome, Run
from jobs.errors import Conflict
from jobs.slate import LOCAL_TENANT, retaken
from jobs.stages import Stage
from jobs.states import Status
from jobs.submission import Submission
from storage.catalogue import Catalogue
from storage.database import Database
from storage.intake import SERVICE_QUEUE, Intake, Request
from storage.ledger import Ledger
from storage.outbox import Outbox
from storage.tables import JOBS

Submit = Callable[..., str]
Claimed = Callable[..., Run]


def request(job_id: str, key: str | None = None, asked: str = "a") -> Request:
    return Request("acme", job_id, Submission({}), None, None, key, asked * 64, None)


def test_a_job_comes_with_its_event_and_its_ring(database: Database, submit: Submit) -> None:
    job_id = submit()

    assert [event.kind for event in Catalogue(database).events("acme", job_id)] == ["queued"]
    (posted,) = Outbox(database).take(10, 30)
    assert posted.payload == b'{"v": 1, "job_id": "job-0000"}'


def test_the_same_key_and_request_give_the_same_job(database: Database) -> None:
    intake = Intake(database)

    first = intake.submit(request("job-1", "key"))
    again = intake.submit(request("job-2", "key"))

    assert (first.job_id, first.is_new) == ("job-1", True)
    assert (again.job_id, again.is_new) == ("job-1", False)


def test_the_same_key_for_another_request_is_refused(database: Database) -> None:
    intake = Intake(database)
    intake.submit(request("job-1", "key"))

    with pytest.raises(Conflict, match="Idempotency-Key key was used for another request"):
        intake.submit(request("job-2", "key", asked="b"))


def test_another_tenant_may_use_the_same_key(database: Database, submit: Submit) -> None:
    submit("job-1", idempotency_key="key", tenant="acme")

    assert submit("job-2", idempotency_key="key", tenant="other") == "job-2"


def test_fifty_requests_with_one_key_make_one_job(database: Database) -> None:
    barrier = threading.Barrier(16)
    answers = []

    def send(number: int) -> None:
        barrier.wait()
        answers.append(Intake(database).submit(request(f"job-{number}", "key")))

    threads = [threading.Thread(target=send, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with database.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(JOBS)) == 1
    assert len({answer.job_id for answer in answers}) == 1
    assert sum(answer.is_new for answer in answers) == 1
    assert len(answers) == 16


def test_jobs_without_a_key_are_all_new(database: Database, submit: Submit) -> None:
    assert submit() != submit()


def test_a_queued_job_is_cancelled_at_once(database: Database, submit: Submit) -> None:
    job_id = submit()

    row = Intake(database).cancel("acme", job_id)

    assert row is not None
    assert row.status is Status.CANCELLED
    assert Ledger(database).claim(job_id) is None


def test_a_running_job_is_asked_to_stop(database: Database, claimed: Claimed) -> None:
    run = claimed()

    first = Intake(database).cancel("acme", run.job_id)
    again = Intake(database).cancel("acme", run.job_id)

    assert first is not None
    assert (first.status, first.cancel_requested) == (Status.PLANNING, True)
    assert again == first
    assert Ledger(database).is_stopped(run)


def test_a_job_that_is_asked_to_stop_ends_cancelled_when_its_worker_has_died(
    database: Database, claimed: Claimed
) -> None:
    run = claimed(ledger=Ledger(database, lease_s=-1.0))
    Intake(database).cancel("acme", run.job_id)

    assert Ledger(database).claim(run.job_id) is None

    row = Catalogue(database).job("acme", run.job_id)
    assert row is not None
    assert row.status is Status.CANCELLED


def test_cancelling_changes_nothing_of_a_job_that_has_ended(
    database: Database, claimed: Claimed
) -> None:
    run = claimed()
    Ledger(database).settle(Outcome(run, Ending.FAILED))

    row = Intake(database).cancel("acme", run.job_id)

    assert row is not None
    assert (row.status, row.cancel_requested) == (Status.FAILED, False)


def test_a_retry_is_a_new_run_and_rings(database: Database, claimed: Claimed) -> None:
    run = claimed()
    Ledger(database).settle(Outcome(run, Ending.FAILED))
    outbox = Outbox(database)
    outbox.done(outbox.take(10, 30))

    row = Intake(database).retry("acme", run.job_id)

    assert row is not None
    assert (row.status, row.generation, row.problems) == (Status.QUEUED, 2, ())
    assert len(outbox.take(10, 30)) == 1
    assert Ledger(database).is_stopped(run)


def test_a_job_of_the_command_line_that_is_retried_is_for_the_service(database: Database) -> None:
    intake, ledger = Intake(database), Ledger(database)
    intake.put("tea-1", Submission({"title": "a"}), "a")
    claim = ledger.claim("tea-1")
    assert claim is not None
    ledger.settle(Outcome(Run("tea-1", 1, claim.token, ""), Ending.FAILED))

    intake.retry(LOCAL_TENANT, "tea-1")

    again = ledger.claim_next(SERVICE_QUEUE)
    assert again is not None
    assert again.job_id == "tea-1"


@pytest.mark.parametrize(
    ("stage", "approved"),
    [
        pytest.param(None, True, id="nothing anew"),
        pytest.param(Stage.RENDER, True, id="what was approved, rendered anew"),
        pytest.param(Stage.VISUAL, False, id="what was approved, made anew"),
    ],
)
def test_a_retry_from_a_stage_takes_it_anew(
    database: Database, claimed: Claimed, stage: Stage | None, approved: bool
) -> None:
    intake, ledger = Intake(database), Ledger(database)
    run = claimed()
    ledger.advance(run, Status.GENERATING)
    ledger.settle(Outcome(run, Ending.REVIEW))
    intake.approve("acme", run.job_id)
    intake.cancel("acme", run.job_id)

    intake.retry("acme", run.job_id, stage)

    claim = ledger.claim(run.job_id)
    assert claim is not None
    assert claim.approved is approved
    assert claim.takes == (retaken({}, stage, 2) if stage else {})


def test_takes_of_earlier_retries_stay(database: Database, claimed: Claimed) -> None:
    intake, ledger = Intake(database), Ledger(database)
    run = claimed()
    ledger.settle(Outcome(run, Ending.FAILED))

    intake.retry("acme", run.job_id, Stage.MUSIC)
    intake.cancel("acme", run.job_id)
    intake.retry("acme", run.job_id)

    claim = ledger.claim(run.job_id)
    assert claim is not None
    assert claim.takes["music"] == 2


def test_a_job_that_is_worked_on_is_not_retried(database: Database, claimed: Claimed) -> None:
    run = claimed()

    with pytest.raises(Conflict, match="is planning; it cannot be retried"):
        Intake(database).retry("acme", run.job_id)


def test_a_job_that_does_not_wait_for_review_is_not_approved(
    database: Database, submit: Submit
) -> None:
    job_id = submit()

    with pytest.raises(Conflict, match="is queued; it cannot be approved"):
        Intake(database).approve("acme", job_id)


@pytest.mark.parametrize("action", ["cancel", "retry", "approve"])
def test_jobs_of_others_are_unknown(database: Database, submit: Submit, action: str) -> None:
    job_id = submit()

    assert getattr(Intake(database), action)("other", job_id) is None
    assert getattr(Intake(database), action)("acme", "nobody") is None


def test_a_job_of_the_command_line_is_put_again_as_a_new_run(database: Database) -> None:
    intake = Intake(database)

    assert intake.put("tea-1", Submission({"title": "a"}), "a") == 1
    assert intake.put("tea-1", Submission({"title": "b"}), "b") == 2

    claim = Ledger(database).claim("tea-1")
    assert claim is not None
    assert (claim.generation, claim.approved) == (2, True)
    assert '"b"' in claim.submission
