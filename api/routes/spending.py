"""Whether services may be paid: the operator's switch."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import Field

from api.deps import Operator, ServicesDep
from api.json_body import json_body
from api.openapi import model_body, problems
from api.requests import SpendingRequest
from api.schemas import Answer
from storage.spending import Spending

router = APIRouter(prefix="/v1/spending", tags=["service"])


class SpendingView(Answer):
    """Whether services may be paid, and what that came to so far."""

    is_on: bool
    spent_today_usd: float = Field(
        description="What calls that were paid, or may have been, cost all tenants since midnight "
        "UTC, and what is reserved for those under way."
    )


@router.get(
    "", operation_id="get_spending", summary="Say whether services are paid", responses=problems()
)
def get_spending(services: ServicesDep, _caller: Operator) -> SpendingView:
    """Whether the switch is on, and what was spent today."""
    return _view(Spending(services.database))


@router.put(
    "",
    operation_id="switch_spending",
    summary="Switch paying off or on",
    responses=problems(),
    openapi_extra=model_body(SpendingRequest),
)
def switch_spending(
    services: ServicesDep,
    caller: Operator,
    given: Annotated[SpendingRequest, Depends(json_body(SpendingRequest))],
) -> SpendingView:
    """While it is off no worker begins a call that costs something; those under way end.

    Jobs whose providers may be chosen are made by what costs nothing; the others fail with
    `budget_exceeded`, and what was paid for is found again.
    """
    spending = Spending(services.database)
    spending.switch(on=given.is_on, tenant=caller.tenant, actor=caller.key_id)
    return _view(spending)


def _view(spending: Spending) -> SpendingView:
    return SpendingView(is_on=spending.is_on(), spent_today_usd=round(spending.today_usd(), 6))
