from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Table, insert, select, update

from jobs.elements import Ending, Left, Outcome, Part, PartStatus, Run, Task, Video
from jobs.errors import ErrorCode
from jobs.stages import Stage
from jobs.states import Status
from storage.calls import CallStatus
from storage.database import Database
from storage.intake import Intake
from storage.ledger import Ledger
from storage.outbox import Outbox
from storage.parts import Parts
from storage.statistics import (
    DAY_S,
    MOST_TENANTS,
    Calls,
    Current,
    Rendered,
    Statistics,
    Taken,
    Totals,
    Waiting,
)
from storage.tables import (
    API_KEYS,
    CALLS,
    DEAD_LETTERS,
    JOB_EVENTS,
    JOBS,
    OUTBOX,
    SPENDING,
    WEBHOOK_DELIVERIES,
)

Submit = Callable[..., str]
Claimed = Callable[..., Run]


def write(database: Database, table: Table, *rows: dict[str, Any]) -> None:
    with database.begin() as connection:
        for row in rows:
            connection.execute(insert(table).values(row))


def age(database: Database, table: Table, **seconds: float) -> None:
    """Moves times of all rows so many seconds away from now, negative into the past."""
    with database.begin() as connection:
        values = {column: database.now() + offset for column, offset in seconds.items()}
        connection.execute(update(table).values(values))


def add_key(
    database: Database, key_id: str, rotated_from: str | None = None, **offsets: float | None
) -> None:
    """A key of two months that ends in a day and was used an hour ago, but for these times, which
    are seconds from now."""
    times = {
        "created_at": -60 * DAY_S, "expires_at": DAY_S, "last_used_at": -3600.0, "revoked_at": None,
        **offsets,
    }  # fmt: skip
    with database.begin() as connection:
        now = float(connection.scalar(select(database.now())) or 0.0)
        at = {name: None if offset is None else now + offset for name, offset in times.items()}
        connection.execute(
            insert(API_KEYS).values(
                id=key_id, tenant="acme", name="key", secret_hash="0" * 64, scopes=[],
                rotated_from=rotated_from, **at,
            )
        )  # fmt: skip


def perform(
    ledger: Ledger, run: Run, task_id: str, stage: Stage, status: PartStatus, units: int = 1,
    left: tuple[Left, ...] = (),
) -> None:  # fmt: skip
    """A part of a run that took two seconds."""
    task = Task(run, task_id, stage, 1, True, "0" * 64, "plan", "label", {})
    Parts(ledger.database, patience_s=0).plan([(task, units)])
    Parts(ledger.database, patience_s=0).note(
        Part(run, task_id, stage, 1, True, task.key, task.plan, status, seconds=2.0, left=left)
    )


def deliver(ledger: Ledger, run: Run, frames: int, duration_s: float) -> None:
    for status in (Status.GENERATING, Status.RENDERING):
        ledger.advance(run, status)
    ledger.settle(Outcome(run, Ending.DONE, video=Video("manifest", {}, frames, duration_s)))


def test_an_empty_ledger_counts_nothing(database: Database) -> None:
    assert Statistics(database).current() == Current(
        queues={"service": Waiting(), "render": Waiting()},
        jobs={status.value: 0 for status in Status},
        stuck_jobs=0,
        webhooks={"pending": 0, "delivered": 0, "failed": 0},
        failed_webhook_attempts=0,
        outbox=Waiting(),
        dead_letters=0,
        key_ends_s=None,
    )
    assert Statistics(database).totals() == Totals({}, 0, 0.0, Rendered(0, 0.0, 0.0), {}, {}, {})


def test_jobs_are_counted_by_status_and_those_that_wait_by_queue(
    database: Database, submit: Submit, claimed: Claimed
) -> None:
    claimed()
    submit()
    submit(tenant="other")
    Intake(database).cancel("acme", submit())

    found = Statistics(database).current()

    assert {status: count for status, count in found.jobs.items() if count} == {
        "planning": 1,
        "queued": 2,
        "cancelled": 1,
    }
    assert found.queues["service"].count == 2
    assert found.queues["render"] == Waiting()


def test_the_age_of_a_queue_is_how_long_its_oldest_job_has_waited(
    database: Database, submit: Submit
) -> None:
    submit()
    age(database, JOBS, created_at=-9000, updated_at=-500)
    submit()

    assert 500 <= Statistics(database).current().queues["service"].oldest_s < 560


def test_a_job_that_is_put_off_waits_from_when_it_is_due(
    database: Database, submit: Submit
) -> None:
    submit()
    age(database, JOBS, updated_at=-500, not_before=+100)
    before = Statistics(database).current().queues["service"]
    age(database, JOBS, not_before=-50)
    after = Statistics(database).current().queues["service"]

    assert before == Waiting()
    assert after.count == 1
    assert 50 <= after.oldest_s < 110


def test_a_job_is_stuck_when_its_lease_has_run_out(database: Database, claimed: Claimed) -> None:
    claimed()
    claimed(ledger=Ledger(database, lease_s=-1.0))

    assert Statistics(database).current().stuck_jobs == 1


def test_parts_are_counted_by_stage_and_how_they_ended(
    database: Database, claimed: Claimed
) -> None:
    ledger, run = Ledger(database), claimed()
    for number, status in enumerate([PartStatus.DONE, PartStatus.DONE, PartStatus.FAILED]):
        perform(ledger, run, f"voice/{number}", Stage.VOICE, status)
    perform(ledger, run, "music", Stage.MUSIC, PartStatus.CACHED)
    planned = Task(run, "mix", Stage.MIX, 1, True, "0" * 64, "plan", "label", {})
    Parts(ledger.database, patience_s=0).plan([(planned, 1)])

    parts = Statistics(database).totals().parts
    assert {names: taken for names, taken in parts.items() if taken.count} == {
        ("voice", "done"): Taken(2, 4.0),
        ("voice", "failed"): Taken(1, 2.0),
        ("music", "cached"): Taken(1, 2.0),
    }
    # What has not happened yet is there, so that it is seen to grow when it does.
    assert parts.keys() == {
        (stage, status.value) for stage in ("voice", "music") for status in PartStatus
    }


def test_providers_that_were_left_are_counted_by_what_they_were_left_for(
    database: Database, claimed: Claimed
) -> None:
    ledger, run, another = Ledger(database), claimed(), claimed()
    dear = Left("elevenlabs", ErrorCode.BUDGET_EXCEEDED, 'of a "left" day')
    forbidden = Left("gemini", ErrorCode.RIGHTS_REFUSED, "not for advertising")
    perform(ledger, run, "voice/0", Stage.VOICE, PartStatus.DONE, left=(dear, forbidden))
    perform(ledger, run, "voice/1", Stage.VOICE, PartStatus.FAILED, left=(dear,))
    perform(ledger, run, "music", Stage.MUSIC, PartStatus.DONE)
    perform(ledger, another, "voice/0", Stage.VOICE, PartStatus.CACHED, left=(dear,))

    assert Statistics(database).totals().left == {
        ("elevenlabs", "budget_exceeded"): 3,
        ("gemini", "rights_refused"): 1,
    }


def test_events_that_tell_no_code_are_passed_over(database: Database, submit: Submit) -> None:
    told = {"left": [{"provider": "suno", "why": "its words"}]}
    event = {"job_id": submit(), "number": 9, "generation": 1, "at": 1.0, "kind": "part_done"}
    write(database, JOB_EVENTS, {**event, "data": told})

    assert Statistics(database).totals().left == {}


def test_who_was_left_in_jobs_of_before_yesterday_is_not_counted(
    database: Database, claimed: Claimed
) -> None:
    dear = Left("elevenlabs", ErrorCode.BUDGET_EXCEEDED, "")
    perform(Ledger(database), claimed(), "voice", Stage.VOICE, PartStatus.DONE, left=(dear,))
    age(database, JOBS, created_at=-DAY_S - 60)

    assert Statistics(database).totals().left == {}


def test_what_had_been_rendered_before_does_not_make_rendering_look_fast(
    database: Database, claimed: Claimed
) -> None:
    ledger, run, failed = Ledger(database), claimed(), claimed()
    perform(ledger, run, "render/0", Stage.RENDER, PartStatus.DONE, units=100)
    perform(ledger, run, "render/1", Stage.RENDER, PartStatus.CACHED, units=200)
    perform(ledger, failed, "render/0", Stage.RENDER, PartStatus.DONE, units=400)
    deliver(ledger, run, frames=300, duration_s=12.0)
    ledger.settle(Outcome(failed, Ending.FAILED))

    found = Statistics(database).totals()

    assert (found.videos, found.video_s) == (1, 12.0)
    assert found.rendered == Rendered(frames=100, video_s=4.0, seconds=2.0)


def test_calls_are_counted_by_provider_with_their_cost(database: Database) -> None:
    call = {
        "key": "0" * 64, "job_id": "job-1", "generation": 1, "stage": "voice",
        "provider": "elevenlabs", "status": "paid", "cost_usd": 0.25, "started_at": 1.0,
        "ended_at": 2.0,
    }  # fmt: skip
    write(
        database,
        CALLS,
        {**call, "id": "1"},
        {**call, "id": "2"},
        {**call, "id": "3", "status": "refused", "cost_usd": 0.0},
        {**call, "id": "4", "provider": "suno", "cost_usd": 0.5},
    )

    calls = Statistics(database).totals().calls
    assert {names: made for names, made in calls.items() if made.count} == {
        ("elevenlabs", "paid"): Calls(2, 0.5),
        ("elevenlabs", "refused"): Calls(1, 0.0),
        ("suno", "paid"): Calls(1, 0.5),
    }


def test_what_did_not_happen_to_a_provider_yet_is_counted_as_nothing(database: Database) -> None:
    write(
        database,
        CALLS,
        {
            "id": "1", "key": "0" * 64, "job_id": "job-1", "generation": 1, "stage": "music",
            "provider": "suno", "status": "paid", "cost_usd": 0.5, "started_at": 1.0,
            "ended_at": 2.0,
        },
    )  # fmt: skip

    calls = Statistics(database).totals().calls

    assert set(calls) == {("suno", status.value) for status in CallStatus}
    assert calls["suno", "unknown"] == Calls(0, 0.0)


def test_the_tenants_that_spent_most_today_are_named(database: Database) -> None:
    with database.reading() as connection:
        now_s = float(connection.scalar(select(database.now())) or 0.0)
    today = datetime.fromtimestamp(now_s, UTC).date()
    of_the_day = [
        {"name": f"day:tenant-{number}:{today}", "spent_usd": float(number)}
        for number in range(MOST_TENANTS + 5)
    ]
    others = [
        {"name": "day:tenant-1:2020-01-01", "spent_usd": 100.0},
        {"name": "job:day:job-1", "spent_usd": 100.0},
    ]
    write(database, SPENDING, *of_the_day, *others)

    found = Statistics(database).totals().spent_today_usd

    assert found == {f"tenant-{number}": float(number) for number in range(5, MOST_TENANTS + 5)}


@pytest.mark.parametrize(
    ("changed", "is_told"),
    [
        pytest.param({}, True, id="in use, made to last"),
        pytest.param({"last_used_at": None}, False, id="never used"),
        pytest.param({"last_used_at": -8 * DAY_S}, False, id="no longer used"),
        pytest.param({"revoked_at": -1.0}, False, id="revoked"),
        pytest.param({"created_at": -20 * DAY_S}, False, id="made for three weeks"),
        pytest.param({"expires_at": -1.0}, False, id="over"),
        pytest.param({"expires_at": None}, False, id="without an end"),
    ],
)
def test_the_next_key_to_end_is_one_that_somebody_counts_on(
    database: Database, changed: dict[str, float | None], is_told: bool
) -> None:
    add_key(database, "0" * 16, **changed)

    found = Statistics(database).current().key_ends_s

    assert (found is not None) is is_told
    assert found is None or DAY_S - 60 <= found <= DAY_S


def test_a_key_that_has_a_successor_may_end(database: Database) -> None:
    add_key(database, "0" * 16)
    add_key(database, "1" * 16, rotated_from="0" * 16, expires_at=300 * DAY_S)

    found = Statistics(database).current().key_ends_s

    assert found is not None
    assert found > 299 * DAY_S


def test_attempts_of_webhooks_have_failed_but_for_the_last_one_of_what_was_delivered(
    database: Database,
) -> None:
    delivery = {
        "tenant": "acme", "job_id": "job-1", "generation": 1, "kind": "job.done",
        "url": "https://a.test", "payload": "{}", "log": [], "created_at": 1.0,
    }  # fmt: skip
    write(
        database,
        WEBHOOK_DELIVERIES,
        {**delivery, "id": "msg_1", "status": "delivered", "attempts": 3},
        {**delivery, "id": "msg_2", "status": "failed", "attempts": 10},
        {**delivery, "id": "msg_3", "status": "pending", "attempts": 1},
        {**delivery, "id": "msg_4", "status": "pending", "attempts": 0},
    )

    found = Statistics(database).current()

    assert found.webhooks == {"pending": 2, "delivered": 1, "failed": 1}
    assert found.failed_webhook_attempts == 2 + 10 + 1


def test_rings_wait_in_the_outbox_until_they_are_published(
    database: Database, submit: Submit
) -> None:
    submit()
    submit()
    age(database, OUTBOX, created_at=-70)
    outbox = Outbox(database)

    waiting = Statistics(database).current().outbox
    outbox.done(outbox.take(10, 30))

    assert waiting.count == 2
    assert 70 <= waiting.oldest_s < 130
    assert Statistics(database).current().outbox == Waiting()


def test_a_dead_letter_counts_until_it_is_replayed(database: Database) -> None:
    letter = {
        "stage": "decode", "reason": "not JSON", "message": "{", "attempts": 1,
        "first_at": 1.0, "last_at": 1.0,
    }  # fmt: skip
    write(
        database,
        DEAD_LETTERS,
        {**letter, "id": "a" * 64},
        {**letter, "id": "b" * 64, "attempts": 0, "replayed_at": 2.0},
        {**letter, "id": "c" * 64, "attempts": 1, "replayed_at": 2.0},
    )

    assert Statistics(database).current().dead_letters == 2
