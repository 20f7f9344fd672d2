from collections.abc import Callable

from jobs.elements import Run, Task
from jobs.stages import Stage
from jobs.states import Status
from storage.catalogue import Catalogue
from storage.database import Database
from storage.intake import Intake
from storage.ledger import Ledger
from storage.parts import Parts

Submit = Callable[..., str]
Claimed = Callable[..., Run]


def test_pages_go_from_the_newest_to_the_oldest_without_gap_or_repeat(
    database: Database, submit: Submit
) -> None:
    made = [submit() for _ in range(7)]
    catalogue = Catalogue(database)

    seen: list[str] = []
    page = catalogue.page("acme", limit=3)
    while page:
        seen += [row.id for row in page]
        page = catalogue.page("acme", limit=3, before=(page[-1].created_at, page[-1].id))

    assert seen == made[::-1]


def test_a_page_can_be_of_one_status(database: Database, submit: Submit) -> None:
    kept, cancelled = submit(), submit()
    Intake(database).cancel("acme", cancelled)

    page = Catalogue(database).page("acme", limit=10, status=Status.QUEUED)

    assert [row.id for row in page] == [kept]


def test_a_tenant_sees_nothing_of_another(database: Database, submit: Submit) -> None:
    job_id = submit()
    catalogue = Catalogue(database)

    assert catalogue.job("other", job_id) is None
    assert catalogue.page("other", limit=10) == ()
    assert catalogue.events("other", job_id) == ()
    assert catalogue.parts("other", job_id, 1) == ()
    assert catalogue.video("other", job_id) is None


def test_the_document_comes_only_when_asked_for(database: Database, submit: Submit) -> None:
    job_id = submit()
    catalogue = Catalogue(database)

    short, full = catalogue.job("acme", job_id), catalogue.job("acme", job_id, with_submission=True)

    assert short is not None
    assert full is not None
    assert short.submission is None
    assert full.submission is not None
    assert full.submission.document["scenes"] == [{"narration": "One."}]


def test_the_run_that_was_worked_on_last_is_found_by_the_words_of_its_file(
    database: Database, claimed: Claimed, submit: Submit
) -> None:
    ledger = Ledger(database, patience_s=0)
    for job_id in ("tide-pools-00000001", "tide-pools-00000002", "tide-00000003"):
        run = claimed(job_id)
        task = Task(run, "voice/000", Stage.VOICE, 1, True, "k", "", "", {})
        Parts(ledger.database, patience_s=0).plan([(task, 1)])
    submit("tide-pools-00000004")  # nobody has begun it
    Intake(database).cancel("acme", "tide-pools-00000001")

    found = Catalogue(database).last_rendered("acme", "tide-pools")

    assert found is not None
    assert (found.job_id, found.generation, found.takes) == ("tide-pools-00000001", 1, {})
    assert found.submission.document["scenes"] == [{"narration": "One."}]
    assert Catalogue(database).last_rendered("other", "tide-pools") is None
    assert Catalogue(database).last_rendered("acme", "pools") is None
