import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text, update

from jobs.elements import DeadLetter
from jobs.errors import Conflict, LedgerUnavailable
from storage.audit import AuditLog
from storage.database import Database
from storage.dead_letters import DeadLetters
from storage.outbox import Outbox
from storage.tables import DEAD_LETTERS

GARBAGE = DeadLetter.of("not JSON", "decode", b"garbage")


def test_a_message_that_comes_again_is_counted(database: Database) -> None:
    letters = DeadLetters(database)

    first = letters.record(GARBAGE).id
    with database.begin() as connection:  # as if it had come a minute ago
        ago = {"first_at": DEAD_LETTERS.c.first_at - 60, "last_at": DEAD_LETTERS.c.last_at - 60}
        connection.execute(update(DEAD_LETTERS).values(ago))
    second = letters.record(GARBAGE).id

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

    letter_id = letters.record(DeadLetter.of("there is no job a", "admit", b"garbage")).id

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

    row = letters.record(DeadLetter.of("no\x00reason", "decode", message.encode()))

    assert letters.get(row.id) == row
    assert (row.message, row.reason) == (kept, "no\\x00reason")


def test_pages_follow_each_other_from_the_newest(database: Database) -> None:
    letters = DeadLetters(database)
    ids = [
        letters.record(DeadLetter.of("not JSON", "decode", f"{n}".encode())).id for n in range(5)
    ]

    first = letters.page(3)
    second = letters.page(3, before=(first[-1].last_at, first[-1].id))

    rows = (*first, *second)
    times = [row.last_at for row in rows]
    assert sorted(row.id for row in rows) == sorted(ids)  # several may come in one millisecond
    assert times == sorted(times, reverse=True)


def test_a_message_that_comes_again_is_at_the_top(database: Database) -> None:
    letters = DeadLetters(database)
    old = letters.record(GARBAGE).id
    letters.record(DeadLetter.of("not JSON", "decode", b"later"))

    letters.record(GARBAGE)

    assert letters.page(1)[0].id == old


def test_attempts_are_counted_anew_after_a_replay(database: Database) -> None:
    letters = DeadLetters(database)
    letters.record(GARBAGE)
    letter_id = letters.record(GARBAGE).id

    replayed = letters.replay(letter_id, "acme")
    again = letters.record(GARBAGE)

    assert replayed is not None
    assert (replayed.attempts, again.attempts) == (0, 1)
    assert replayed.replayed_at is not None
    assert again.replayed_at == replayed.replayed_at


def sent(database: Database) -> list[bytes]:
    """What a relay finds in the outbox, and publishes."""
    outbox = Outbox(database)
    posted = outbox.take(10, 30)
    outbox.done(posted)
    return [one.payload for one in posted]


def test_a_letter_is_sent_once_until_it_comes_back(database: Database) -> None:
    letters = DeadLetters(database)
    letter_id = letters.record(GARBAGE).id

    first, again = (letters.replay(letter_id, "acme", "k1") for _ in range(2))
    sent_first = sent(database)
    letters.record(GARBAGE)
    letters.replay(letter_id, "acme", "k2")

    assert first == again
    assert (sent_first, sent(database)) == ([b"garbage"], [b"garbage"])
    noted = AuditLog(database).page("acme", 10)
    assert [(row.actor, row.action, row.target) for row in noted] == [
        ("k2", "dead_letter.replayed", letter_id),
        ("k1", "dead_letter.replayed", letter_id),
    ]


def test_of_many_who_send_a_letter_again_one_does(database: Database) -> None:
    letter_id = DeadLetters(database).record(GARBAGE).id
    start = threading.Barrier(8)

    def replay(_number: int) -> None:
        start.wait(60)
        DeadLetters(database).replay(letter_id, "acme")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(replay, range(8)))

    assert sent(database) == [b"garbage"]


def test_a_letter_that_cannot_be_noted_is_not_sent(database: Database) -> None:
    letters = DeadLetters(database)
    before = letters.record(GARBAGE)
    with database.begin() as connection:
        connection.execute(text("ALTER TABLE audit_log RENAME TO away"))

    with pytest.raises(LedgerUnavailable):
        letters.replay(before.id, "acme")

    assert letters.get(before.id) == before
    assert sent(database) == []


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        pytest.param(b"x" * 8193, "longer than the 8,192 bytes", id="longer than what is kept"),
        pytest.param(b"\xff{", "or no text", id="no text"),
        pytest.param(b"a\x00b", "or no text", id="NUL, which is written out"),
        pytest.param(b"", "is empty", id="nothing, which Pub/Sub does not take"),
    ],
)
def test_what_is_not_kept_as_it_came_is_not_sent_again(
    database: Database, message: bytes, reason: str
) -> None:
    letters = DeadLetters(database)
    row = letters.record(DeadLetter.of("not JSON", "decode", message))

    with pytest.raises(Conflict, match=reason):
        letters.replay(row.id, "acme")

    assert sent(database) == []
    assert letters.get(row.id) == row


def test_the_longest_message_that_is_kept_is_sent_as_it_came(database: Database) -> None:
    message = "é".encode() * 4096
    letter_id = DeadLetters(database).record(DeadLetter.of("not JSON", "decode", message)).id

    DeadLetters(database).replay(letter_id, "acme")

    assert sent(database) == [message]


def test_long_messages_that_begin_alike_are_two_letters(database: Database) -> None:
    letters = DeadLetters(database)

    rows = [
        letters.record(DeadLetter.of("not JSON", "decode", b"x" * 8192 + end))
        for end in (b"a", b"b")
    ]

    assert [row.attempts for row in rows] == [1, 1]


def test_an_unknown_letter_is_none(database: Database) -> None:
    letters = DeadLetters(database)

    assert letters.get("0" * 64) is None
    assert letters.replay("0" * 64, "acme") is None
