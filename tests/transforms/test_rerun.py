from dataclasses import replace

from jobs.document import job_from
from jobs.reprocessing import Change
from jobs.stages import Stage
from jobs.states import Status
from jobs.submission import Submission
from storage.reruns import Base
from transforms.rerun import is_unchanged

DOCUMENT = job_from({"scenes": [{"narration": "One."}]}).model_dump(mode="json")
BASE = Base("acme", Status.DONE, 3, 2, Submission(DOCUMENT), {"voice": 2}, is_stale=False)


def unchanged(base: Base, change: Change | None = None) -> bool:
    change = change or Change()
    return is_unchanged(change, base, change.submission(base.submission, "job-1"))


def test_a_job_about_which_nothing_changes_is_unchanged() -> None:
    assert unchanged(BASE)


def test_a_document_of_before_a_field_was_added_is_the_same_with_its_default() -> None:
    older = {name: value for name, value in DOCUMENT.items() if name != "rights"}

    assert unchanged(replace(BASE, submission=Submission(older)))


def test_a_job_whose_document_was_no_job_any_more_has_changed() -> None:
    older = Submission({**DOCUMENT, "colour": "red"})

    assert not unchanged(replace(BASE, submission=older), Change(patch={"colour": None}))


def test_what_is_changed_forced_stale_or_without_a_video_has_changed() -> None:
    assert not unchanged(BASE, Change(sets=("title=New",)))
    assert not unchanged(BASE, Change(force=(Stage.FINISH,)))
    assert not unchanged(replace(BASE, is_stale=True))
    assert not unchanged(replace(BASE, shown=None))
