"""Traces of steps and tasks, exported where an OpenTelemetry collector is named."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # importing it takes time and memory that a worker without traces saves
    from opentelemetry import trace
    from opentelemetry.sdk.trace import TracerProvider

EXPORT_TIMEOUT_S = 5.0  # a collector is near; what it does not take by then is lost


class Tracing:
    """Spans of this process. Safe for several threads. Without an endpoint it does nothing.

    Args:
      endpoint: OTLP over HTTP, as in `OTEL_EXPORTER_OTLP_ENDPOINT`. The other variables of
        OpenTelemetry (headers, sampler, resource) are read by its SDK.
    """

    def __init__(self, endpoint: str | None) -> None:
        self._provider = _open_provider(endpoint) if endpoint else None

    @contextmanager
    def span(self, name: str, run_trace: str | None, **attributes: str | int) -> Iterator["Step"]:
        """A span that lasts as long as what is done inside.

        What is raised inside marks it as failed, by its type: a message may quote what users
        wrote.

        Args:
          name: What is done, without ids: the stage.
          run_trace: W3C traceparent of the request that asked for the run; the span is its child.
          attributes: Facts, each exported as `aiprod.<name>`; ids, never texts of users.
        """
        if self._provider is None:
            yield Step(None)
            return
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        carrier = {"traceparent": run_trace} if run_trace else {}
        parent = TraceContextTextMapPropagator().extract(carrier)
        span = self._provider.get_tracer("aiprod").start_span(name, parent)
        step = Step(span)
        step.note(**attributes)
        try:
            yield step
        except BaseException as error:
            step.fail(type(error).__name__)
            raise
        finally:
            span.end()

    def close(self) -> None:
        """Sends the last spans."""
        if self._provider is not None:
            self._provider.shutdown()


class Step:
    """A span that is open."""

    def __init__(self, span: "trace.Span | None") -> None:
        self._span = span

    def note(self, **attributes: str | int) -> None:
        """Adds facts, each as `aiprod.<name>`."""
        if self._span is not None:
            for name, value in attributes.items():
                self._span.set_attribute(f"aiprod.{name}", value)

    def fail(self, code: str) -> None:
        """Marks it as failed, for a reason out of a closed list."""
        if self._span is not None:
            from opentelemetry.trace import StatusCode

            self._span.set_attribute("error.type", code)
            self._span.set_status(StatusCode.ERROR)


def _open_provider(endpoint: str) -> "TracerProvider":
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import OTELResourceDetector, Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    traces = f"{endpoint.rstrip('/')}/v1/traces"
    named = Resource.create({"service.name": "aiprod-worker"})
    resource = named.merge(OTELResourceDetector().detect())  # a name in the environment wins
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    exporter = OTLPSpanExporter(endpoint=traces, timeout=EXPORT_TIMEOUT_S)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    return provider
