from collections.abc import Callable

import apache_beam as beam
import pytest
from apache_beam.testing.util import assert_that, equal_to

from jobs.elements import DeadLetter
from jobs.message import Ring
from transforms.decode_jobs import DecodeJobs


def test_a_message_names_its_job(pipeline: Callable[[], beam.Pipeline]) -> None:
    with pipeline() as p:
        decoded = p | beam.Create([Ring("tide-pools-1a2b3c4d").to_bytes()]) | DecodeJobs()

        assert_that(decoded.rings, equal_to([Ring("tide-pools-1a2b3c4d").to_bytes()]), "jobs")
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
        pytest.param(
            b'{"v": true, "job_id": "a"}', "message version True instead of 1", id="no number"
        ),
        pytest.param(
            rb'{"v": 1, "job_id": "\ud800"}', r"job_id is '\ud800' instead of an id", id="surrogate"
        ),
        pytest.param(
            rb'{"v": 1, "job_id": "a\u0000b"}', r"job_id is 'a\x00b' instead of an id", id="NUL"
        ),
        pytest.param(b'{"v": 1, "job_id": "../a"}', "job_id is '../a' instead of an id", id="path"),
        pytest.param(
            b'{"v": 1, "job_id": "a", "token": 99999999999999999999999}',
            "token is 99999999999999999999999 instead of a number",
            id="huge token",
        ),
        pytest.param(
            b'{"v": 1, "job_id": "a", "token": "7"}', "token is '7' instead of a number", id="token"
        ),
    ],
)
def test_what_is_no_job_becomes_a_dead_letter(
    pipeline: Callable[[], beam.Pipeline], message: bytes, reason: str
) -> None:
    letter = DeadLetter.of(reason, "decode", message).to_bytes()

    with pipeline() as p:
        decoded = p | beam.Create([message]) | DecodeJobs()

        assert_that(decoded.rings, equal_to([]), "jobs")
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
