import pytest

from media.ass import Page, ass_document, color_tag, font_name, font_tags, literal


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("it's: 5 % {b}", "it's: 5 % \\{b\\}", id="braces"),
        pytest.param(r"C:\Nick", "C:\\\u2060Nick", id="no line break"),
        pytest.param("end\\", "end\\\u2060", id="backslash at the end"),
        pytest.param(r"\{", "\\\u2060\\{", id="backslash before a brace"),
        pytest.param("a\nDialogue: 0\r\x00b", "a Dialogue: 0  b", id="one line only"),
        pytest.param("\u200fשלום\u200e", "\u200fשלום\u200e", id="direction marks stay"),
    ],
)
def test_text_is_escaped(text: str, expected: str) -> None:
    assert literal(text) == expected


def test_pages_follow_each_other_by_the_second() -> None:
    document = ass_document(640, 120, "Noto Sans", [Page(("a", "b")), *[Page(("c",))] * 3600])

    assert "PlayResX: 640\nPlayResY: 120\n" in document
    assert "Dialogue: 0,0:00:00.00,0:00:01.00,Text,,0,0,0,,a\n" in document
    assert "Dialogue: 1,0:00:00.00,0:00:01.00,Text,,0,0,0,,b\n" in document
    assert "Dialogue: 0,1:00:00.00,1:00:01.00,Text,,0,0,0,,c\n" in document


def test_a_font_name_cannot_leave_its_tag() -> None:
    assert font_name("Bad\\b1}, (Font)\n") == "Badb1 Font"
    assert font_tags("Noto Sans", 61.5) == "{\\fnNoto Sans\\fs61.50}"


def test_colors_are_written_blue_first() -> None:
    assert color_tag("#123456") == "\\1c&H563412&"
    assert color_tag("#123456", 3) == "\\3c&H563412&"
