from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from subprocess import PIPE

import pytest
from sqlalchemy import event, select, text, update

from jobs.errors import LedgerUnavailable
from storage.database import Database
from storage.rate_limits import RateLimits
from storage.tables import RATE_BUCKETS
from tests.warm import Process, module

SLOW = 1e-6  # tokens per second: none grow while a test runs


def clock_of(database: Database) -> float:
    with database.reading() as connection:
        return float(connection.scalar(select(database.now())) or 0.0)


def age(database: Database, seconds: float) -> None:
    """As if the buckets had last been filled so many seconds earlier."""
    with database.begin() as connection:
        connection.execute(
            update(RATE_BUCKETS).values(filled_at=RATE_BUCKETS.c.filled_at - seconds)
        )


@contextmanager
def counting(database: Database) -> Iterator[list[str]]:
    """The statements that ask for tokens."""
    statements: list[str] = []

    def note(*given: object) -> None:
        if "rate_buckets" in str(given[2]):
            statements.append(str(given[2]))

    event.listen(database.engine, "before_cursor_execute", note)
    yield statements
    event.remove(database.engine, "before_cursor_execute", note)


def test_a_bucket_is_full_at_first(database: Database) -> None:
    limits = RateLimits(database)

    waits = [limits.take("a", 1.0, SLOW, 3.0) for _ in range(4)]

    assert waits[:3] == [0.0, 0.0, 0.0]
    assert waits[3] == pytest.approx(1 / SLOW, rel=0.01)


def test_a_bucket_grows_with_the_clock_of_the_database_up_to_its_burst(database: Database) -> None:
    limits = RateLimits(database)
    limits.take("a", 10.0, 0.01, 10.0)

    age(database, 250)
    after_a_while = [limits.take("a", 1.0, 0.01, 10.0) for _ in range(3)]
    age(database, 100_000)
    after_long = [limits.take("a", 1.0, 0.01, 10.0) for _ in range(11)]

    assert [wait == 0.0 for wait in after_a_while] == [True, True, False]
    assert 0 < after_a_while[2] <= 50
    assert [wait == 0.0 for wait in after_long] == 10 * [True] + [False]


def test_who_waits_as_told_gets_a_token(database: Database) -> None:
    limits = RateLimits(database)
    limits.take("a", 5.0, 0.01, 5.0)

    wait_s = limits.take("a", 2.0, 0.01, 5.0)
    age(database, wait_s)

    assert limits.take("a", 2.0, 0.01, 5.0) == 0.0


def test_a_clock_that_goes_back_takes_nothing_away(database: Database) -> None:
    limits = RateLimits(database)
    limits.take("a", 1.0, 1.0, 3.0)

    age(database, -3600)

    assert [limits.take("a", 1.0, 1.0, 3.0) == 0.0 for _ in range(3)] == [True, True, False]


def test_buckets_do_not_share_tokens(database: Database) -> None:
    limits = RateLimits(database)
    limits.take("a", 1.0, SLOW, 1.0)

    assert limits.take("b", 1.0, SLOW, 1.0) == 0.0


def test_a_refusal_costs_nothing(database: Database) -> None:
    limits = RateLimits(database)
    limits.take("a", 2.0, SLOW, 3.0)

    refused = limits.take("a", 2.0, SLOW, 3.0)

    assert refused > 0
    assert limits.take("a", 1.0, SLOW, 3.0) == 0.0


@pytest.mark.parametrize("how", ["take", "spend"])
def test_two_processes_of_many_threads_never_take_more_than_allowed(
    database: Database, how: str
) -> None:
    url = database.engine.url.render_as_string(hide_password=False)
    per_minute = 480  # eight a second; 1,000 tries
    processes = [
        Process(
            module("tests.storage.takers"), url, how, str(per_minute),
            stdin=PIPE, stdout=PIPE, text=True,
        )
        for _ in range(2)
    ]  # fmt: skip
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    started = clock_of(database)

    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    outputs = [process.communicate(timeout=60)[0] for process in processes]

    took = sum(int(output) for output in outputs)
    allowed = per_minute + per_minute / 60 * (clock_of(database) - started)
    assert per_minute - 2 <= took <= allowed + 0.01  # the clock of SQLite counts milliseconds


def test_threads_of_one_process_spend_exactly_what_there_is(database: Database) -> None:
    limits = RateLimits(database)
    with database.begin() as connection:
        connection.execute(
            RATE_BUCKETS.insert().values(name="a", tokens=100.0, filled_at=database.now() + 3600)
        )

    with ThreadPoolExecutor(16) as pool:
        waits = list(pool.map(lambda _number: limits.spend("a", 6000), range(400)))

    assert waits.count(0.0) == 100


def test_a_process_asks_for_a_quarter_of_a_second_at_once(database: Database) -> None:
    limits = RateLimits(database)

    with counting(database) as statements:
        waits = [limits.spend("a", 6000) for _ in range(100)]  # 100 a second

    assert waits == 100 * [0.0]
    assert len(statements) == 4


def test_slow_limits_are_asked_for_one_by_one(database: Database) -> None:
    RateLimits(database).spend("a", 60)

    with database.reading() as connection:
        assert connection.scalar(select(RATE_BUCKETS.c.tokens)) == 59


def test_the_last_tokens_are_given_singly(database: Database) -> None:
    limits = RateLimits(database)
    limits.take("a", 5997.0, 100.0, 6000.0)
    with database.begin() as connection:
        connection.execute(update(RATE_BUCKETS).values(filled_at=database.now() + 3600))

    waits = [limits.spend("a", 6000) for _ in range(4)]

    assert [wait == 0.0 for wait in waits] == [True, True, True, False]


def test_who_was_refused_is_refused_without_the_database_until_the_bucket_can_have_filled(
    database: Database,
) -> None:
    now_s = [1000.0]
    limits = RateLimits(database, clock=lambda: now_s[0])
    with database.begin() as connection:
        connection.execute(
            RATE_BUCKETS.insert().values(name="a", tokens=0.0, filled_at=database.now() + 3600)
        )
    wait_s = limits.spend("a", 60)

    with counting(database) as statements:
        now_s[0] += wait_s / 2
        half_way = limits.spend("a", 60)
        asked_half_way = len(statements)
        now_s[0] += wait_s
        age(database, 3660)
        afterwards = limits.spend("a", 60)

    assert wait_s == 1.0
    assert half_way == pytest.approx(wait_s / 2)
    assert asked_half_way == 0
    assert afterwards == 0.0


def test_a_database_that_fails_is_asked_again_for_as_much(database: Database) -> None:
    limits = RateLimits(database)
    with database.begin() as connection:
        connection.execute(text("ALTER TABLE rate_buckets RENAME TO gone"))
    with pytest.raises(LedgerUnavailable):
        limits.spend("a", 6000)
    with database.begin() as connection:
        connection.execute(text("ALTER TABLE gone RENAME TO rate_buckets"))

    with counting(database) as statements:
        waits = [limits.spend("a", 6000) for _ in range(25)]

    assert waits == 25 * [0.0]
    assert len(statements) == 1
