import pytest

from api.etags import is_known


@pytest.mark.parametrize(
    ("given", "is_there"),
    [
        pytest.param(None, False, id="nothing"),
        pytest.param('"abc"', True, id="the same"),
        pytest.param('W/"abc"', True, id="weak"),
        pytest.param('"x", W/"abc"', True, id="in a list"),
        pytest.param('"x,y","abc"', True, id="after a comma in a tag"),
        pytest.param(" * ", True, id="any"),
        pytest.param('"x"', False, id="another"),
        pytest.param('"*"', False, id="a star that is a tag"),
        pytest.param("abc", False, id="no quotes"),
        pytest.param('"ABC"', False, id="another case"),
        pytest.param("", False, id="empty"),
    ],
)
@pytest.mark.parametrize("etag", ['"abc"', 'W/"abc"'])
def test_tags_are_compared_weakly(etag: str, given: str | None, is_there: bool) -> None:
    assert is_known(etag, given) is is_there
