"""What a job is before it is run again, and going back."""

import pytest
from sqlalchemy import select, update

from jobs.elements import Ending
from jobs.errors import InvalidInput
from jobs.reprocessing import State
from jobs.stages import Stage
from jobs.states import Status
from storage.catalogue import Catalogue
from storage.intake import Intake
from storage.reprocessings import Listed
from storage.tables import AUDIT_LOG, JOBS, VIDEOS, WEBHOOK_DELIVERIES
from tests.storage.archive import TENANT, Archive


def shown(archive: Archive, job_id: str = "a") -> int | None:
    video = Catalogue(archive.database).video(TENANT, job_id)
    return video and video.generation


def test_a_job_without_a_video_is_what_its_last_run_was_asked_for(archive: Archive) -> None:
    archive.submit("a", title="First")
    archive.end("a", Ending.FAILED)

    base = archive.base("a")

    assert (base.status, base.generation, base.shown) == (Status.FAILED, 1, None)
    assert base.submission.document["title"] == "First"


def test_a_job_with_a_video_is_what_that_was_made_of(archive: Archive) -> None:
    archive.done("a", title="First")
    archive.begin()
    archive.open_run(title="Second")
    archive.end("a", Ending.FAILED)

    base = archive.base("a")

    assert (base.status, base.generation, base.shown) == (Status.FAILED, 2, 1)
    assert base.submission.document["title"] == "First"


def test_nothing_is_known_of_jobs_of_others(archive: Archive) -> None:
    archive.done("a", tenant="other")

    assert archive.reruns.base(TENANT, "a") is None


def test_what_the_run_before_was_to_cost_is_forgotten(archive: Archive) -> None:
    archive.done("a")
    with archive.database.begin() as connection:
        connection.execute(update(JOBS).values(quote_usd=1.5))
    archive.begin()

    archive.open_run()

    job = Catalogue(archive.database).job(TENANT, "a")
    assert job is not None
    assert job.quote_usd is None


def test_who_looked_at_a_job_before_another_ran_it_does_not_run_it_again(archive: Archive) -> None:
    archive.done("a")
    archive.begin()
    (seen,) = archive.items()
    archive.open_run()
    archive.end("a")
    base = archive.base("a")

    ring = archive.reruns.open_run("re-1", seen, base, base.submission, base.takes)
    archive.reprocessings.note("re-1", seen.number, State.UNCHANGED, None)

    assert (ring, archive.base("a").generation) == (None, 2)
    assert [item.state for item in archive.items()] == [State.DONE]


def test_an_earlier_run_is_shown_again_with_what_it_was_made_of(archive: Archive) -> None:
    archive.done("a", title="First")
    archive.begin()
    archive.open_run(title="Second")
    archive.end("a")

    newer = shown(archive)
    is_back = archive.reruns.show(TENANT, "a", 1)

    assert (newer, is_back, shown(archive)) == (2, True, 1)
    assert archive.base("a").submission.document["title"] == "First"
    assert archive.base("a").generation == 2


def test_showing_what_is_shown_notes_nothing(archive: Archive) -> None:
    archive.done("a")
    before = len(Catalogue(archive.database).events(TENANT, "a"))

    is_shown = archive.reruns.show(TENANT, "a", 1)

    assert is_shown
    assert len(Catalogue(archive.database).events(TENANT, "a")) == before


def test_neither_a_job_at_work_nor_a_run_without_a_video_can_be_shown(archive: Archive) -> None:
    archive.done("a")
    Intake(archive.database).retry(TENANT, "a")
    archive.end("a")
    archive.begin()
    archive.open_run()

    at_work = archive.reruns.show(TENANT, "a", 1)
    archive.end("a", Ending.FAILED)

    assert not at_work
    assert not archive.reruns.show(TENANT, "a", 3)
    assert shown(archive) == 2


def test_a_run_that_is_delivered_after_going_back_is_shown(archive: Archive) -> None:
    archive.done("a")
    archive.begin()
    archive.open_run()
    archive.end("a")
    archive.reruns.show(TENANT, "a", 1)

    Intake(archive.database).retry(TENANT, "a", Stage.VOICE)
    archive.end("a")

    assert shown(archive) == 3


def test_its_owner_is_told_that_a_reprocessed_job_has_ended(archive: Archive) -> None:
    archive.done("a", webhook_url="https://example.com/hook")
    archive.begin(None, Listed("a"))
    archive.open_run()
    archive.end("a")

    with archive.database.reading() as connection:
        told = connection.execute(
            select(WEBHOOK_DELIVERIES.c.generation, WEBHOOK_DELIVERIES.c.kind)
            .order_by(WEBHOOK_DELIVERIES.c.generation)
        ).all()  # fmt: skip

    assert [tuple(row) for row in told] == [(1, "job.done"), (2, "job.done")]


def test_a_video_of_before_documents_were_kept_is_of_that_of_its_job(archive: Archive) -> None:
    archive.done("a", title="First")
    with archive.database.begin() as connection:
        connection.execute(update(VIDEOS).values(submission=None))
        connection.execute(update(JOBS).values(current=None))

    base = archive.base("a")

    assert (base.shown, base.submission.document["title"]) == (1, "First")


def test_what_cannot_be_read_any_more_is_said_of_its_job(archive: Archive) -> None:
    archive.done("a")
    with archive.database.begin() as connection:
        connection.execute(update(VIDEOS).values(submission="{"))

    with pytest.raises(InvalidInput, match="job a: what was handed in cannot be read"):
        archive.base("a")


def test_nobody_is_asked_to_approve_a_run_of_a_reprocessing(archive: Archive) -> None:
    archive.done("a", preset="premium_spot")
    archive.begin()
    archive.open_run()

    claim = archive.ledger.claim("a")

    assert claim is not None
    assert claim.approved


def test_the_audit_log_has_what_was_begun_and_what_went_back(archive: Archive) -> None:
    archive.done("a")
    archive.begin()
    archive.open_run()
    archive.end("a")
    archive.reruns.show(TENANT, "a", 1)
    archive.reruns.show(TENANT, "a", 1)

    with archive.database.reading() as connection:
        noted = connection.execute(
            select(AUDIT_LOG.c.action, AUDIT_LOG.c.target, AUDIT_LOG.c.data)
            .where(AUDIT_LOG.c.tenant == TENANT, AUDIT_LOG.c.action != "job.submitted")
            .order_by(AUDIT_LOG.c.id)
        ).all()  # fmt: skip

    assert [tuple(row) for row in noted] == [
        ("reprocessing.begun", "re-1", {"jobs": 1}),
        ("job.rolled_back", "a", {"run": 1}),
    ]
