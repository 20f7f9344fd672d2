import io
import json
import logging
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from jobs.logs import about, configure, trace_ids

TRACE_ID, SPAN_ID = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
TRACEPARENT = f"00-{TRACE_ID}-{SPAN_ID}-01"
KEY = "aip_00c1d2e3f4a5b6c7_" + "Zk3" * 14 + "x"
TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJlbWFpbCI6ImEifQ.c2lnbmF0dXJl"  # noqa: S105 - made up
LOG = logging.getLogger("studio")


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """Where this test logs to; how the process logged before comes back afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers.clear()  # so that they are not closed
    yield io.StringIO()
    root.handlers[:] = handlers
    root.setLevel(level)


def only_record(written: io.StringIO) -> dict[str, Any]:
    (line,) = written.getvalue().splitlines()
    record: dict[str, Any] = json.loads(line)
    return record


def test_a_record_is_one_line_with_the_fields_of_cloud_logging(written: io.StringIO) -> None:
    configure("INFO", as_json=True, stream=written)

    LOG.warning("took %d\nlines", 2)

    record = only_record(written)
    assert record.pop("time").endswith("+00:00")
    assert record == {"severity": "WARNING", "logger": "studio", "message": "took 2\nlines"}


def test_a_record_says_what_it_is_about(written: io.StringIO) -> None:
    configure("INFO", as_json=True, project="tides", stream=written)

    with about(job="job-1", run="job-1.1.2", trace=TRACEPARENT), about(stage="voice"):
        LOG.info("spoken")

    record = only_record(written)
    assert {name: record[name] for name in ("job", "run", "stage", "trace")} == {
        "job": "job-1",
        "run": "job-1.1.2",
        "stage": "voice",
        "trace": TRACE_ID,
    }
    assert record["logging.googleapis.com/trace"] == f"projects/tides/traces/{TRACE_ID}"
    assert record["logging.googleapis.com/spanId"] == SPAN_ID


def test_what_follows_is_not_about_it_any_more(written: io.StringIO) -> None:
    configure("INFO", as_json=True, stream=written)

    with about(job="job-1"), about(stage="voice"):
        pass
    LOG.info("idle")

    assert not {"job", "stage"} & only_record(written).keys()


def test_other_threads_are_about_something_else(written: io.StringIO) -> None:
    configure("INFO", as_json=True, stream=written)

    with about(job="job-1"):
        thread = threading.Thread(target=LOG.info, args=("aside",))
        thread.start()
        thread.join()

    assert "job" not in only_record(written)


def test_what_is_no_traceparent_is_left_out(written: io.StringIO) -> None:
    configure("INFO", as_json=True, project="tides", stream=written)

    with about(trace="00-nonsense"):
        LOG.info("spoken")

    assert only_record(written).keys() == {"severity", "time", "logger", "message"}


def test_an_exception_is_told_as_text(written: io.StringIO) -> None:
    configure("INFO", as_json=True, stream=written)

    try:
        raise ValueError("no frames")
    except ValueError:
        LOG.exception("stopped")

    told = only_record(written)["exception"]
    assert told.startswith("Traceback (most recent call last):\n")
    assert told.endswith("\nValueError: no frames")


def test_lines_for_people_begin_with_level_and_logger(written: io.StringIO) -> None:
    configure("INFO", as_json=False, stream=written)

    LOG.info("rang for %d jobs", 3)
    LOG.debug("not shown")

    assert written.getvalue() == "INFO studio: rang for 3 jobs\n"


def test_a_message_cannot_pass_for_a_record_of_its_own(written: io.StringIO) -> None:
    configure("INFO", as_json=False, stream=written)

    LOG.info("%s", "harmless\nERROR ledger: gone\r\x1b[31m")

    assert written.getvalue() == (
        "INFO studio: harmless\n  ERROR ledger: gone\\x0d\\x1b[31m\n"
    )  # fmt: skip


@pytest.mark.parametrize("as_json", [True, False], ids=["json", "text"])
@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("with Bearer abcdef1234567890", "with Bearer ***", id="bearer"),
        pytest.param("Authorization: Basic dXM6cHc=, 2", "Authorization: ***, 2", id="header"),
        pytest.param(
            "[(b'xi-api-key', b'51af'), (b'a', b'b')]", "[(b'xi-api-key', b'***'), (b'a', b'b')]",
            id="header of a provider",
        ),
        pytest.param(f"key {KEY} used", "key aip_*** used", id="key of ours"),
        pytest.param("whsec_C2FVsBQIhrscChlQIMV+b5sSY/==", "whsec_***", id="webhook secret"),
        pytest.param(f"push {TOKEN}.", "push ***.", id="identity token"),
        pytest.param("AIza" + "Sy0" * 11 + "ab", "***", id="Google key"),
        pytest.param(
            "HTTP Request: PUT https://a.test/b/c.mp4?X-Goog-Signature=0f&x=1 \"200 OK\"",
            "HTTP Request: PUT https://a.test/b/c.mp4?*** \"200 OK\"",
            id="signed url",
        ),
        pytest.param("GET /v1/f.mp4?until=1&mac=ab", "GET /v1/f.mp4?***", id="signed link"),
        pytest.param(
            "postgresql+psycopg://ann:p@s:s@db:5432/jobs", "postgresql+psycopg://***@db:5432/jobs",
            id="password in url",
        ),
        pytest.param("is hunter22/é known", "is *** known", id="known"),
        pytest.param("/a/hunter22%2F%C3%A9/b", "/a/***/b", id="known, quoted"),
        pytest.param(
            "why? a=b; basic vocabulary, bearer authentication",
            "why? a=b; basic vocabulary, bearer authentication", id="ordinary text",
        ),
    ],
)  # fmt: skip
def test_secrets_are_hidden(written: io.StringIO, text: str, shown: str, as_json: bool) -> None:
    configure("INFO", as_json, secrets=["hunter22/é", ""], stream=written)

    LOG.info("%s", text)

    got = only_record(written)["message"] if as_json else written.getvalue()
    assert got == (shown if as_json else f"INFO studio: {shown}\n")


@pytest.mark.parametrize("as_json", [True, False], ids=["json", "text"])
def test_no_way_of_logging_shows_a_secret(written: io.StringIO, as_json: bool) -> None:
    secret = "ca\"na\\r'y-7f3"  # noqa: S105 - made up
    configure("DEBUG", as_json, secrets=[secret], stream=written)

    LOG.info(secret)
    LOG.info("given %s", secret)
    LOG.info("given %(key)s", {"key": secret})
    LOG.info("two %s %s", secret)  # noqa: PLE1206 - the mistake is what is tested
    LOG.info("headers %s", {"key": [secret]})
    LOG.info("sent %s", json.dumps(secret))
    LOG.info("here", stack_info=True, extra={"key": secret})
    try:
        raise RuntimeError(secret) from OSError(f"at {secret}")
    except RuntimeError:
        LOG.exception("stopped")

    assert len(written.getvalue().splitlines()) >= 8
    assert not [part for part in ("y-7f3", 'ca"na', 'ca\\"na') if part in written.getvalue()]


def test_arguments_that_do_not_fit_are_reported_without_being_shown(written: io.StringIO) -> None:
    configure("INFO", as_json=True, stream=written)

    LOG.info("rang for %d jobs", "many")

    assert only_record(written)["message"] == "rang for %d jobs (its arguments do not fit)"


def test_a_long_hostile_text_is_searched_to_its_end(written: io.StringIO) -> None:
    configure("INFO", as_json=True, stream=written)
    text = "://" * 20_000 + "?a" * 20_000 + "eyJ." * 20_000

    LOG.info("%s", text + " Bearer abcdef1234567890")

    assert only_record(written)["message"].endswith(" Bearer ***")


def test_a_process_logs_to_its_standard_error() -> None:
    program = (
        "import logging; from jobs.logs import configure; configure('INFO', True);"
        "logging.getLogger('a').info('\\ud800 lone'); logging.getLogger('a').info('é')"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, timeout=60
    )

    told = [json.loads(line)["message"] for line in done.stderr.splitlines()]
    assert (told, done.stdout) == (["\ud800 lone", "é"], b"")


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        pytest.param(TRACEPARENT, (TRACE_ID, SPAN_ID), id="sampled"),
        pytest.param(f"00-{TRACE_ID}-{SPAN_ID}-00", (TRACE_ID, SPAN_ID), id="not sampled"),
        pytest.param(f"ff-{TRACE_ID}-{SPAN_ID}-01", None, id="forbidden version"),
        pytest.param(f"00-{'0' * 32}-{SPAN_ID}-01", None, id="no trace"),
        pytest.param(f"00-{TRACE_ID}-{'0' * 16}-01", None, id="no span"),
        pytest.param(TRACEPARENT.upper(), None, id="upper case"),
        pytest.param(f"{TRACEPARENT}\n", None, id="line end"),
        pytest.param("", None, id="empty"),
    ],
)
def test_ids_are_read_from_a_traceparent(text: str, ids: tuple[str, str] | None) -> None:
    assert trace_ids(text) == ids
