import pytest

from api.cursor import cursor_after, position_of
from api.problems import ProblemError


@pytest.mark.parametrize("at", [0.0, 1774343936.2610002, 0.1])
def test_a_cursor_keeps_its_place_to_the_bit(at: float) -> None:
    assert position_of(cursor_after(at, "job-1")) == (at, "job-1")


@pytest.mark.parametrize("cursor", ["", "a", "====", "\u00e9", "bm9uZQ", "aW5mfmE", "x" * 5000])
def test_what_is_no_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(ProblemError) as raised:
        position_of(cursor)

    assert raised.value.status == 422
