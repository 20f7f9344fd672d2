"""Metrics for Prometheus."""

from fastapi import APIRouter, Request, Response

from api.auth import require
from api.metrics import CONTENT_TYPE, MetricsPage
from api.openapi import problems

router = APIRouter(tags=["service"])
_operate = require("operator")


@router.get(
    "/metrics",
    operation_id="metrics",
    summary="Show metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}, **problems()},
    openapi_extra={"security": [{"bearer": []}, {"api_key": []}, {}]},
)
def metrics(request: Request) -> Response:
    """Of all tenants: for operators, unless the service was set to answer everybody."""
    state = request.app.state
    if not state.services.settings.has_open_metrics:
        _operate(request, None, None)
    page: MetricsPage = state.metrics_page
    return Response(page.render(), headers={"Content-Type": CONTENT_TYPE})
