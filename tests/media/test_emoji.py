import numpy as np
import pytest

from media.emoji import draw_emoji, split_emoji
from media.fonts import emoji_font, installed_fonts
from media.sfnt import Font

COLOR = emoji_font(installed_fonts())
needs_color = pytest.mark.skipif(COLOR is None, reason="Noto Color Emoji is not installed")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("go 🚀!", ["🚀"], id="one"),
        pytest.param("👋🏽👋", ["👋🏽", "👋"], id="skin tone"),
        pytest.param("👨\u200d👩\u200d👧 x", ["👨\u200d👩\u200d👧"], id="family"),
        pytest.param("🏳\ufe0f\u200d🌈", ["🏳\ufe0f\u200d🌈"], id="rainbow flag"),
        pytest.param("👩\u200d❤\ufe0f\u200d👩", ["👩\u200d❤\ufe0f\u200d👩"], id="heart inside"),
        pytest.param("🧑🏽\u200d✈\ufe0f", ["🧑🏽\u200d✈\ufe0f"], id="tone and profession"),
        pytest.param("🇯🇵🇩🇪", ["🇯🇵", "🇩🇪"], id="two flags"),
        pytest.param("1\ufe0f\u20e3 #\u20e3 12", ["1\ufe0f\u20e3", "#\u20e3"], id="keycaps"),
        pytest.param(
            "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
            ["🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"],
            id="Scotland",
        ),
        pytest.param("❤ ❤\ufe0f ☺ ⭐", ["❤\ufe0f", "⭐"], id="text unless asked otherwise"),
        pytest.param("☝🏽", ["☝🏽"], id="a tone makes it a picture"),
        pytest.param("⭐\ufe0e", [], id="asked to be text"),
        pytest.param("© ™ → 5 * # abc 漢", [], id="no emoji"),
    ],
)
def test_emoji_are_found_whole(text: str, expected: list[str]) -> None:
    parts = list(split_emoji(text))

    assert [part for part, is_emoji in parts if is_emoji] == expected
    assert "".join(part for part, _ in parts) == text


@needs_color
@pytest.mark.parametrize("sequence", ["🚀", "👋🏽", "👩\u200d🚀", "🇯🇵", "1\ufe0f\u20e3", "❤\ufe0f"])
def test_emoji_are_drawn_in_color_and_premultiplied(sequence: str) -> None:
    assert isinstance(COLOR, Font)

    picture = draw_emoji(COLOR, sequence, 68, 64)

    light, alpha = picture[:, :, :3].astype(int), picture[:, :, 3]
    assert picture.shape == (64, 68, 4)
    assert (light <= alpha[:, :, None]).all()
    assert (alpha == 255).mean() > 0.2
    assert (light.max(axis=2) - light.min(axis=2)).max() > 60  # colourful


@needs_color
def test_a_sequence_is_not_its_first_part() -> None:
    assert isinstance(COLOR, Font)

    astronaut, woman = (draw_emoji(COLOR, text, 68, 64) for text in ("👩\u200d🚀", "👩"))

    assert np.abs(astronaut.astype(int) - woman).mean() > 5
