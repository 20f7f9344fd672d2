from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import apache_beam as beam
import pytest
from apache_beam.testing.util import assert_that, equal_to

from jobs.elements import DeadLetter
from storage.database import open_database
from storage.dead_letters import DeadLetters
from transforms.record_dead_letters import RecordDeadLetters
from transforms.studio import StudioConfig

GARBAGE = DeadLetter.of("not JSON", "decode", b"garbage")
UNKNOWN = DeadLetter.of("there is no job a", "admit", b'{"v": 1, "job_id": "a"}')


def wired(*letters: DeadLetter) -> list[bytes]:
    return [letter.to_bytes() for letter in letters]


def test_letters_are_recorded_and_passed_on_with_their_attempt(
    pipeline: Callable[[], beam.Pipeline], studio: StudioConfig
) -> None:
    with pipeline() as p:
        letters = beam.Create(wired(GARBAGE, UNKNOWN, GARBAGE))
        passed = p | letters | RecordDeadLetters(studio)

        counted = (replace(GARBAGE, attempt=1), replace(UNKNOWN, attempt=1))
        assert_that(passed, equal_to(wired(*counted, replace(GARBAGE, attempt=2))))

    with closing(open_database(studio.database_url)) as database:
        rows = DeadLetters(database).page(10)
    assert {(row.message, row.attempts) for row in rows} == {
        ("garbage", 2), ('{"v": 1, "job_id": "a"}', 1),
    }  # fmt: skip


def test_a_ledger_that_refuses_stops_no_letter(
    pipeline: Callable[[], beam.Pipeline],
    studio: StudioConfig,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    without_tables = replace(studio, database_url=f"sqlite:///{tmp_path}/empty.db")

    with pipeline() as p:
        passed = p | beam.Create(wired(GARBAGE)) | RecordDeadLetters(without_tables)

        assert_that(passed, equal_to(wired(GARBAGE)))

    assert "a dead letter of decode is not recorded" in caplog.text
