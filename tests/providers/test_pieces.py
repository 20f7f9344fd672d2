import pytest

from providers.pieces import CONTEXT, pieces

SENTENCE = "The sea forgets these rocks. "


@pytest.mark.parametrize(
    ("text", "longest", "parted"),
    [
        pytest.param("One. Two.", 9, ["One. Two."], id="fits"),
        pytest.param("One two. Three four.", 12, ["One two. ", "Three four."], id="sentence"),
        pytest.param("One two.\nThree. Four.", 15, ["One two.\n", "Three. Four."], id="paragraph"),
        pytest.param(
            "One two, three four five", 12, ["One two, ", "three four ", "five"], id="clause"
        ),
        pytest.param("潮が引く。岩が見える。", 8, ["潮が引く。", "岩が見える。"], id="no spaces"),
        pytest.param("abcdefghij", 4, ["abcd", "efgh", "ij"], id="a word that is too long"),
        pytest.param("", 4, [], id="nothing"),
    ],
)
def test_a_text_is_parted_where_a_speaker_would_pause(
    text: str, longest: int, parted: list[str]
) -> None:
    assert [piece.text for piece in pieces(text, longest)] == parted


def test_pieces_are_the_whole_text_and_know_what_is_around_them() -> None:
    text = SENTENCE * 50

    found = pieces(text, 200)

    assert "".join(piece.text for piece in found) == text
    assert all(len(piece.text) <= 200 for piece in found)
    for piece in found:
        stop = piece.at + len(piece.text)
        assert text[piece.at : stop] == piece.text
        assert piece.before == text[max(0, piece.at - CONTEXT) : piece.at]
        assert piece.after == text[stop : stop + CONTEXT]


def test_a_first_word_does_not_stand_alone() -> None:
    first = pieces("Ah! " + "word " * 40, 100)[0]

    assert len(first.text) > 25
