import pytest

from api.problems import ProblemError
from api.ranges import wanted_range


@pytest.mark.parametrize(
    ("header", "part"),
    [
        pytest.param(None, None, id="none"),
        pytest.param("bytes=0-0", (0, 1), id="first byte"),
        pytest.param("bytes=2-", (2, 10), id="from the third"),
        pytest.param("bytes=-3", (7, 10), id="last three"),
        pytest.param("bytes=-30", (0, 10), id="more than there are"),
        pytest.param("bytes=5-500", (5, 10), id="beyond the end"),
        pytest.param("bytes=5-3", None, id="backwards is no range"),
        pytest.param("bytes=-", None, id="no numbers"),
        pytest.param("bytes=0-1,4-5", None, id="several: the whole"),
        pytest.param("lines=1-2", None, id="another unit"),
        pytest.param("bytes=\u0661-", None, id="another script's digits"),
        pytest.param(f"bytes={'9' * 40}-", None, id="absurd"),
    ],
)
def test_ranges_are_read_as_the_standard_says(
    header: str | None, part: tuple[int, int] | None
) -> None:
    assert wanted_range(header, 10) == part


@pytest.mark.parametrize(("header", "size"), [("bytes=10-", 10), ("bytes=-0", 10), ("bytes=0-", 0)])
def test_a_range_behind_the_file_is_refused(header: str, size: int) -> None:
    with pytest.raises(ProblemError) as raised:
        wanted_range(header, size)

    assert raised.value.status == 416
    assert raised.value.headers == {"Content-Range": f"bytes */{size}"}
