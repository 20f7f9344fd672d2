from typing import Any

import pytest

from jobs.document import job_from
from jobs.scene import Clip, Color, Image, Prompt, Scene, Title


def scene(**fields: Any) -> Scene:
    (only,) = job_from({"scenes": [{"narration": "The Sea is calm.", **fields}]}).scenes or ()
    return only


@pytest.mark.parametrize(
    ("visual", "kind"),
    [
        pytest.param({"type": "image", "uri": "a.png"}, Image, id="image"),
        pytest.param({"type": "clip", "uri": "a.mp4"}, Clip, id="clip"),
        pytest.param({"type": "prompt", "prompt": "a wave"}, Prompt, id="prompt"),
        pytest.param({"type": "title", "text": "The end"}, Title, id="title"),
        pytest.param({"type": "color", "color": "#000000"}, Color, id="color"),
    ],
)
def test_each_type_of_visual_has_a_class(visual: dict[str, Any], kind: type) -> None:
    assert type(scene(visual=visual).visual) is kind


def test_a_clip_may_be_trimmed_at_either_end() -> None:
    clip = scene(visual={"type": "clip", "uri": "a.mp4", "trim": {"end_s": 2}}).visual

    assert isinstance(clip, Clip)
    assert clip.trim is not None
    assert (clip.trim.start_s, clip.trim.end_s) == (0.0, 2.0)


def test_colours_and_languages_have_one_spelling() -> None:
    spelt = scene(visual={"type": "color", "color": "#AbCdEf"}, language="PT_br")

    assert spelt.visual == Color(type="color", color="#abcdef")
    assert spelt.language == "pt-BR"


@pytest.mark.parametrize("word", ["sea", "SEA", "calm", "is calm"])
def test_the_word_of_an_effect_may_be_written_in_any_case(word: str) -> None:
    (effect,) = scene(effects=[{"query": "waves", "at": {"word": word}}]).effects

    assert effect.at is not None
    assert effect.at.word == word


def test_an_effect_without_a_time_is_given_none() -> None:
    (effect,) = scene(effects=[{"query": "waves"}]).effects

    assert (effect.at, effect.gain_db) == (None, -8.0)


def test_a_cut_has_no_length() -> None:
    assert scene(transition={"type": "cut", "duration_s": 2}).transition.duration_s == 0.0
    assert scene(transition={"type": "crossfade"}).transition.duration_s == 0.5
    assert scene().transition.type.value == "cut"


def test_a_silent_scene_needs_a_length_and_a_visual_only() -> None:
    document = {"scenes": [{"duration_s": 2, "visual": {"type": "color", "color": "#000000"}}]}

    (silent,) = job_from(document).scenes or ()
    assert (silent.narration, silent.duration_s) == (None, 2.0)
