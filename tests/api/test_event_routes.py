import contextlib
import itertools
import json
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from api.app import create_app
from jobs.elements import Ending, Run, Task
from jobs.stages import Stage
from jobs.states import Status
from storage.api_keys import SCOPES
from storage.database import Database
from storage.journal import change
from storage.ledger import Ledger
from storage.parts import Parts
from storage.tables import JOBS
from tests.api.service import Service, client_of, listening, services_over

WAIT_S = 60.0
ENDED = {"done", "failed", "cancelled"}


@dataclass(frozen=True)
class Told:
    """An event as it came."""

    number: int | None
    kind: str
    data: dict[str, Any]


def told(lines: Iterator[str]) -> Iterator[Told]:
    """Events of a stream."""
    fields: dict[str, str] = {}
    for line in lines:
        if line:
            name, _, value = line.partition(": ")
            fields[name] = value
        else:
            if "data" in fields:
                number = int(fields["id"]) if "id" in fields else None
                yield Told(number, fields["event"], json.loads(fields["data"]))
            fields = {}


@contextlib.contextmanager
def following(
    client: httpx.Client, job_id: str, after: int | None = None
) -> Iterator[Iterator[Told]]:
    headers = {} if after is None else {"Last-Event-ID": str(after)}
    with client.stream("GET", f"/v1/jobs/{job_id}/events", headers=headers) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield told(answer.iter_lines())


def follow(client: httpx.Client, job_id: str, after: int | None = None) -> list[Told]:
    """All that a stream tells until the service ends it."""
    with following(client, job_id, after) as events:
        return list(events)


def numbered(events: list[Told]) -> list[Told]:
    return [one for one in events if one.number is not None]


def numbers(events: list[Told]) -> list[int | None]:
    return [one.number for one in numbered(events)]


def until(events: Iterator[Told], kind: str) -> list[Told]:
    """Events up to the first of this kind."""
    seen: list[Told] = []
    for one in events:
        seen.append(one)
        if one.kind == kind:
            return seen
    raise AssertionError(f"the stream ended without {kind}: {seen}")


def write(database: Database, job_id: str, count: int, filler: str = "") -> None:
    """Writes events of a job."""
    for number in range(count):
        with database.begin() as connection:
            change(
                database, connection, (JOBS.c.id == job_id,), {},
                "part_done", {"task": f"{threading.get_ident()}/{number}", "filler": filler},
            )  # fmt: skip


def end(service: Service, run: Run) -> None:
    with service.services.database.begin() as connection:
        change(
            service.services.database, connection, (JOBS.c.id == run.job_id,),
            {"status": Status.CANCELLED.value}, Status.CANCELLED.value, {},
        )  # fmt: skip


def test_a_job_that_has_ended_tells_all_and_the_stream_ends(service: Service) -> None:
    job_id = service.submit()
    service.finish(job_id, {"final.mp4": b"video"})

    events = follow(service.client, job_id)

    assert [one.kind for one in events] == [
        "queued", "planning", "generating", "rendering", "done",
    ]  # fmt: skip
    assert numbers(events) == [1, 2, 3, 4, 5]
    assert events[0].data.keys() == {"number", "kind", "at", "generation", "data"}


def test_events_arrive_as_they_happen_and_the_stream_ends_with_the_job(service: Service) -> None:
    job_id = service.submit()

    with following(service.client, job_id) as events:
        first = until(events, "queued")
        run = service.begin(job_id)
        second = until(events, "generating")
        end(service, run)
        rest = list(events)

    assert [one.kind for one in first + second + rest] == [
        "queued", "planning", "generating", "cancelled",
    ]  # fmt: skip


@pytest.mark.parametrize("ending", [Ending.FAILED, Ending.CANCELLED], ids=lambda one: one.value)
def test_a_stream_ends_whichever_way_the_job_does(embedded: Service, ending: Ending) -> None:
    job_id = embedded.submit()
    embedded.end(job_id, ending)

    assert follow(embedded.client, job_id)[-1].kind == ending.value


@pytest.mark.parametrize(
    ("query", "headers", "expected"),
    [
        pytest.param({}, {"Last-Event-ID": "3"}, [4, 5], id="header"),
        pytest.param({"after": "3"}, {}, [4, 5], id="query"),
        pytest.param({"after": "1"}, {"Last-Event-ID": "4"}, [5], id="header later than query"),
        pytest.param({"after": "4"}, {"Last-Event-ID": "1"}, [5], id="query later than header"),
        pytest.param({}, {"Last-Event-ID": "5"}, [], id="all seen"),
        pytest.param({}, {"Last-Event-ID": "99999999999999"}, [], id="beyond"),
        pytest.param({}, {"Last-Event-ID": "rubbish"}, [1, 2, 3, 4, 5], id="not a number"),
    ],
)
def test_a_stream_goes_on_after_what_was_seen(
    service: Service, query: dict[str, str], headers: dict[str, str], expected: list[int]
) -> None:
    job_id = service.submit()
    service.finish(job_id, {"final.mp4": b"video"})

    path = f"/v1/jobs/{job_id}/events"
    with service.client.stream("GET", path, params=query, headers=headers) as answer:
        events = list(told(answer.iter_lines()))

    assert numbers(events) == expected


@pytest.mark.parametrize("seen", ["2", "99999999999999"])
def test_who_has_seen_the_end_is_told_not_to_ask_again(embedded: Service, seen: str) -> None:
    job_id = embedded.submit()
    embedded.services.intake.cancel("acme", job_id)
    path = f"/v1/jobs/{job_id}/events"

    first = embedded.client.get(path)
    resumed = embedded.client.get(path, headers={"Last-Event-ID": seen})
    listed = embedded.client.get(
        path, headers={"Last-Event-ID": seen, "Accept": "application/json"}
    )

    assert (first.status_code, first.text.count("id: ")) == (200, 2)
    assert (resumed.status_code, resumed.content) == (204, b"")
    assert listed.json() == {"events": []}


def test_who_waits_for_a_job_to_go_on_is_not_sent_away(embedded: Service) -> None:
    job_id = embedded.submit()

    with embedded.client.stream(
        "GET", f"/v1/jobs/{job_id}/events", headers={"Last-Event-ID": "7"}
    ) as answer:
        assert answer.status_code == 200


@pytest.mark.parametrize("number", ["2147483647", "2147483648", "9" * 20])
def test_no_number_is_too_large_for_a_list(service: Service, number: str) -> None:
    headers = {"Last-Event-ID": number, "Accept": "application/json"}

    answer = service.client.get(f"/v1/jobs/{service.submit()}/events", headers=headers)

    assert (answer.status_code, answer.json()) == (200, {"events": []})


@pytest.mark.parametrize("how", ["revoked", "expired"])
def test_a_stream_ends_when_its_key_does(service: Service, how: str) -> None:
    keys = service.services.api_keys
    key = keys.make("acme", "test", ["jobs:read"], 3 if how == "expired" else None)
    job_id = service.submit()

    with service.anonymous.stream(
        "GET", f"/v1/jobs/{job_id}/events", headers={"X-API-Key": key.secret}
    ) as answer:
        lines = answer.iter_lines()
        first = next(line for line in lines if line.startswith("event"))
        if how == "revoked":
            keys.revoke("acme", key.id)
        # A stream that goes on would say so after a while.
        rest = list(itertools.takewhile(lambda line: not line.startswith(":"), lines))

    assert first == "event: queued"
    assert "event: planning" not in rest
    assert answer.is_closed


def test_nothing_is_missed_or_repeated_while_several_write_and_the_reader_reconnects(
    service: Service,
) -> None:
    job_id = service.submit()
    run = service.begin(job_id)
    seen: list[Told] = []
    connections = 0

    with ThreadPoolExecutor(4) as pool:
        writers = [pool.submit(write, service.services.database, job_id, 40) for _ in range(4)]
        while len(numbered(seen)) < 163 - 1:
            connections += 1
            with following(service.client, job_id, len(numbered(seen))) as events:
                for one in events:
                    seen.append(one)
                    if one.number is not None and one.number % 7 == 0:
                        break
                    if one.number == 163:
                        break
        for writer in writers:
            writer.result()
    end(service, run)
    seen += follow(service.client, job_id, len(numbered(seen)))

    assert connections > 20
    assert numbers(seen) == list(range(1, 165))
    assert seen[-1].kind == "cancelled"


def test_a_long_history_is_told_whole(embedded: Service) -> None:
    job_id = embedded.submit()
    run = embedded.begin(job_id)
    write(embedded.services.database, job_id, 520)
    end(embedded, run)

    assert numbers(follow(embedded.client, job_id)) == list(range(1, 525))


def test_progress_is_told_whenever_it_changed_and_has_no_number(service: Service) -> None:
    ledger = Ledger(service.services.database, patience_s=0)
    job_id = service.submit()
    run = service.begin(job_id)
    task = Task(run, "render/0", Stage.RENDER, 1, True, "0" * 64, "plan", "label", {})
    Parts(ledger.database, patience_s=0).plan([(task, 120)])
    shown: list[Any] = []

    with following(service.client, job_id) as events:
        for units in (30, 90, 120):
            shown.append(until(events, "progress")[-1])
            Parts(ledger.database, patience_s=0).note_progress(task, units)
        shown.append(until(events, "progress")[-1])
        end(service, run)
        rest = list(events)

    stages = [one.data["stages"]["render"] for one in shown]
    assert [one.number for one in shown] == [None] * 4
    assert [stage["units_done"] for stage in stages] == [0, 30, 90, 120]
    assert stages[0] == {"parts": 1, "parts_done": 0, "units": 120, "units_done": 0}
    assert [one.kind for one in rest] == ["cancelled"]


def test_the_event_that_ends_the_job_is_the_last_one(service: Service) -> None:
    ledger = Ledger(service.services.database, patience_s=0)
    job_id = service.submit()
    run = service.begin(job_id)
    task = Task(run, "render/0", Stage.RENDER, 1, True, "0" * 64, "plan", "label", {})
    Parts(ledger.database, patience_s=0).plan([(task, 120)])
    end(service, run)

    events = follow(service.client, job_id)

    assert "progress" in [one.kind for one in events]
    assert events[-1].kind in ENDED


def test_a_silent_stream_is_kept_alive_by_comments(embedded: Service) -> None:
    job_id = embedded.submit()

    with embedded.client.stream("GET", f"/v1/jobs/{job_id}/events") as answer:
        comment = next(line for line in answer.iter_lines() if line.startswith(":"))

    assert comment == ": nothing new"


def test_who_asks_for_json_gets_a_list(service: Service) -> None:
    job_id = service.submit()
    service.begin(job_id)

    answer = service.client.get(
        f"/v1/jobs/{job_id}/events", params={"after": 1}, headers={"Accept": "application/json"}
    )

    events = answer.json()["events"]
    assert answer.headers["content-type"] == "application/json"
    assert [(one["number"], one["kind"]) for one in events] == [(2, "planning"), (3, "generating")]


@pytest.mark.parametrize("accept", ["text/event-stream", "application/json"])
def test_the_events_of_others_are_as_unknown_as_none(embedded: Service, accept: str) -> None:
    job_id = embedded.submit()
    headers = {"Accept": accept}

    foreign = embedded.stranger.get(f"/v1/jobs/{job_id}/events", headers=headers)
    unknown = embedded.stranger.get("/v1/jobs/job-unknown/events", headers=headers)

    assert (foreign.status_code, unknown.status_code) == (404, 404)
    assert {**foreign.json(), "instance": None} == {**unknown.json(), "instance": None}


def test_events_need_a_key_that_may_read(embedded: Service) -> None:
    path = f"/v1/jobs/{embedded.submit()}/events"

    assert embedded.anonymous.get(path).status_code == 401
    assert embedded.client_with("jobs:write").get(path).status_code == 403


def test_streams_end_when_the_service_does(database: Database, tmp_path: Path) -> None:
    services, _ = services_over(database, tmp_path / "data")
    app = create_app(services)

    with listening(app) as url, client_of(services, url, "acme", SCOPES) as client:
        job_id = client.post("/v1/jobs", json={"scenes": [{"narration": "One."}]}).json()["id"]
        with following(client, job_id) as events:
            until(events, "queued")
            app.state.feed.close()
            rest = list(events)

    assert rest == []


def test_a_client_that_does_not_read_delays_nobody_and_misses_nothing(embedded: Service) -> None:
    job_id = embedded.submit()
    run = embedded.begin(job_id)
    host = urlsplit(embedded.url)
    key = embedded.client.headers["Authorization"]
    ask = f"GET /v1/jobs/{job_id}/events HTTP/1.1\r\nHost: x\r\nAuthorization: {key}\r\n\r\n"

    with socket.create_connection((str(host.hostname), host.port or 0), timeout=WAIT_S) as slow:
        slow.sendall(ask.encode())
        slow.recv(1)
        # Far more than the buffers of two sockets hold.
        write(embedded.services.database, job_id, 100, filler="x" * 200_000)
        end(embedded, run)
        quick = follow(embedded.client, job_id)
        with slow.makefile("rb") as file:
            lines = (line.decode().rstrip("\r\n") for line in file)
            late = [int(line[4:]) for line in lines if line.startswith("id: ")]

    assert numbers(quick) == list(range(1, 105))
    assert late == list(range(1, 105))
