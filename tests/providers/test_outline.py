from typing import Any

import pytest

from jobs.sound import CALM_MUSIC
from providers.outline import outline, outlined_scenes, with_script


@pytest.mark.parametrize(
    ("text", "scenes"),
    [
        pytest.param("One thing.", ("One thing.",), id="one sentence"),
        pytest.param("No full stop", ("No full stop",), id="no end mark"),
        pytest.param("A first.\n\nA second.", ("A first.", "A second."), id="blank line"),
        pytest.param("Short. Also short.", ("Short. Also short.",), id="short ones together"),
        pytest.param("你好。再见。", ("你好。 再见。",), id="Chinese full stops"),
        pytest.param('He said: "Go!" They went.', ('He said: "Go!" They went.',), id="quotes"),
        pytest.param(
            "It costs 3.50 euros. Really.", ("It costs 3.50 euros. Really.",), id="decimals"
        ),
    ],
)
def test_text_is_divided_at_sentence_ends(text: str, scenes: tuple[str, ...]) -> None:
    assert outline(text) == scenes


def test_long_texts_become_several_scenes_of_whole_sentences() -> None:
    sentence = "This sentence has about as many words as one can say in four seconds."

    scenes = outline(" ".join([sentence] * 6))

    assert len(scenes) >= 3
    assert all(scene.endswith(".") for scene in scenes)


def test_nothing_is_left_out() -> None:
    text = 'One! Two? Three... Four; five.\n\nSix\nseven. "Eight." Nine'

    assert "".join("".join(outline(text)).split()) == "".join(text.split())


def test_a_prompt_becomes_scenes() -> None:
    script = {"scenes": outlined_scenes("Hi.", "en"), "music": None}

    assert with_script({"prompt": "Hi.", "title": "T"}, script) == {
        "title": "T",
        "scenes": [{"narration": "Hi."}],
    }


@pytest.mark.parametrize(
    ("music", "written"),
    [
        pytest.param(
            {"prompt": CALM_MUSIC, "gain_db": -3},
            {"prompt": "drums", "gain_db": -3},
            id="left open",
        ),
        pytest.param({"prompt": "harp"}, {"prompt": "harp"}, id="wished for"),
        pytest.param(None, None, id="none"),
    ],
)
def test_a_script_chooses_music_where_the_user_has_not(music: Any, written: Any) -> None:
    script = {"scenes": [{"narration": "Hi."}], "music": "drums"}

    assert with_script({"prompt": "Hi.", "music": music}, script)["music"] == written
