import asyncio
import contextlib
import logging
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from anyio import CancelScope
from sqlalchemy import text
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.answer_limit import AnswerLimit
from storage.database import Database, open_database
from tests.api.service import WAIT_S, Service, running

LIMIT_S = 0.5
THREADS = 3


@pytest.fixture
def hurried(database: Database, tmp_path: Path) -> Iterator[Service]:
    """A service whose clients wait for half a second."""
    with running(
        database,
        tmp_path / "data",
        lambda settings: replace(settings, answer_timeout_s=LIMIT_S, pool_size=THREADS),
    ) as found:
        found.submit()  # notes the use of the key and takes tokens of the limits: these are there
        yield found


@contextlib.contextmanager
def hanging(database: Database) -> Iterator[None]:
    """The database takes no jobs meanwhile, and says nothing about it."""
    with (
        contextlib.closing(open_database(database.engine.url)) as other,
        other.begin() as connection,  # on SQLite, nobody else writes until it ends
    ):
        if not other.is_sqlite:
            connection.execute(text("LOCK TABLE jobs IN ACCESS EXCLUSIVE MODE"))
        yield


def submit(service: Service, number: int = 0) -> Any:
    return service.client.post("/v1/jobs", json={"prompt": f"Number {number}."})


def test_a_database_that_hangs_is_told_of_in_time(hurried: Service, database: Database) -> None:
    with hanging(database):
        answer = submit(hurried)

    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "timeout"
    assert int(answer.headers["retry-after"]) >= 1
    assert answer.headers["x-content-type-options"] == "nosniff"


def queued(service: Service, count: int) -> int:
    """How many jobs there are, as soon as there are so many."""
    deadline = time.monotonic() + WAIT_S
    while time.monotonic() < deadline:
        if len(jobs := service.client.get("/v1/jobs").json()["jobs"]) >= count:
            return len(jobs)
    raise AssertionError(f"no {count} jobs")


def test_what_a_thread_does_is_done_all_the_same(hurried: Service, database: Database) -> None:
    with hanging(database):
        answer = submit(hurried)

    assert answer.status_code == 503
    assert queued(hurried, 2) == 2


def test_a_service_whose_threads_all_hang_still_answers(
    hurried: Service, database: Database
) -> None:
    with hanging(database), ThreadPoolExecutor(3 * THREADS) as pool:
        submitted = list(pool.map(lambda number: submit(hurried, number), range(3 * THREADS)))
        alive = hurried.anonymous.get("/health")
        listed = hurried.client.get("/v1/jobs")

    assert {answer.status_code for answer in submitted} == {503}
    assert alive.status_code == 200
    assert listed.status_code == 503
    # What waited for a thread is not done when nobody waits for it any more.
    assert queued(hurried, 1 + THREADS) == 1 + THREADS
    assert submit(hurried).status_code == 202
    assert queued(hurried, 2 + THREADS) == 2 + THREADS


class Exchange:
    """A request to an application, and what it answered."""

    def __init__(self, app: ASGIApp, path: str = "/") -> None:
        self.sent: list[Message] = []
        limited = AnswerLimit(app, limit_s=0.05, unlimited=frozenset({"/upload"}))
        scope: Scope = {"type": "http", "path": path}
        self.task = asyncio.ensure_future(limited(scope, self._receive, self._send))

    async def goes_on(self) -> bool:
        """Whether it is not over long after the limit."""
        return not (await asyncio.wait({self.task}, timeout=0.5))[0]

    @property
    def statuses(self) -> list[int]:
        return [one["status"] for one in self.sent if one["type"] == "http.response.start"]

    @property
    def body(self) -> bytes:
        return b"".join(one.get("body", b"") for one in self.sent)

    async def _receive(self) -> Message:
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        self.sent.append(message)


def waiting_app(
    gate: asyncio.Event, *, begins: bool = False, fails: bool = False, holds: bool = False
) -> ASGIApp:
    """Answers when the gate opens.

    Args:
      holds: Like a thread, it cannot be interrupted.
    """

    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        start: Message = {"type": "http.response.start", "status": 200, "headers": []}
        if begins:
            await send(start)
        with CancelScope(shield=holds):
            await gate.wait()
        if fails:
            raise ZeroDivisionError("nobody foresaw it")
        if not begins:
            await send(start)
        await send({"type": "http.response.body", "body": b"late"})

    return app


@pytest.mark.parametrize(
    ("begins", "path"),
    [pytest.param(True, "/", id="begun"), pytest.param(False, "/upload", id="an upload")],
)
def test_what_has_begun_and_uploads_may_take_long(begins: bool, path: str) -> None:
    async def go() -> Exchange:
        gate = asyncio.Event()
        exchange = Exchange(waiting_app(gate, begins=begins), path)
        assert await exchange.goes_on()
        gate.set()
        await exchange.task
        return exchange

    exchange = asyncio.run(go())

    assert (exchange.statuses, exchange.body) == ([200], b"late")


@pytest.mark.parametrize("fails", [False, True])
def test_an_answer_that_comes_late_is_thrown_away(
    caplog: pytest.LogCaptureFixture, fails: bool
) -> None:
    async def go() -> Exchange:
        gate = asyncio.Event()
        app = waiting_app(gate, fails=fails, holds=True)
        exchange = Exchange(app)
        await exchange.task
        others = asyncio.all_tasks() - {asyncio.current_task()}
        gate.set()
        await asyncio.wait(others)
        return exchange

    with caplog.at_level(logging.ERROR):
        exchange = asyncio.run(go())

    assert exchange.statuses == [503]
    assert b"late" not in exchange.body
    assert ("nobody foresaw it" in caplog.text) is fails


def test_a_failure_in_time_is_no_matter_of_time() -> None:
    async def go() -> None:
        gate = asyncio.Event()
        gate.set()
        await Exchange(waiting_app(gate, fails=True)).task

    with pytest.raises(ZeroDivisionError):
        asyncio.run(go())
