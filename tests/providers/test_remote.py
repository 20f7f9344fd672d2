from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from jobs.errors import Charged, ProviderError, ProviderRejected, ProviderUnusable
from providers.elevenlabs.answers import explain
from providers.remote import Answer, Failure, Remote, without_keys
from tests.fakes.elevenlabs import FakeElevenLabs
from tests.fakes.service import Fault


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        pytest.param("7", 7.0, id="seconds"),
        pytest.param("0.5", 0.5, id="a part of one"),
        pytest.param("999999999", 999_999_999.0, id="an absurd number is left to who waits"),
        pytest.param("-1", None, id="the past"),
        pytest.param("inf", None, id="for ever"),
        pytest.param("nan", None, id="no number"),
        pytest.param("soon", None, id="a word"),
        pytest.param("", None, id="nothing"),
        pytest.param("Wed, 21 Oct 2015 07:28:00 GMT", 0.0, id="a date that has passed"),
        pytest.param("Wed, 99 Oct 2015 07:28:00 GMT", None, id="a date of no calendar"),
    ],
)
def test_how_long_a_service_asks_to_wait(text: str, seconds: float | None) -> None:
    assert Failure(429, {"retry-after": text}, b"", None).retry_after_s == seconds


def test_a_date_says_how_long_to_wait() -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)

    wait_s = Failure(429, {"retry-after": date}, b"", None).retry_after_s

    assert wait_s == pytest.approx(60, abs=10)


def test_a_key_is_taken_out_of_a_message() -> None:
    error = ProviderRejected("your key sk-12345678 is odd", charged=Charged.NO)

    told = without_keys(error, "Bearer sk-12345678")

    assert (told.message, str(told)) == ("your key *** is odd", "your key *** is odd")


@pytest.mark.parametrize(
    ("status", "asked", "told"),
    [
        pytest.param(
            429, "86400",
            "elevenlabs answered 429; it asks to be left alone for 24 h: the next run asks again",
            id="a day",
        ),
        pytest.param(
            503, "61",
            "elevenlabs answered 503; it asks to be left alone for 2 min: the next run asks again",
            id="a little more than a run waits",
        ),
        pytest.param(
            503, "259200",
            "elevenlabs answered 503; it asks to be left alone for 3 days: the next run asks again",
            id="days",
        ),
        pytest.param(
            429, "1e300",
            "elevenlabs answered 429; it asks to be left alone for more than a year: the next run "
            "asks again",
            id="as good as never",
        ),
        pytest.param(429, "60", "elevenlabs answered 429", id="a run waits that long"),
        pytest.param(403, "86400", "elevenlabs answered 403", id="waiting would not help"),
    ],
)  # fmt: skip
def test_a_wish_that_no_run_waits_for_is_told(status: int, asked: str, told: str) -> None:
    with FakeElevenLabs().serving() as fake, Remote("elevenlabs", fake.url, explain) as remote:
        fake.plan(Fault(status=status, body="{}", headers={"Retry-After": asked}))

        with pytest.raises(ProviderError) as caught:
            _ask(remote, fake)

    assert (caught.value.message, str(caught.value)) == (told, told)


def test_an_answer_has_a_largest_size() -> None:
    with FakeElevenLabs().serving() as fake, _remote(fake) as remote:
        fake.plan(Fault(endless=True))

        with pytest.raises(ProviderUnusable, match="sent more than 100,000 bytes") as caught:
            _ask(remote, fake)

    assert caught.value.charged is Charged.UNKNOWN


def test_an_error_is_read_no_further_than_it_is_told() -> None:
    with FakeElevenLabs().serving() as fake, _remote(fake) as remote:
        fake.plan(Fault(status=500, body="x" * 200_000))

        with pytest.raises(ProviderRejected, match="65536 bytes of an error"):
            _ask(remote, fake)


def _remote(fake: FakeElevenLabs) -> Remote:
    def explain(failure: Failure, is_paid: bool) -> ProviderError:
        return ProviderRejected(f"{len(failure.body)} bytes of an error", charged=Charged.NO)

    return Remote("elevenlabs", fake.url, explain)


def _ask(remote: Remote, fake: FakeElevenLabs) -> Answer:
    headers = {"xi-api-key": fake.key}
    return remote.ask("GET", "/v1/models", is_paid=True, headers=headers, most_bytes=100_000)
