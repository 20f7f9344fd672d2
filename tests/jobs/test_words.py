import pytest

from jobs.words import Word


@pytest.mark.parametrize(
    ("text", "start_s", "end_s", "at"),
    [
        pytest.param("", 0, 1, 0, id="no text"),
        pytest.param("sea", 1, 1, 0, id="no length"),
        pytest.param("sea", -0.1, 1, 0, id="before the clip"),
        pytest.param("sea", 0, float("nan"), 0, id="not a number"),
        pytest.param("sea", 0, 1, -1, id="before the narration"),
    ],
)
def test_a_word_that_cannot_be_shown_is_refused(
    text: str, start_s: float, end_s: float, at: int
) -> None:
    with pytest.raises(ValueError, match="a word needs"):
        Word(text, start_s, end_s, at)
