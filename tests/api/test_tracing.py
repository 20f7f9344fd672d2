import contextlib
import http.server
import io
import json
import logging
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, HTTPException, Request
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from opentelemetry.proto.trace.v1.trace_pb2 import Status as SpanStatus
from opentelemetry.sdk.trace import TracerProvider

from api.tracing import TraceRequests, open_provider
from jobs.logs import configure, trace_ids
from tests.api.service import WAIT_S, listening
from transforms.tracing import Tracing

TRACE_ID, SPAN_ID = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
GIVEN = f"00-{TRACE_ID}-{SPAN_ID}-01"


class Collector:
    """Receives spans on a socket, as an OpenTelemetry collector does; use it with `with`."""

    def __init__(self) -> None:
        self.spans: dict[str, Span] = {}  # by name
        self.services: set[str] = set()
        collector = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.path == "/v1/traces":
                    collector.take(ExportTraceServiceRequest.FromString(body))
                self.send_response(200 if self.path == "/v1/traces" else 404)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_args: Any) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever)

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def take(self, request: ExportTraceServiceRequest) -> None:
        for resource in request.resource_spans:
            self.services |= {
                one.value.string_value
                for one in resource.resource.attributes
                if one.key == "service.name"
            }
            for scope in resource.scope_spans:
                self.spans.update({span.name: span for span in scope.spans})

    def __enter__(self) -> "Collector":
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """Where this test logs to; how the process logged before comes back afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers.clear()  # so that they are not closed
    yield io.StringIO()
    root.handlers[:] = handlers
    root.setLevel(level)


def attributes(span: Span) -> dict[str, Any]:
    return {one.key: one.value.string_value or one.value.int_value for one in span.attributes}


def application(provider: TracerProvider | None) -> FastAPI:
    """Tells which `traceparent` it has seen, or fails."""
    app = FastAPI()

    @app.get("/seen/{number}")
    def seen(request: Request) -> list[str]:
        logging.getLogger("studio").warning("asked")
        return request.headers.getlist("traceparent")

    @app.get("/failing/{number}")
    def failing(number: str) -> None:
        raise RuntimeError(f"canary {number}")

    @app.get("/refusing/{number}")
    def refusing() -> None:
        raise HTTPException(409)

    app.add_middleware(TraceRequests, provider=provider)
    return app


@contextlib.contextmanager
def traced(collector: Collector) -> Iterator[str]:
    """Address of an application whose spans have all arrived when it ends."""
    provider = open_provider(collector.endpoint)
    with listening(application(provider)) as url:
        yield url
    provider.shutdown()


def seen(url: str, *given: str) -> str:
    headers = [("traceparent", one) for one in given]
    (traceparent,) = httpx.get(f"{url}/seen/1", headers=headers, timeout=WAIT_S).json()
    assert isinstance(traceparent, str)
    return traceparent


@pytest.fixture(scope="module")
def untraced() -> Iterator[str]:
    with listening(application(None)) as url:
        yield url


def test_without_a_collector_the_trace_of_the_caller_is_handed_on(untraced: str) -> None:
    assert seen(untraced, GIVEN) == GIVEN


@pytest.mark.parametrize(
    "given",
    [
        pytest.param([], id="none"),
        pytest.param(["00-1234"], id="not a traceparent"),
        pytest.param([GIVEN.replace("-01", "-01-more")], id="longer than its version allows"),
        pytest.param([GIVEN, GIVEN.replace("4", "5")], id="two"),
        pytest.param([f"00-{'0' * 32}-{SPAN_ID}-01"], id="zero"),
    ],
)
def test_without_a_collector_every_request_is_in_a_trace(untraced: str, given: list[str]) -> None:
    first, second = trace_ids(seen(untraced, *given)), trace_ids(seen(untraced, *given))

    assert first is not None
    assert second is not None
    assert len({first, second, (TRACE_ID, SPAN_ID)}) == 3


def test_without_a_collector_nothing_of_opentelemetry_is_loaded() -> None:
    program = (
        "import sys, api.tracing, transforms.tracing as t\n"
        "with t.Tracing(None).span('voice', None, job='1') as step: step.fail('x')\n"
        "print([name for name in sys.modules if name.startswith('opentelemetry.sdk')])"
    )

    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program],
        capture_output=True, check=True, text=True, timeout=60,
    )  # fmt: skip

    assert done.stdout == "[]\n"


def test_a_request_is_a_span_in_the_trace_of_its_caller() -> None:
    with Collector() as collector, traced(collector) as url:
        handed_on = seen(url, GIVEN)

    span = collector.spans["GET /seen/{number}"]
    assert (span.trace_id.hex(), span.parent_span_id.hex()) == (TRACE_ID, SPAN_ID)
    assert handed_on == f"00-{TRACE_ID}-{span.span_id.hex()}-01"
    assert span.kind == Span.SPAN_KIND_SERVER
    assert attributes(span) == {
        "http.request.method": "GET",
        "http.route": "/seen/{number}",
        "http.response.status_code": 200,
    }
    assert collector.services == {"aiprod-api"}


def test_a_request_without_a_trace_begins_one() -> None:
    with Collector() as collector, traced(collector) as url:
        handed_on = seen(url)

    span = collector.spans["GET /seen/{number}"]
    assert (span.trace_id.hex(), span.span_id.hex()) == trace_ids(handed_on)
    assert not span.parent_span_id


def test_what_the_caller_does_not_record_is_not_recorded() -> None:
    with Collector() as collector, traced(collector) as url:
        handed_on = seen(url, f"00-{TRACE_ID}-{SPAN_ID}-00")

    assert collector.spans == {}
    assert handed_on.startswith(f"00-{TRACE_ID}-")
    assert handed_on.endswith("-00")


def test_an_error_of_ours_marks_the_span_and_a_refusal_does_not() -> None:
    with Collector() as collector, traced(collector) as url:
        httpx.get(f"{url}/failing/1?token=canary", timeout=WAIT_S)
        httpx.get(f"{url}/refusing/1", timeout=WAIT_S)
        httpx.request("BREW", f"{url}/seen/canary", timeout=WAIT_S)

    failed = collector.spans["GET /failing/{number}"]
    refused = collector.spans["GET /refusing/{number}"]
    assert failed.status.code == SpanStatus.STATUS_CODE_ERROR
    assert attributes(failed)["error.type"] == "RuntimeError"
    assert refused.status.code == SpanStatus.STATUS_CODE_UNSET
    assert attributes(refused)["http.response.status_code"] == 409
    assert "canary" not in str(collector.spans)


def test_records_of_a_request_name_its_trace(written: io.StringIO) -> None:
    configure("WARNING", as_json=True, stream=written)

    with Collector() as collector, traced(collector) as url:
        seen(url, GIVEN)

    records = [json.loads(line) for line in written.getvalue().splitlines()]
    assert [one["trace"] for one in records if one["message"] == "asked"] == [TRACE_ID]


def test_the_steps_of_a_worker_are_children_of_the_request() -> None:
    with Collector() as collector:
        with traced(collector) as url:
            stored = seen(url, GIVEN)  # as it is stored with the job
        worker = Tracing(collector.endpoint)
        with worker.span("voice", stored):
            pass
        worker.close()

    request, voice = collector.spans["GET /seen/{number}"], collector.spans["voice"]
    assert voice.parent_span_id == request.span_id
    assert voice.trace_id == request.trace_id
    assert collector.services == {"aiprod-api", "aiprod-worker"}
