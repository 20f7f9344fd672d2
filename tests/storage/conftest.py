import itertools
from collections.abc import Callable
from typing import Any

import pytest

from jobs.elements import Run
from jobs.submission import Submission
from storage.database import Database
from storage.intake import SERVICE_QUEUE, Intake, Request
from storage.ledger import Ledger
from tests.storage.archive import Archive

DOCUMENT = {"scenes": [{"narration": "One."}], "metadata": {"order": "77"}}


@pytest.fixture
def submit(database: Database) -> Callable[..., str]:
    """Submits a job of tenant `acme` and returns its id."""
    numbers = itertools.count()

    def make(job_id: str | None = None, **changes: Any) -> str:
        values: dict[str, Any] = {
            "tenant": "acme",
            "job_id": job_id or f"job-{next(numbers):04}",
            "submission": Submission(DOCUMENT),
            "title": None,
            "webhook_url": None,
            "idempotency_key": None,
            "request_hash": "0" * 64,
            "trace": None,
            **changes,
        }
        return Intake(database).submit(Request(**values)).job_id

    return make


@pytest.fixture
def claimed(database: Database, submit: Callable[..., str]) -> Callable[..., Run]:
    """A run of a new job, as the worker that has claimed it knows it."""

    def claim(job_id: str | None = None, ledger: Ledger | None = None, **changes: Any) -> Run:
        ledger = ledger or Ledger(database, patience_s=0)
        job_id = submit(job_id, **changes)
        got = ledger.claim_next(SERVICE_QUEUE)
        assert got is not None
        assert got.job_id == job_id
        return Run(got.job_id, got.generation, got.token, "media/submission.json")

    return claim


@pytest.fixture
def archive(database: Database) -> Archive:
    return Archive(database)
