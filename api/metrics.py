"""Metrics for Prometheus: of the ledger, and of the requests that this process answers."""

import contextlib
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Generic, TypeVar

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from jobs.errors import AiprodError
from storage.statistics import Current, Statistics, Totals

CONTENT_TYPE = CONTENT_TYPE_LATEST
FRESH_S = 5.0  # how long an answer of the ledger is used again, at least
COST_SHARE = 0.05  # of the time of one connection that counting may take
# From a lookup to an upload; a wait for a database that restarts ends below the last one.
BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

T = TypeVar("T")


class HttpMetrics:
    """How many requests this process has answered, and how fast."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.seconds = Histogram(
            "aiprod_http_request_seconds",
            "Time until an answer began, by route template, method and class of status.",
            ("method", "route", "status"),
            buckets=BUCKETS_S,
            registry=self.registry,
        )


class MeasureRequests:
    """ASGI middleware that times requests until their answer begins.

    Not until it ends: a stream of events lasts as long as somebody listens.
    """

    def __init__(self, app: ASGIApp, http: HttpMetrics) -> None:
        self._app = app
        self._http = http

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        answer: tuple[str, float] | None = None

        async def send_noting(message: Message) -> None:
            nonlocal answer
            if message["type"] == "http.response.start":
                answer = f"{message['status'] // 100}xx", time.perf_counter() - started
            await send(message)

        failed = "aborted"  # the client went away
        try:
            await self._app(scope, receive, send_noting)
        except Exception:
            failed = "5xx"  # the server answers, around us
            raise
        finally:
            status, seconds = answer or (failed, time.perf_counter() - started)
            labels = method_name(scope), route_template(scope), status
            self._http.seconds.labels(*labels).observe(seconds)


class MetricsPage:
    """What `/metrics` answers. Safe for several threads; asks the ledger at most every 5 s.

    Args:
      own: What this process says of itself.
    """

    def __init__(
        self,
        statistics: Statistics,
        own: CollectorRegistry,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._current = _Remembered(statistics.current, clock)
        self._totals = _Remembered(statistics.totals, clock)
        self._own = own

    def render(self) -> bytes:
        """The metrics as text of `CONTENT_TYPE`; of this process alone while the ledger is away."""
        try:
            counted = self._current.get(), self._totals.get()
        except AiprodError:
            return render_metrics(None, self._own)
        return render_metrics(counted, self._own)


def render_metrics(counted: tuple[Current, Totals] | None, own: CollectorRegistry) -> bytes:
    """Metrics in Prometheus' text format.

    Args:
      counted: In the ledger; None when it does not answer.
      own: What this process says of itself.
    """
    registry = CollectorRegistry()
    registry.register(_LedgerMetrics(counted))
    return generate_latest(registry) + generate_latest(own)


def method_name(scope: Scope) -> str:
    """Method of a request; `other` for what clients make up."""
    method: str = scope["method"]
    return method if method in METHODS else "other"


def route_template(scope: Scope) -> str:
    """Path template of the route that took a request, `/v1/jobs/{job_id}`; without ids."""
    return getattr(scope.get("route"), "path", None) or "unmatched"


class _Remembered(Generic[T]):
    """An answer that is asked for again when it is old, compared with what asking costs."""

    def __init__(self, ask: Callable[[], T], clock: Callable[[], float]) -> None:
        self._ask = ask
        self._clock = clock
        self._lock = threading.Lock()
        self._answer: tuple[T, float] | None = None  # with the time until which it is good

    def get(self) -> T:
        with self._lock:  # one asks, the others wait for the answer
            started = self._clock()
            if self._answer and started < self._answer[1]:
                return self._answer[0]
            found = self._ask()
            ended = self._clock()
            self._answer = found, ended + max(FRESH_S, (ended - started) / COST_SHARE)
            return found


class MachineMetrics(Collector):
    """What an instance has and was set to: the disk of its data, the limit of a tenant's day."""

    def __init__(self, data: Path, tenant_day_usd: float | None) -> None:
        self._data = data
        self._tenant_day_usd = tenant_day_usd

    def collect(self) -> Iterator[GaugeMetricFamily]:
        with contextlib.suppress(OSError):  # no such folder, or a disk that does not answer
            disk = shutil.disk_usage(self._data)
            yield _one("disk_bytes", "Size of the disk that AIPROD_DATA is on.", disk.total)
            yield _one("disk_free_bytes", "What is free of it.", disk.free)
        if self._tenant_day_usd is not None:
            told = "What paid services may cost a tenant in a day."
            yield _one("tenant_day_limit_usd", told, self._tenant_day_usd)


class _LedgerMetrics(Collector):
    # All are gauges. They are sums over rows, which may fall: a part that is performed again
    # changes how it ended.

    def __init__(self, counted: tuple[Current, Totals] | None) -> None:
        self._counted = counted

    def collect(self) -> Iterator[GaugeMetricFamily]:
        yield _one("ledger_up", "1 when the ledger answers, else 0.", bool(self._counted))
        if self._counted:
            current, totals = self._counted
            yield from _of_current(current)
            yield from _of_totals(totals)


def _of_current(found: Current) -> Iterator[GaugeMetricFamily]:
    counts = {queue: line.count for queue, line in found.queues.items()}
    ages_s = {queue: line.oldest_s for queue, line in found.queues.items()}
    yield _by("queue", "queue_jobs", "Jobs that could be claimed.", counts)
    yield _by("queue", "queue_oldest_seconds", "How long the oldest of them has waited.", ages_s)
    yield _by("status", "jobs", "Jobs by status.", found.jobs)
    yield _one("stuck_jobs", "Jobs at work without a live lease.", found.stuck_jobs)
    yield _by("status", "webhook_deliveries", "Webhook deliveries by status.", found.webhooks)
    yield _one(
        "webhook_failed_attempts",
        "Attempts to deliver a webhook that failed.",
        found.failed_webhook_attempts,
    )
    yield _one("outbox_rings", "Rings that are to be published.", found.outbox.count)
    yield _one(
        "outbox_oldest_seconds", "How long the oldest of them has waited.", found.outbox.oldest_s
    )
    yield _one("dead_letters", "Dead letters that were not replayed.", found.dead_letters)
    if found.key_ends_s is not None:
        yield _one(
            "key_expires_seconds", "Until the next key ends that is in use.", found.key_ends_s
        )


def _of_totals(found: Totals) -> Iterator[GaugeMetricFamily]:
    rendered = found.rendered
    parts = _family("parts", "Parts by stage and how they ended.", ("stage", "status"))
    part_seconds = _family("part_seconds", "Seconds that these parts took.", ("stage", "status"))
    for names, taken in found.parts.items():
        parts.add_metric(names, taken.count)
        part_seconds.add_metric(names, taken.seconds)
    calls = _family("provider_calls", "Calls by provider and status.", ("provider", "status"))
    costs = _family("provider_cost_usd", "What these calls cost.", ("provider", "status"))
    for names, made in found.calls.items():
        calls.add_metric(names, made.count)
        costs.add_metric(names, made.cost_usd)
    left = _family(
        "providers_left", "How often the next one was asked instead, and why.", ("provider", "code")
    )
    for names, count in found.left.items():
        left.add_metric(names, count)
    yield from (parts, part_seconds, calls, costs, left)
    told = "Spent or reserved today, in UTC, by the tenants that spent most."
    yield _by("tenant", "tenant_spent_today_usd", told, found.spent_today_usd)
    yield _one("videos", "Videos delivered.", found.videos)
    yield _one("video_seconds", "How long they play.", found.video_s)
    yield _one("rendered_frames", "Frames that were rendered for them.", rendered.frames)
    yield _one("rendered_video_seconds", "How long these frames play.", rendered.video_s)
    yield _one("rendering_seconds", "Seconds that rendering them took.", rendered.seconds)


def _one(name: str, told: str, value: float) -> GaugeMetricFamily:
    family = _family(name, told, ())
    family.add_metric((), value)
    return family


def _by(label: str, name: str, told: str, values: Mapping[str, float]) -> GaugeMetricFamily:
    family = _family(name, told, (label,))
    for labelled, value in values.items():
        family.add_metric((labelled,), value)
    return family


def _family(name: str, told: str, labels: Sequence[str]) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"aiprod_{name}", told, labels=labels)
