"""What a run is said to cost when it is planned."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest

from api.estimate import estimate, survey
from api.shelf import Shelf
from jobs.document import job_from
from jobs.elements import Run
from jobs.message import Ring
from jobs.slate import Slate
from jobs.submission import Submission
from providers.roster import Roster
from storage.intake import Intake, Request
from tests.fakes.gemini import FakeGemini
from tests.providers.gemini_desk import plain
from transforms.admit_jobs import admit
from transforms.plan_assets import plan_tasks
from transforms.studio import Studio, StudioConfig
from transforms.write_script import write_script

PROMPT: dict[str, Any] = {"prompt": "Ocean waves.", "music": None}


@pytest.fixture
def fake() -> Iterator[FakeGemini]:
    with FakeGemini().serving() as service:
        yield service


@pytest.fixture
def opened(
    studio: StudioConfig, fake: FakeGemini, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Studio]:
    monkeypatch.setenv("GEMINI_API_KEY", fake.key)
    with closing(replace(studio, roster=Roster(gemini=plain(fake))).open()) as found:
        yield found


def quoted_usd(studio: Studio, stage: str) -> float:
    """What `plan` says of a stage."""
    shelf, roster = Shelf(studio.artefacts), studio.config.roster
    found = survey(job_from(PROMPT), Submission(PROMPT), shelf, Slate("acme"), roster)
    return sum(row.cost_usd for row in estimate(found, roster).stages if row.stage == stage)


def planned(studio: Studio, job_id: str) -> Run:
    """A run whose script is written and whose tasks are known."""
    request = Request("acme", job_id, Submission(PROMPT), None, None, None, job_id, None)
    Intake(studio.ledger.database).submit(request)
    run = admit(Ring(job_id), studio)
    assert run is not None
    for script in write_script(run.to_bytes(), studio):
        assert list(plan_tasks(script, studio))
    return run


def test_the_script_counts_as_it_was_quoted_before_it_was_written(opened: Studio) -> None:
    script_usd = quoted_usd(opened, "script")

    run = planned(opened, "job")

    rest_usd = quoted_usd(opened, "voice") + quoted_usd(opened, "visual")
    assert script_usd > sum(call.quote_usd for call in opened.calls.of_run(run)) > 0
    assert opened.ledger.quote_usd(run) == pytest.approx(script_usd + rest_usd, abs=1e-4)


def test_a_script_that_was_there_costs_nothing(opened: Studio) -> None:
    planned(opened, "first")

    run = planned(opened, "second")

    rest_usd = quoted_usd(opened, "voice") + quoted_usd(opened, "visual")
    assert opened.ledger.quote_usd(run) == pytest.approx(rest_usd, abs=1e-4)
