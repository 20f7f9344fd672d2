import socket
import threading

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Status

from tests.api.test_tracing import GIVEN, SPAN_ID, TRACE_ID, Collector, attributes
from transforms.tracing import Tracing


def test_a_step_is_a_child_of_the_request_that_asked_for_the_run() -> None:
    with Collector() as collector:
        tracing = Tracing(collector.endpoint)
        with tracing.span("voice", GIVEN, job="job-1", generation=2) as step:
            step.note(status="done")
        tracing.close()

    span = collector.spans["voice"]
    assert (span.trace_id.hex(), span.parent_span_id.hex()) == (TRACE_ID, SPAN_ID)
    assert span.end_time_unix_nano >= span.start_time_unix_nano
    assert span.status.code == Status.STATUS_CODE_UNSET
    assert attributes(span) == {
        "aiprod.job": "job-1",
        "aiprod.generation": 2,
        "aiprod.status": "done",
    }
    assert collector.services == {"aiprod-worker"}


@pytest.mark.parametrize("run_trace", [None, "00-nonsense"], ids=["none", "not a traceparent"])
def test_a_run_that_no_request_asked_for_has_a_trace_too(run_trace: str | None) -> None:
    with Collector() as collector:
        tracing = Tracing(f"{collector.endpoint}/")
        with tracing.span("voice", run_trace):
            pass
        tracing.close()

    assert not collector.spans["voice"].parent_span_id
    assert any(collector.spans["voice"].trace_id)


def test_steps_in_threads_are_beside_each_other() -> None:
    with Collector() as collector:
        tracing = Tracing(collector.endpoint)

        def work(name: str) -> None:
            with tracing.span(name, GIVEN):
                pass

        with tracing.span("script", GIVEN):
            threads = [threading.Thread(target=work, args=(name,)) for name in ("voice", "music")]
            for thread in threads:
                thread.start()
            work("visual")
            for thread in threads:
                thread.join()
        tracing.close()

    parents = {name: span.parent_span_id.hex() for name, span in collector.spans.items()}
    assert parents == dict.fromkeys(("script", "voice", "music", "visual"), SPAN_ID)


def test_a_step_that_failed_says_why_by_a_code() -> None:
    with Collector() as collector:
        tracing = Tracing(collector.endpoint)
        with tracing.span("voice", GIVEN) as step:
            step.fail("tool_failed")
        tracing.close()

    span = collector.spans["voice"]
    assert span.status.code == Status.STATUS_CODE_ERROR
    assert attributes(span)["error.type"] == "tool_failed"


def test_what_a_step_raises_passes_and_is_told_by_its_type_alone() -> None:
    with Collector() as collector:
        tracing = Tracing(collector.endpoint)
        with pytest.raises(ValueError, match="canary"), tracing.span("voice", GIVEN):
            raise ValueError("canary")
        tracing.close()

    span = collector.spans["voice"]
    assert span.status.code == Status.STATUS_CODE_ERROR
    assert attributes(span)["error.type"] == "ValueError"
    assert "canary" not in str(collector.spans)


@pytest.mark.parametrize("error", [None, ValueError("canary")], ids=["done", "failed"])
def test_without_a_collector_a_step_is_done_all_the_same(error: Exception | None) -> None:
    tracing = Tracing(None)
    steps = []

    def work() -> None:
        with tracing.span("voice", GIVEN, job="job-1") as step:
            step.note(status="done")
            step.fail("tool_failed")
            steps.append("voice")
            if error:
                raise error

    if error:
        with pytest.raises(ValueError, match="canary"):
            work()
    else:
        work()
    tracing.close()

    assert steps == ["voice"]


@pytest.mark.parametrize("is_listening", [True, False], ids=["silent", "gone"])
def test_a_collector_that_does_not_answer_does_not_keep_a_worker(is_listening: bool) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        if is_listening:
            silent.listen()
        tracing = Tracing(f"http://127.0.0.1:{silent.getsockname()[1]}")
        with tracing.span("voice", GIVEN):
            pass

        closing = threading.Thread(target=tracing.close)
        closing.start()
        closing.join(timeout=60)

    assert not closing.is_alive()
