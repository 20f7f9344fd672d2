"""Jobs whose runs have begun, for tests."""

from jobs.elements import Run
from jobs.message import Ring
from jobs.submission import Submission
from storage.intake import Intake, Request
from transforms.admit_jobs import admit
from transforms.studio import Studio


def claimed(studio: Studio, job_id: str = "job") -> Run:
    """The run of a new job of tenant `acme`, as the worker that has claimed it knows it."""
    request = Request("acme", job_id, Submission({}), None, None, None, job_id, None)
    Intake(studio.ledger.database).submit(request)
    run = admit(Ring(job_id), studio)
    assert run is not None
    return run
