"""The HTTP service, put together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from anyio import CapacityLimiter
from anyio.to_thread import current_default_thread_limiter
from fastapi import FastAPI

from api.answer_limit import AnswerLimit
from api.body_limit import BodyLimit
from api.compression import Compression
from api.event_feed import EventFeed
from api.head_requests import HeadRequests
from api.incoming import clear_abandoned_uploads
from api.metrics import HttpMetrics, MachineMetrics, MeasureRequests, MetricsPage
from api.openapi import DESCRIPTION, install_openapi, problems
from api.problems import install_problem_handlers
from api.push_token import PushVerifier
from api.response_headers import ResponseHeaders
from api.routes import (
    callbacks,
    dead_letters,
    estimate,
    events,
    files,
    health,
    jobs,
    keys,
    metrics,
    push,
    schema,
    spending,
    uploads,
    webhooks,
)
from api.services import Services
from api.settings import Settings
from api.signed_links import open_link_signer
from api.tracing import TraceRequests, open_provider
from jobs.version import VERSION
from storage.event_reading import EventReading
from storage.statistics import Statistics

# Uploads have threads of their own, a quarter as many: a store that hangs holds up no other route.
UPLOADS_SHARE = 4


def create_app(services: Services) -> FastAPI:
    """The application over open services; whoever opened them closes them.

    Raises:
      InvalidInput: The data folder cannot keep the secret for links.
    """
    settings = services.settings
    app = FastAPI(
        title="AIPROD",
        version=VERSION,
        description=DESCRIPTION,
        lifespan=_lifespan,
        docs_url=None,  # its page loads scripts from a content delivery network
        redoc_url=None,
        openapi_url="/openapi.json",
    )
    http = HttpMetrics()
    http.registry.register(MachineMetrics(settings.data, settings.tenant_day_usd))
    app.state.services = services
    app.state.links = open_link_signer(settings.link_secret, settings.data)
    app.state.push_verifier = _push_verifier(settings)
    endpoint = settings.traces_endpoint
    app.state.traces = open_provider(endpoint) if endpoint else None
    app.state.upload_threads = CapacityLimiter(max(1, settings.pool_size // UPLOADS_SHARE))
    app.state.feed = EventFeed(EventReading(services.database), services.api_keys)
    app.state.readiness = health.readiness_checks(services)
    app.state.metrics_page = MetricsPage(Statistics(services.database), http.registry)
    for module in (
        health, metrics, push, callbacks, jobs, events, files, uploads, estimate, schema, webhooks,
        dead_letters, spending,
    ):  # fmt: skip
        app.include_router(module.router)
    for module in (keys,):
        app.include_router(module.router, responses=problems(404, 409))
    install_problem_handlers(app)
    install_openapi(app)
    # The last one added is the outermost.
    app.add_middleware(Compression)
    app.add_middleware(HeadRequests)
    # Inside the limit of bodies: how slowly a client sends is not our time.
    app.add_middleware(
        AnswerLimit, limit_s=settings.answer_timeout_s, unlimited=frozenset({uploads.PATH})
    )
    app.add_middleware(
        BodyLimit,
        max_bytes=settings.max_body_bytes,
        timeout_s=settings.body_timeout_s,
        streamed=frozenset({uploads.PATH}),
    )
    app.add_middleware(ResponseHeaders)
    app.add_middleware(MeasureRequests, http=http)
    app.add_middleware(TraceRequests, provider=app.state.traces)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    services: Services = app.state.services
    # A thread more than there are connections could only wait for one.
    current_default_thread_limiter().total_tokens = services.settings.pool_size
    clear_abandoned_uploads(services.settings.data)
    yield
    if app.state.traces:
        app.state.traces.shutdown()  # sends the last spans


def _push_verifier(settings: Settings) -> PushVerifier | None:
    if settings.push_audience and settings.push_email:
        return PushVerifier(settings.push_audience, settings.push_email)
    return None
