from collections.abc import Callable, Iterator

import apache_beam as beam
import pytest
from apache_beam.testing.util import assert_that, equal_to

from jobs.elements import Ending, Outcome, Problem, Run
from jobs.errors import AiprodError, InvalidInput, LedgerUnavailable, StoreUnavailable
from jobs.submission import Submission
from storage.database import open_database
from storage.intake import Intake, Request
from storage.ledger import Ledger
from transforms.job_step import TakeStep
from transforms.studio import Studio, StudioConfig


@pytest.fixture
def run(studio: StudioConfig) -> Iterator[Run]:
    database = open_database(studio.database_url)
    asked = Request("acme", "job", Submission({}), None, None, None, "0" * 64, None)
    Intake(database).submit(asked)
    claim = Ledger(database).claim("job")
    assert claim is not None
    yield Run("job", 1, claim.token, "media/submission.json")
    database.close()


INNER = "connection to server at 10.0.0.7 failed"


@pytest.mark.parametrize(
    ("error", "ending", "message"),
    [
        pytest.param(InvalidInput("no"), Ending.FAILED, "no", id="of the job"),
        pytest.param(
            LedgerUnavailable(INNER), Ending.POSTPONED, "the database does not answer", id="ledger"
        ),
        pytest.param(
            StoreUnavailable(INNER), Ending.POSTPONED, "the file store does not answer", id="store"
        ),
    ],
)
def test_a_run_fails_by_its_own_faults_and_waits_for_ours(
    studio: StudioConfig,
    pipeline: Callable[[], beam.Pipeline],
    run: Run,
    error: AiprodError,
    ending: Ending,
    message: str,
) -> None:
    def step(_element: bytes, _studio: Studio) -> Iterator[bytes]:
        raise error

    with pipeline() as graph:
        taken = (
            graph
            | beam.Create([run.to_bytes()])
            | "Take" >> TakeStep(studio, "plan", Run.from_bytes, step)
        )
        problem = Problem("plan", error.code, message, error.retryable)
        expected = Outcome(run, ending, (problem,)).to_bytes()
        assert_that(taken.ended, equal_to([expected]), label="ended")
        assert_that(taken.done, equal_to([]), label="done")
