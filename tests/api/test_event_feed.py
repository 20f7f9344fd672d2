import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from functools import partial
from typing import Any

from sqlalchemy import event, text

from api.event_feed import KEYS_EVERY_S, EventFeed, Listener
from jobs.elements import Left, Part, PartStatus, Run, Task
from jobs.errors import ErrorCode
from jobs.stages import Stage
from jobs.states import Status
from jobs.submission import Submission
from storage.api_keys import ApiKeys
from storage.catalogue import Catalogue
from storage.database import Database
from storage.event_reading import EventReading, StageStanding
from storage.intake import Intake, Request
from storage.ledger import Ledger
from storage.parts import Parts

WAIT_S = 60.0
Listening = Callable[[str], AbstractAsyncContextManager[Listener]]


def submit(database: Database, job_id: str = "job-1") -> str:
    return (
        Intake(database)
        .submit(
            Request(
                tenant="acme",
                job_id=job_id,
                submission=Submission({"scenes": [{"narration": "One."}]}),
                title=None,
                webhook_url=None,
                idempotency_key=None,
                request_hash="0" * 64,
                trace=None,
            )
        )
        .job_id
    )


def claim(database: Database, job_id: str) -> Run:
    got = Ledger(database, patience_s=0).claim(job_id)
    assert got is not None
    return Run(got.job_id, got.generation, got.token, "media/submission.json")


def plan(database: Database, run: Run, stage: Stage, *units: int) -> list[Task]:
    tasks = [
        Task(run, f"{stage.value}/{n}", stage, len(units), True, "0" * 64, "plan", "label", {})
        for n in range(len(units))
    ]
    Parts(database, patience_s=0).plan(zip(tasks, units, strict=True))
    return tasks


def ended(task: Task, status: PartStatus) -> Part:
    return Part(task.run, task.task_id, task.stage, 1, True, task.key, task.plan, status, 1.0)


@contextlib.contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """The statements that the database is sent."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    yield statements
    event.remove(database.engine, "before_cursor_execute", note)


@contextlib.asynccontextmanager
async def feeding(database: Database) -> AsyncIterator[tuple[EventFeed, Listening]]:
    """A feed, and how somebody with a key that works listens to it."""
    keys = ApiKeys(database)
    feed = EventFeed(EventReading(database), keys)
    key = keys.make("acme", "test", ["jobs:read"])
    yield feed, partial(feed.listening, key_id=key.id)
    await nothing_runs()


async def nothing_runs() -> None:
    """Waits until the feed has stopped looking."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    if others:
        _, pending = await asyncio.wait(others, timeout=WAIT_S)
        assert not pending


def test_the_event_of_a_part_has_who_was_left_as_the_manifest_has_it(database: Database) -> None:
    run = claim(database, submit(database))
    (voice,) = plan(database, run, Stage.VOICE, 1)
    left = Left("elevenlabs", ErrorCode.PROVIDER_ACCESS, "elevenlabs answered 402")

    Parts(database, patience_s=0).note(replace(ended(voice, PartStatus.DONE), left=(left,)))

    told = Catalogue(database).events("acme", run.job_id)[-1]
    assert told.data["left"] == [
        {"provider": "elevenlabs", "code": "provider_access", "why": "elevenlabs answered 402"}
    ]


def test_progress_is_summed_by_stage_of_the_current_run(database: Database) -> None:
    ledger = Ledger(database, patience_s=0)
    run = claim(database, submit(database))
    voices = plan(database, run, Stage.VOICE, 1, 1, 1)
    chunk, _ = plan(database, run, Stage.RENDER, 120, 60)

    Parts(ledger.database, patience_s=0).note(ended(voices[0], PartStatus.DONE))
    Parts(ledger.database, patience_s=0).note(ended(voices[1], PartStatus.CACHED))
    Parts(ledger.database, patience_s=0).note(ended(voices[2], PartStatus.FAILED))
    Parts(ledger.database, patience_s=0).note_progress(chunk, 30)

    found = EventReading(database).standings(["job-1", "job-unknown"])
    assert found.keys() == {"job-1"}
    assert (found["job-1"].status, found["job-1"].generation) == (Status.PLANNING, 1)
    assert found["job-1"].stages == (
        StageStanding("render", 2, 0, 180, 30),
        StageStanding("voice", 3, 2, 3, 2),
    )


def test_a_new_run_starts_without_the_progress_of_the_one_before(database: Database) -> None:
    run = claim(database, submit(database))
    plan(database, run, Stage.VOICE, 1)
    Intake(database).cancel("acme", "job-1")
    Ledger(database, patience_s=0).release(run.job_id, run.token)
    Ledger(database, patience_s=0).claim("job-1")

    Intake(database).retry("acme", "job-1")

    found = EventReading(database).standings(["job-1"])["job-1"]
    assert (found.status, found.generation, found.stages) == (Status.QUEUED, 2, ())


def test_the_first_change_is_how_the_job_stands(database: Database) -> None:
    submit(database)

    async def listen() -> None:
        async with feeding(database) as (_, listening), listening("job-1") as listener:
            first = await listener.next(WAIT_S)
            assert first is not None
            assert (first.status, first.last_event) == (Status.QUEUED, 1)

    asyncio.run(listen())


def test_a_change_is_noticed_and_silence_is_not_a_change(database: Database) -> None:
    submit(database)

    async def listen() -> None:
        async with feeding(database) as (_, listening), listening("job-1") as listener:
            await listener.next(WAIT_S)
            silent = await listener.next(0.6)  # two looks
            await asyncio.to_thread(claim, database, "job-1")
            changed = await listener.next(WAIT_S)
            assert silent is None
            assert changed is not None
            assert changed.status is Status.PLANNING

    asyncio.run(listen())


def test_all_listeners_share_one_look(database: Database) -> None:
    names = [submit(database, f"job-{n}") for n in range(5)]

    async def listen(statements: list[str]) -> int:
        async with feeding(database) as (_, listening), contextlib.AsyncExitStack() as opened:
            listeners = [
                await opened.enter_async_context(listening(names[n % 5])) for n in range(200)
            ]
            found = await asyncio.gather(*(one.next(WAIT_S) for one in listeners))
            count = len(statements)
            assert all(standing is not None for standing in found)
        return count

    with counted(database) as statements:
        count = asyncio.run(listen(statements))

    # One look is two statements; a slow machine may manage several before all were woken.
    assert count < 50


def test_the_database_is_left_alone_when_nobody_listens(database: Database) -> None:
    submit(database)

    async def listen(statements: list[str]) -> tuple[int, int]:
        async with feeding(database) as (_, listening):
            async with listening("job-1") as listener:
                await listener.next(WAIT_S)
            await nothing_runs()
            idle = len(statements)
            async with listening("job-1") as listener:
                again = await listener.next(WAIT_S)
                assert again is not None
        return idle, len(statements)

    with counted(database) as statements:
        idle, later = asyncio.run(listen(statements))

    assert idle >= 2
    assert later > idle


def test_one_who_leaves_does_not_end_the_others(database: Database) -> None:
    submit(database)

    async def listen() -> None:
        async with feeding(database) as (_, listening), listening("job-1") as stays:
            async with listening("job-1") as leaves:
                await leaves.next(WAIT_S)
            await stays.next(WAIT_S)
            await asyncio.to_thread(claim, database, "job-1")
            changed = await stays.next(WAIT_S)
            assert changed is not None
            assert changed.status is Status.PLANNING

    asyncio.run(listen())


def test_listeners_outlast_a_database_that_does_not_answer(database: Database) -> None:
    submit(database)

    def rename(old: str, new: str) -> None:
        with database.begin() as connection:
            connection.execute(text(f"ALTER TABLE {old} RENAME TO {new}"))

    async def listen() -> None:
        rename("parts", "away")
        async with feeding(database) as (_, listening), listening("job-1") as listener:
            during = await listener.next(0.6)
            await asyncio.to_thread(rename, "away", "parts")
            after = await listener.next(WAIT_S)
            assert during is None
            assert after is not None

    asyncio.run(listen())


def test_closing_wakes_every_listener(database: Database) -> None:
    submit(database)

    async def listen() -> None:
        async with feeding(database) as (feed, listening), listening("job-1") as listener:
            await listener.next(WAIT_S)
            feed.close()
            await listener.next(WAIT_S)
            assert feed.is_closing

    started = time.monotonic()
    asyncio.run(listen())

    assert time.monotonic() - started < WAIT_S  # it was woken, not left to its limit


def test_whoever_listens_with_a_key_that_was_revoked_is_told(database: Database) -> None:
    submit(database)
    keys = ApiKeys(database)
    ends, stays = (keys.make("acme", "test", ["jobs:read"]) for _ in range(2))

    async def listen() -> None:
        feed = EventFeed(EventReading(database), keys)
        async with (
            feed.listening("job-1", ends.id) as one,
            feed.listening("job-1", stays.id) as two,
        ):
            await asyncio.gather(one.next(WAIT_S), two.next(WAIT_S))
            await asyncio.to_thread(keys.revoke, "acme", ends.id)
            await one.next(WAIT_S)
            assert one.refused.is_set()
            assert not two.refused.is_set()
        await nothing_runs()

    asyncio.run(listen())


def test_nothing_is_told_while_keys_cannot_be_looked_up(database: Database) -> None:
    submit(database)

    def rename(old: str, new: str) -> None:
        with database.begin() as connection:
            connection.execute(text(f"ALTER TABLE {old} RENAME TO {new}"))

    async def listen() -> None:
        async with feeding(database) as (_, listening), listening("job-1") as listener:
            await listener.next(WAIT_S)
            await asyncio.to_thread(rename, "api_keys", "away")
            await listener.next(KEYS_EVERY_S + 1)  # by now they were to be looked up
            await asyncio.to_thread(claim, database, "job-1")
            during = await listener.next(1)
            await asyncio.to_thread(rename, "away", "api_keys")
            after = await listener.next(WAIT_S)
            assert during is None
            assert after is not None
            assert after.status is Status.PLANNING

    asyncio.run(listen())
