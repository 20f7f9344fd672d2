"""What a job would take."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.check_job import check_job
from api.deps import ID, Body, Reader, ServicesDep
from api.estimate import JobPlan, estimate, survey
from api.forecast import Desk
from api.openapi import job_body, problems
from api.problems import not_found
from api.reuse import Earlier, earlier_of, explained
from api.services import Services
from api.shelf import Shelf
from jobs.slate import Slate
from storage.artefacts import Artefacts
from storage.reruns import Reruns

# Keys of parts that are made to try differences one by one: 15,000 take a second.
MOST_KEYS = 40_000

router = APIRouter(tags=["jobs"])

CompareWith = Annotated[
    str | None,
    Query(
        pattern=ID,
        description="Id of a job of yours: parts that would be made say because of which "
        "difference from the run whose video it shows, or else from its newest one.",
        examples=["job-01kh9x3v5n8q2r7t4w6y0z1abc"],
    ),
]


@router.post(
    "/v1/estimate",
    operation_id="estimate_job",
    summary="Say what a job would take",
    responses=problems(404),
    openapi_extra=job_body(),
)
def estimate_job(
    services: ServicesDep, caller: Reader, body: Body, compare_with: CompareWith = None
) -> JobPlan:
    """Length, cost, parts per stage; what would become of each part of generation, and why. Makes,
    queues and pays nothing."""
    roster = services.settings.roster
    checked = check_job(body, caller.tenant, services.uploads, roster.casting())
    earlier = _earlier(services, caller.tenant, compare_with) if compare_with else None
    slate, shelf = Slate(caller.tenant), Shelf(Artefacts(services.blobs))
    found = survey(checked.job, checked.submission, shelf, slate, roster)
    desk = Desk(shelf, slate, roster.casting())
    told, _parts = explained(estimate(found, roster), desk, checked.submission, earlier, MOST_KEYS)
    return told


def _earlier(services: Services, tenant: str, job_id: str) -> Earlier:
    base = Reruns(services.database, patience_s=0.0).base(tenant, job_id)
    if base is None:
        raise not_found()
    return earlier_of(job_id, base, services.catalogue)
