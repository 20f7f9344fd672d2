"""Traces of requests, exported where an OpenTelemetry collector is named."""

import secrets
from typing import TYPE_CHECKING

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.metrics import method_name, route_template
from jobs.logs import about, trace_ids

if TYPE_CHECKING:  # importing it takes time and memory that a service without traces saves
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span

EXPORT_TIMEOUT_S = 5.0  # a collector is near; what it does not take by then is lost
_HEADER = b"traceparent"


def open_provider(endpoint: str) -> "TracerProvider":
    """Exports spans to a collector, in the background; shut it down to send the last ones.

    Args:
      endpoint: OTLP over HTTP, as in `OTEL_EXPORTER_OTLP_ENDPOINT`. The other variables of
        OpenTelemetry (headers, sampler, resource) are read by its SDK.
    """
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import OTELResourceDetector, Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    traces = f"{endpoint.rstrip('/')}/v1/traces"
    named = Resource.create({"service.name": "aiprod-api"})
    resource = named.merge(OTELResourceDetector().detect())  # a name in the environment wins
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    exporter = OTLPSpanExporter(endpoint=traces, timeout=EXPORT_TIMEOUT_S)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    return provider


class TraceRequests:
    """ASGI middleware: every request is part of a trace, the caller's or a new one.

    The application sees the header `traceparent` as it is to be handed on, whatever came; logs
    name the trace. With a provider, each request is a span.
    """

    def __init__(self, app: ASGIApp, provider: "TracerProvider | None") -> None:
        self._app = app
        self._provider = provider

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = _given(scope)
        if self._provider is None:
            # Whoever works on it decides whether it records: that is what 01 leaves open.
            fresh = f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01"
            await self._answer(given or fresh, scope, receive, send)
            return
        span = _start(self._provider, given, scope)
        try:
            await self._answer(_traceparent(span), scope, receive, _noting(span, send))
        except Exception as error:
            _fail(span, type(error).__name__)
            raise
        finally:
            route = route_template(scope)
            span.update_name(f"{method_name(scope)} {route}")
            span.set_attribute("http.route", route)
            span.end()

    async def _answer(self, traceparent: str, scope: Scope, receive: Receive, send: Send) -> None:
        others = [pair for pair in scope["headers"] if pair[0] != _HEADER]
        # In place: the router writes into this scope which route it took.
        scope["headers"] = [*others, (_HEADER, traceparent.encode())]
        with about(trace=traceparent):
            await self._app(scope, receive, send)


def _given(scope: Scope) -> str | None:
    values = [value.decode("latin-1") for name, value in scope["headers"] if name == _HEADER]
    return values[0] if len(values) == 1 and trace_ids(values[0]) else None


def _start(provider: "TracerProvider", given: str | None, scope: Scope) -> "Span":
    from opentelemetry.trace import SpanKind
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    parent = TraceContextTextMapPropagator().extract({"traceparent": given} if given else {})
    # Neither path nor query: the one has ids, the other has signatures.
    method = method_name(scope)
    return provider.get_tracer("aiprod").start_span(
        method, parent, SpanKind.SERVER, {"http.request.method": method}
    )


def _traceparent(span: "Span") -> str:
    context = span.get_span_context()
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"


def _noting(span: "Span", send: Send) -> Send:
    async def send_noting(message: Message) -> None:
        if message["type"] == "http.response.start":
            span.set_attribute("http.response.status_code", message["status"])
            if message["status"] >= 500:
                _fail(span, str(message["status"]))
        await send(message)

    return send_noting


def _fail(span: "Span", reason: str) -> None:
    from opentelemetry.trace import StatusCode

    # The type, not the message: that may quote what the user wrote.
    span.set_attribute("error.type", reason)
    span.set_status(StatusCode.ERROR)
