import pytest

from providers.tokens import Kind, units


@pytest.mark.parametrize(
    ("narration", "pieces"),
    [
        pytest.param("Hello, “old”\nworld!", "Hello, “old” world!", id="spaced script"),
        pytest.param("바다는 두 번", "바다는 두 번", id="Korean has spaces"),
        pytest.param("海は、キャッチー。", "海 は、 キャッ チー。", id="small kana stay"),
        pytest.param("2024年Google的10%！", "2024 年 Google 的 10%！", id="runs stay whole"),
        pytest.param("叫「小明」（笑）。", "叫 「小 明」 （笑）。", id="brackets go to their side"),
        pytest.param("好🎉的", "好🎉 的", id="emoji stays behind"),
        pytest.param("「」", "「」", id="brackets alone"),
        pytest.param("วันละสองครั้ง", "วัน ละ สอง ครั้ง", id="Thai syllables"),
        pytest.param("မြန်မာ", "မြန် မာ", id="Burmese syllables"),
    ],
)
def test_units_are_what_a_caption_can_highlight(narration: str, pieces: str) -> None:
    found = units(narration)

    assert [narration[unit.at : unit.end] for unit in found] == pieces.split()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        pytest.param("rocks.", Kind.WORD, id="letters"),
        pytest.param("42", Kind.WORD, id="digits"),
        pytest.param("%", Kind.SIGN, id="percent"),
        pytest.param("€.", Kind.SIGN, id="currency"),
        pytest.param("—", Kind.SILENT, id="dash"),
        pytest.param("🎉!", Kind.SILENT, id="emoji"),
        pytest.param("→", Kind.SILENT, id="arrow"),
    ],
)
def test_kind_of_unit(text: str, kind: Kind) -> None:
    assert [unit.kind for unit in units(text)] == [kind]
