from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.retry_after import asked_wait_s

NOW = datetime(2026, 3, 1, 9, 30, 0, tzinfo=UTC)
PARTS = [
    *("Sun,", "Sun", "01", "Mar", "2026", "10:30:00", "GMT", "+0000", "-9999", "+9999999", "-"),
    *("99999999999999999999", "01-Mar-26", "10.30.00", ":", "::", "\xb2", "", "9" * 5000),
]


@pytest.mark.parametrize(
    ("said", "wait_s"),
    [
        pytest.param(None, 0, id="nothing"),
        pytest.param("", 0, id="empty"),
        pytest.param("120", 120, id="seconds"),
        pytest.param("9" * 5000, 999_999_999, id="seconds without end"),
        pytest.param("-5", 0, id="negative"),
        pytest.param("1.5", 0, id="fraction"),
        pytest.param("\xb2", 0, id="digit of another kind"),
        pytest.param("Sun, 01 Mar 2026 10:30:00 GMT", 3600, id="date"),
        pytest.param("Sunday, 01-Mar-26 10:30:00 GMT", 3600, id="date of RFC 850"),
        pytest.param("Sun, 01 Mar 2026 10:30:00", 3600, id="without a zone"),
        pytest.param("Sun, 01 Mar 2026 10:30:00 -0000", 3600, id="of an unknown zone"),
        pytest.param("Sun, 01 Mar 2026 09:00:00 GMT", 0, id="past"),
        pytest.param("1 Jan 99999999999999999999 00:00:00 +0000", 0, id="of no calendar"),
        pytest.param("Sun, 01 Mar 2026 10:30:00 +9999999", 0, id="zone of no clock"),
        pytest.param("Sun, 01 Mar 2026 99:30:00 GMT", 0, id="time of no clock"),
        pytest.param("Mon, 01 Jan 0001 00:00:00 +2359", 0, id="before all calendars"),
        pytest.param("soon", 0, id="word"),
    ],
)
def test_a_wait_is_a_number_of_seconds_or_a_date(said: str | None, wait_s: float) -> None:
    assert asked_wait_s(said, NOW) == wait_s


@given(st.lists(st.sampled_from(PARTS), max_size=8).map(" ".join) | st.text(max_size=40))
def test_nothing_that_a_server_writes_is_an_error(said: str) -> None:
    assert asked_wait_s(said, NOW) >= 0
