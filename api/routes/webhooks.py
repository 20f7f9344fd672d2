"""Webhooks: what was sent, sending it again, and the secret that signs."""

from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import Field

from api.deps import ID, Admin, JobId, Reader, ServicesDep, Writer
from api.links import delivery_links
from api.openapi import problems
from api.problems import not_found
from api.schemas import Answer, Time, rfc3339
from storage.webhooks import Delivery

router = APIRouter(tags=["webhooks"])


DeliveryId = Annotated[
    str,
    Path(pattern=ID, description="Id of a webhook.", examples=["msg_01kh9x3v5n8q2r7t4w6y0z1abc"]),
]


class DeliveryView(Answer):
    """A webhook and what came of it."""

    id: str = Field(description="The `webhook-id`, the same in every attempt.")
    kind: str = Field(examples=["job.done"])
    url: str
    status: str = Field(description="`pending`, `delivered` or `failed`.")
    attempts: int
    next_attempt_at: Time | None
    created_at: Time
    log: list[dict[str, Any]] = Field(
        description="Per attempt: `at` (seconds since 1970), `status` (HTTP) or `error`, `ms`."
    )

    @classmethod
    def of(cls, delivery: Delivery) -> "DeliveryView":
        return cls(
            id=delivery.id,
            kind=delivery.kind,
            url=delivery.url,
            status=delivery.status,
            attempts=delivery.attempts,
            next_attempt_at=rfc3339(delivery.due_at) if delivery.due_at is not None else None,
            created_at=rfc3339(delivery.created_at),
            log=list(delivery.log),
        )


class Deliveries(Answer):
    """The webhooks about a job."""

    deliveries: list[DeliveryView]


class SecretsMade(Answer):
    """The secrets that sign, without the secrets."""

    count: int = Field(description="2 after a rotation: the new one and the one before both sign.")
    created_at: Time | None = Field(description="When the newest was made.")


class NewSecret(Answer):
    """A secret, shown this once."""

    secret: str = Field(examples=["whsec_..."])


@router.get(
    "/v1/jobs/{job_id}/webhooks",
    operation_id="job_webhooks",
    summary="List webhooks of a job",
    responses={200: {"links": delivery_links("/deliveries/0/id")}, **problems(404)},
)
def job_webhooks(services: ServicesDep, caller: Reader, job_id: JobId) -> Deliveries:
    """What was sent to the job's `webhook_url`, oldest first."""
    if services.catalogue.job(caller.tenant, job_id) is None:
        raise not_found()
    found = services.webhooks.deliveries(caller.tenant, job_id)
    return Deliveries(deliveries=[DeliveryView.of(delivery) for delivery in found])


@router.post(
    "/v1/webhooks/{delivery_id}/replay",
    status_code=202,
    operation_id="replay_webhook",
    summary="Send a webhook again",
    responses={202: {"links": delivery_links("/id")}, **problems(404)},
)
def replay_webhook(
    services: ServicesDep,
    caller: Writer,
    delivery_id: DeliveryId,
) -> dict[str, str]:
    """Sends it under the same id, on the whole schedule."""
    if not services.webhooks.replay(caller.tenant, delivery_id, caller.key_id):
        raise not_found()
    return {"id": delivery_id, "status": "pending"}


@router.get(
    "/v1/webhook-secret",
    operation_id="webhook_secret",
    summary="Show whether there is a signing secret",
    responses=problems(),
)
def webhook_secret(services: ServicesDep, caller: Admin) -> SecretsMade:
    """How many secrets sign, and since when; the secrets themselves are never shown again."""
    count, made_at = services.webhooks.secrets_made(caller.tenant)
    return SecretsMade(count=count, created_at=rfc3339(made_at) if made_at is not None else None)


@router.post(
    "/v1/webhook-secret/rotate",
    operation_id="rotate_webhook_secret",
    summary="Make a new signing secret",
    responses=problems(),
)
def rotate_webhook_secret(services: ServicesDep, caller: Admin) -> NewSecret:
    """Webhooks are signed with this secret and the one before, until the next rotation."""
    return NewSecret(secret=services.webhooks.rotate_secret(caller.tenant, caller.key_id))
