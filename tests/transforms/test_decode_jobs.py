from collections.abc import Callable

import apache_beam as beam
import pytest
from apache_beam.testing.util import assert_that, equal_to

from jobs.elements import DeadLetter
from transforms.decode_jobs import DecodeJobs, job_message


def test_a_message_names_its_job(pipeline: Callable[[], beam.Pipeline]) -> None:
    with pipeline() as p:
        decoded = p | beam.Create([job_message("tide-pools-1a2b3c4d")]) | DecodeJobs()

        assert_that(decoded.jobs, equal_to(["tide-pools-1a2b3c4d"]), "jobs")
        assert_that(decoded.rejected, equal_to([]), "rejected")


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        pytest.param(b"hello", "not JSON: Expecting value: line 1 column 1 (char 0)", id="text"),
        pytest.param(b"[]", "not a JSON object", id="list"),
        pytest.param(b'{"job_id": "a"}', "message version None instead of 1", id="no version"),
        pytest.param(b'{"v": 2, "job_id": "a"}', "message version 2 instead of 1", id="newer"),
        pytest.param(b'{"v": 1}', "job_id is None instead of an id", id="no id"),
        pytest.param(b'{"v": 1, "job_id": ""}', "job_id is '' instead of an id", id="empty id"),
    ],
)
def test_what_is_no_job_becomes_a_dead_letter(
    pipeline: Callable[[], beam.Pipeline], message: bytes, reason: str
) -> None:
    letter = DeadLetter(reason, "decode", message.decode()).to_bytes()

    with pipeline() as p:
        decoded = p | beam.Create([message]) | DecodeJobs()

        assert_that(decoded.jobs, equal_to([]), "jobs")
        assert_that(decoded.rejected, equal_to([letter]), "rejected")


def test_bytes_that_are_no_text_become_a_dead_letter(
    pipeline: Callable[[], beam.Pipeline],
) -> None:
    def is_undecodable(letters: list[bytes]) -> None:
        (letter,) = (DeadLetter.from_bytes(data) for data in letters)
        assert letter.reason.startswith("not JSON")
        assert letter.message == "\\xff\\xfe{"

    with pipeline() as p:
        decoded = p | beam.Create([b"\xff\xfe{"]) | DecodeJobs()

        assert_that(decoded.rejected, is_undecodable, "rejected")
