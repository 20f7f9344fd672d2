from typing import Any

import pytest

from jobs.document import job_from
from jobs.errors import InvalidInput


def scene(**fields: Any) -> dict[str, Any]:
    return {"scenes": [{"narration": "The sea.", **fields}]}


SAID = [
    {"text": "the", "start_s": 0.1, "end_s": 0.4},
    {"text": "sea", "start_s": 0.5, "end_s": 1.0},
]


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        pytest.param(
            {"scenes": []},
            "scenes has 0 items: give a list of 1 to 500 items.",
            id="no scene",
        ),
        pytest.param(
            {"scenes": [{"narration": "x"}] * 501},
            "scenes has 501 items: give a list of 1 to 500 items.",
            id="501 scenes",
        ),
        pytest.param(
            {"scenes": [{"narration": "x"}] * 1001},
            "scenes has 1,001 items: give at most 1,000 items.",
            id="far too many scenes",
        ),
        pytest.param(
            {"scenes": [{"narration": "x" * 5000}] * 21},
            "scenes have 105,000 characters of narration together: give at most 100,000 "
            "characters.",
            id="too much narration together",
        ),
        pytest.param(
            {"scenes": [5]},
            "scenes[0] is 5: give an object with the fields narration, narration_audio, "
            "language, voice, visual, motion, effects, lower_third, transition, duration_s, "
            "chapter, translations.",
            id="scene as number",
        ),
        pytest.param(
            {"scenes": [{}]},
            "scenes[0].narration is missing: give text that is spoken, or duration_s.",
            id="empty scene",
        ),
        pytest.param(
            {"scenes": [{"narration_audio": {"uri": "a.wav"}}]},
            "scenes[0].visual is missing, and there is no narration to make a picture from: give "
            'an object such as {"type": "title", "text": "The end"}.',
            id="a recording alone",
        ),
        pytest.param(
            scene(narration_audio={"uri": "a.wav", "words": SAID, "captions": "a.srt"}),
            'scenes[0].narration_audio.captions ("a.srt") is beside words: give one of the two.',
            id="words and captions",
        ),
        pytest.param(
            scene(narration_audio={"uri": "a.wav", "words": [*SAID, *SAID]}),
            "scenes[0].narration_audio.words[2].start_s (0.1) does not begin after the word before "
            "it: give a number greater than 0.5, or the words in order.",
            id="words that do not rise",
        ),
        pytest.param(
            scene(narration_audio={"uri": "a.wav", "words": SAID[::-1]}),
            "scenes[0].narration_audio.words[1].start_s (0.1) does not begin after the word before "
            "it: give a number greater than 0.5, or the words in order.",
            id="words backwards",
        ),
        pytest.param(
            scene(
                narration_audio={
                    "uri": "a.wav",
                    "words": [SAID[0], {"text": "lake", "start_s": 1, "end_s": 2}],
                }
            ),
            'scenes[0].narration_audio.words[1].text ("lake") is not in the narration of this '
            "scene behind the word before it: give the words as the narration has them, or no "
            "narration.",
            id="a word that is not in the narration",
        ),
        pytest.param(
            scene(
                narration_audio={
                    "uri": "a.wav",
                    "words": [{"text": "The", "start_s": 2, "end_s": 2}],
                }
            ),
            "scenes[0].narration_audio.words[0].end_s (2) is not after start_s: give a number "
            "greater than 2.",
            id="a word without length",
        ),
        pytest.param(
            scene(effects=[{"query": "rain", "uri": "rain.wav"}]),
            "scenes[0].effects[0] has both query and uri: give one of the two.",
            id="an effect that is named twice",
        ),
        pytest.param(
            {"scenes": [{"duration_s": 3}]},
            "scenes[0].visual is missing, and there is no narration to make a picture from: give "
            "an "
            'object such as {"type": "title", "text": "The end"}.',
            id="nothing to show",
        ),
        pytest.param(
            scene(narration="x" * 20_000),
            "scenes[0].narration has 20,000 characters: give text of 1 to 5,000 characters.",
            id="long narration",
        ),
        pytest.param(
            scene(narration=""),
            'scenes[0].narration ("") is blank: give text that can be seen.',
            id="empty narration",
        ),
        pytest.param(
            scene(narration=" \n"),
            'scenes[0].narration (" \\n") is blank: give text that can be seen.',
            id="blank narration",
        ),
        pytest.param(
            scene(narration="\u200b\ufeff"),
            'scenes[0].narration ("\\u200b\\ufeff") is blank: give text that can be seen.',
            id="zero-width narration",
        ),
        pytest.param(
            scene(narration="🎉!"),
            'scenes[0].narration ("🎉!") has nothing in it that can be spoken: give text with '
            "letters or digits.",
            id="emoji narration",
        ),
        pytest.param(
            scene(narration=7),
            "scenes[0].narration is 7: give text of 1 to 5,000 characters.",
            id="narration as number",
        ),
        pytest.param(
            scene(naration="x"),
            "scenes[0].naration is not a known field: did you mean narration? scenes[0] takes "
            "narration, narration_audio, language, voice, visual, motion, effects, lower_third, "
            "transition, duration_s, chapter, translations.",
            id="misspelt field",
        ),
        pytest.param(
            scene(aspect_ratio="9:16"),
            "scenes[0].aspect_ratio is not a known field: did you mean output.aspect_ratio? "
            "scenes[0] takes narration, narration_audio, language, voice, visual, motion, effects, "
            "lower_third, transition, duration_s, chapter, translations.",
            id="field of another part",
        ),
        pytest.param(
            scene(visual={"type": "image", "uri": "a.png", "prompt": "x"}),
            "scenes[0].visual.prompt is not a known field of this type: scenes[0].visual takes "
            "type, "
            "uri, fit, focus.",
            id="field of another kind of visual",
        ),
        pytest.param(
            scene(visual="a.png"),
            'scenes[0].visual is "a.png": give an object whose type is one of image, clip, '
            "prompt, title, color.",
            id="visual as text",
        ),
        pytest.param(
            scene(visual={}),
            "scenes[0].visual.type is missing: give one of image, clip, prompt, title, color.",
            id="visual without type",
        ),
        pytest.param(
            scene(visual={"type": "imge"}),
            'scenes[0].visual.type is "imge": give one of image, clip, prompt, title, color (did '
            "you "
            "mean image?).",
            id="unknown visual",
        ),
        pytest.param(
            scene(visual={"type": []}),
            "scenes[0].visual.type is an empty list: give one of image, clip, prompt, title, "
            "color.",
            id="visual type as list",
        ),
        pytest.param(
            scene(visual={"type": "image"}),
            "scenes[0].visual.uri is missing: give text such as media/pool.jpg.",
            id="image without uri",
        ),
        pytest.param(
            scene(visual={"type": "prompt"}),
            "scenes[0].visual.prompt is missing: give text of 1 to 5,000 characters.",
            id="prompt without prompt",
        ),
        pytest.param(
            scene(visual={"type": "color", "color": "red"}),
            'scenes[0].visual.color ("red") is not a colour: give six hexadecimal digits after #, '
            "such as #1a2b3c.",
            id="colour by name",
        ),
        pytest.param(
            scene(visual={"type": "clip", "uri": "a.mp4", "trim": {"start_s": 4, "end_s": 3}}),
            "scenes[0].visual.trim.end_s (3) is not after start_s: give a number greater than 4.",
            id="trim ends before it starts",
        ),
        pytest.param(
            scene(motion="zoomin"),
            'scenes[0].motion is "zoomin": give one of auto, none, zoom_in, zoom_out, pan_left, '
            "pan_right, pan_up, pan_down or an object with the fields start, end (did you mean "
            "zoom_in?).",
            id="misspelt motion",
        ),
        pytest.param(
            scene(motion={"start": {"zoom": 2}}),
            "scenes[0].motion.end is missing: give an object with the fields zoom, focus.",
            id="motion without an end",
        ),
        pytest.param(
            scene(motion={"end": {"zoom": 5}}),
            "scenes[0].motion.end.zoom is 5: give a number from 1 to 4.",
            id="zoom too near",
        ),
        pytest.param(
            scene(motion={"end": {"focus": [0.5, 1.2]}}),
            "scenes[0].motion.end.focus[1] is 1.2: give a number from 0 to 1.",
            id="focus outside of the picture",
        ),
        pytest.param(
            scene(motion={"to": {}, "end": {}}),
            "scenes[0].motion.to is not a known field: scenes[0].motion takes start, end.",
            id="unknown field of a motion",
        ),
        pytest.param(
            scene(visual={"type": "image", "uri": "a.png", "focus": [0.5]}),
            "scenes[0].visual.focus has 1 item: give a list of 2 items, such as [0.3, 0.4].",
            id="half a focus",
        ),
        pytest.param(
            scene(visual={"type": "clip", "uri": "a.mp4", "focus": "left"}),
            'scenes[0].visual.focus is "left": give a list of 2 items, such as [0.3, 0.4].',
            id="focus as text",
        ),
        pytest.param(
            scene(effects=[{"query": "x"}] * 21),
            "scenes[0].effects has 21 items: give a list of at most 20 items.",
            id="21 effects",
        ),
        pytest.param(
            scene(effects=[{}]),
            "scenes[0].effects[0] has neither query nor uri: give one of the two, such as "
            '{"query": "rain"}.',
            id="effect without query",
        ),
        pytest.param(
            scene(effects=[{"query": "x", "gain_db": 40}]),
            "scenes[0].effects[0].gain_db is 40: give a number from -60 to 12.",
            id="loud effect",
        ),
        pytest.param(
            scene(effects=[{"query": "x", "at": {}}]),
            "scenes[0].effects[0].at has neither word nor offset_s: give one of the two, such as "
            '{"word": "sea"}.',
            id="effect at no time",
        ),
        pytest.param(
            scene(effects=[{"query": "x", "at": {"word": "sea", "offset_s": 1}}]),
            "scenes[0].effects[0].at has both word and offset_s: give one of the two, such as "
            '{"word": "sea"}.',
            id="effect at two times",
        ),
        pytest.param(
            scene(effects=[{"query": "x"}, {"query": "x", "at": {"word": "wind"}}]),
            'scenes[0].effects[1].at.word ("wind") is not in the narration of this scene: give a '
            "word of the narration, or offset_s instead.",
            id="effect at a word that is not spoken",
        ),
        pytest.param(
            scene(transition={"duration_s": 1}),
            "scenes[0].transition.type is missing: give one of cut, crossfade, fade_black, "
            "fade_white, dissolve, blur, wipe_left, wipe_right, wipe_up, wipe_down, slide_left, "
            "slide_right, slide_up, slide_down, cover_left, cover_right, cover_up, cover_down, "
            "circle_open, circle_close.",
            id="transition without type",
        ),
        pytest.param(
            scene(transition={"type": "cut", "duration_s": 4}),
            "scenes[0].transition.duration_s is 4: give a number from 0 to 3.",
            id="long transition",
        ),
        pytest.param(
            scene(duration_s=0),
            "scenes[0].duration_s is 0: give a number from 0.1 to 600.",
            id="no duration",
        ),
        pytest.param(
            scene(duration_s=True),
            "scenes[0].duration_s is true: give a number from 0.1 to 600.",
            id="bool for number",
        ),
        pytest.param(
            scene(voice={"speed": 3}),
            "scenes[0].voice.speed is 3: give a number from 0.5 to 2.",
            id="fast voice",
        ),
    ],
)
def test_each_mistake_in_a_scene_is_one_sentence(document: object, sentence: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        job_from(document)

    assert raised.value.message == f"job: {sentence}"
