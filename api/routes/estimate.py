"""What a job would take."""

from fastapi import APIRouter

from api.check_job import check_job
from api.deps import Body, Reader, ServicesDep
from api.estimate import JobPlan, estimate, survey
from api.openapi import job_body, problems
from jobs.slate import Slate
from storage.artefacts import Artefacts

router = APIRouter(tags=["jobs"])


@router.post(
    "/v1/estimate",
    operation_id="estimate_job",
    summary="Say what a job would take",
    responses=problems(),
    openapi_extra=job_body(),
)
def estimate_job(services: ServicesDep, caller: Reader, body: Body) -> JobPlan:
    """Length, parts per stage and how many of them exist, cost. Makes, queues and pays nothing."""
    roster = services.settings.roster
    checked = check_job(body, caller.tenant, services.uploads, roster.casting())
    slate = Slate(caller.tenant)
    artefacts = Artefacts(services.blobs)
    return estimate(survey(checked.job, checked.submission, artefacts, slate, roster), roster)
