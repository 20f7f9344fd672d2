import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from jobs.elements import Run
from jobs.errors import AiprodError
from jobs.submission import Submission
from storage.calls import Calls
from storage.database import Database
from storage.directory import DirectoryBlobs
from storage.fetch import Fetched, fetch
from storage.guarded_http import open_client
from storage.intake import SERVICE_QUEUE, Intake, Request
from storage.ledger import Ledger
from storage.webhooks import Webhooks
from tests.fakes.local_hosts import Authority
from tests.storage.archive import Archive
from tests.storage.fetching import LIMIT, WAIT_S
from tests.storage.shop import Shop

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


@pytest.fixture
def bring(tmp_path: Path) -> Iterator[Callable[..., Fetched]]:
    """Fetches a clip from this machine."""
    with open_client(timeout_s=WAIT_S, may_reach_loopback=True) as client:

        def call(uri: str, **changes: Any) -> Fetched:
            options: dict[str, Any] = {
                "client": client,
                "space": tmp_path,
                "kind": "clip",
                "max_bytes": LIMIT,
                "deadline_s": WAIT_S,
                "buckets": frozenset({"acme-media"}),
                "is_called_off": lambda: False,
                **changes,
            }
            return fetch(uri, **options)

        yield call


@pytest.fixture
def failure(bring: Callable[..., Fetched], tmp_path: Path) -> Callable[..., AiprodError]:
    """What fetching fails with; it leaves no file behind."""

    def call(uri: str, **changes: Any) -> AiprodError:
        with pytest.raises(AiprodError) as caught:
            bring(uri, **changes)
        assert list(tmp_path.iterdir()) == []
        return caught.value

    return call


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def webhooks(database: Database) -> Webhooks:
    return Webhooks(database)


@pytest.fixture
def calls(database: Database) -> Calls:
    return Calls(database, patience_s=0)


@pytest.fixture
def shop(tmp_path: Path, database: Database, claimed: Callable[..., Run]) -> Shop:
    root = tmp_path / "store"
    return Shop(root, database, claimed, DirectoryBlobs(root))
