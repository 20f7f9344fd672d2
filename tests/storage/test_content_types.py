import pytest

from storage.content_types import content_type_of


@pytest.mark.parametrize(
    ("name", "content_type"),
    [
        pytest.param("final.mp4", "video/mp4", id="file"),
        pytest.param("media/ab/c.json", "application/json", id="blob"),
        pytest.param("credits.txt", "text/plain; charset=utf-8", id="text"),
        pytest.param("media/ab/c.picture", "application/octet-stream", id="unknown suffix"),
        pytest.param("media/ab/c", "application/octet-stream", id="no suffix"),
    ],
)
def test_a_suffix_tells_the_content_type(name: str, content_type: str) -> None:
    assert content_type_of(name) == content_type
