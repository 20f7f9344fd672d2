import pytest
from sqlalchemy import update

from jobs.elements import DeadLetter
from storage.database import Database
from storage.dead_letters import DeadLetters
from storage.tables import DEAD_LETTERS

GARBAGE = DeadLetter("not JSON", "decode", "garbage")


def test_a_message_that_comes_again_is_counted(database: Database) -> None:
    letters = DeadLetters(database)

    first = letters.record(GARBAGE)
    with database.begin() as connection:  # as if it had come a minute ago
        ago = {"first_at": DEAD_LETTERS.c.first_at - 60, "last_at": DEAD_LETTERS.c.last_at - 60}
        connection.execute(update(DEAD_LETTERS).values(ago))
    second = letters.record(GARBAGE)

    assert first == second
    row = letters.get(first)
    assert row is not None
    assert (row.stage, row.reason, row.message) == ("decode", "not JSON", "garbage")
    assert row.attempts == 2
    assert row.last_at - row.first_at >= 60
    assert row.replayed_at is None


def test_the_newest_reason_is_told(database: Database) -> None:
    letters = DeadLetters(database)
    letters.record(GARBAGE)

    letter_id = letters.record(DeadLetter("there is no job a", "admit", "garbage"))

    row = letters.get(letter_id)
    assert row is not None
    assert (row.stage, row.reason) == ("admit", "there is no job a")


@pytest.mark.parametrize(
    ("message", "kept"),
    [
        pytest.param("a\x00b", "a\\x00b", id="NUL, which PostgreSQL refuses"),
        pytest.param("\\xff\\xfe{", "\\xff\\xfe{", id="bytes that were no text"),
        pytest.param("x" * 8192, "x" * 8192, id="as long as they get"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_any_text_can_be_recorded(database: Database, message: str, kept: str) -> None:
    letters = DeadLetters(database)

    letter_id = letters.record(DeadLetter(f"reason {message}", "decode", message))

    row = letters.get(letter_id)
    assert row is not None
    assert (row.message, row.reason) == (kept, f"reason {kept}")


def test_pages_follow_each_other_from_the_newest(database: Database) -> None:
    letters = DeadLetters(database)
    ids = [letters.record(DeadLetter("not JSON", "decode", f"{n}")) for n in range(5)]

    first = letters.page(3)
    second = letters.page(3, before=(first[-1].last_at, first[-1].id))

    rows = (*first, *second)
    times = [row.last_at for row in rows]
    assert sorted(row.id for row in rows) == sorted(ids)  # several may come in one millisecond
    assert times == sorted(times, reverse=True)


def test_a_message_that_comes_again_is_at_the_top(database: Database) -> None:
    letters = DeadLetters(database)
    old = letters.record(GARBAGE)
    letters.record(DeadLetter("not JSON", "decode", "later"))

    letters.record(GARBAGE)

    assert letters.page(1)[0].id == old


def test_attempts_are_counted_anew_after_a_replay(database: Database) -> None:
    letters = DeadLetters(database)
    letters.record(GARBAGE)
    letter_id = letters.record(GARBAGE)

    marked = letters.mark_replayed(letter_id)
    replayed = letters.get(letter_id)
    letters.record(GARBAGE)
    again = letters.get(letter_id)

    assert marked
    assert replayed is not None
    assert replayed.attempts == 0
    assert replayed.replayed_at is not None
    assert again is not None
    assert again.attempts == 1
    assert again.replayed_at == replayed.replayed_at


def test_an_unknown_letter_is_none(database: Database) -> None:
    letters = DeadLetters(database)

    assert letters.get("0" * 64) is None
    assert not letters.mark_replayed("0" * 64)
