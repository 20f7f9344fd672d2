import json
import pickle
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.camera import CameraPath, CameraView, Motion
from jobs.document import Job, document_of, job_from, job_json, parse_job
from jobs.errors import InvalidInput
from jobs.mistakes import Mistake
from jobs.presets import Preset
from jobs.scene import Image, Prompt, TransitionType
from jobs.sound import CALM_MUSIC, MusicProviderName, VoiceProviderName

TIDE_POOLS: dict[str, Any] = {
    "schema_version": 1,
    "title": "Tide pools",
    "language": "en",
    "preset": "brand_campaign",
    "scenes": [
        {
            "narration": "Twice a day the sea forgets these rocks.",
            "visual": {"type": "image", "uri": "media/pool.jpg"},
            "motion": "zoom_in",
            "effects": [{"query": "ocean waves", "at": {"word": "sea"}, "gain_db": -8}],
            "transition": {"type": "fade_black", "duration_s": 0.7},
        },
        {
            "narration": "What stays behind must hold its breath.",
            "visual": {"type": "prompt", "prompt": "anemone, macro, dawn light"},
        },
    ],
    "voice": {"provider": "auto", "voice_id": None, "speed": 1.0},
    "music": {"provider": "auto", "prompt": "curious", "gain_db": -14, "ducking_db": 10},
    "captions": {"burn_in": True, "style": "block", "sidecar": ["srt", "vtt"]},
    "output": {
        "aspect_ratio": "16:9",
        "height": 1080,
        "fps": 30,
        "quality": "standard",
        "loudness": "web",
        "formats": ["mp4"],
    },
    "rights": {"commercial": True},
    "budget_usd": 2.0,
    "webhook_url": None,
    "metadata": {"campaign": "spring"},
}

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(exclude_categories=()), max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
FIELDS = st.sampled_from(
    ["scenes", "prompt", "output", "voice", "music", "visual", "type", "effects", "at", "fps"]
)


def test_a_whole_document_is_read_into_types() -> None:
    job = parse_job(json.dumps(TIDE_POOLS))

    scene = (job.scenes or ())[0]
    assert job.preset is Preset.BRAND_CAMPAIGN
    assert scene.visual == Image(type="image", uri="media/pool.jpg")
    assert scene.motion is Motion.ZOOM_IN
    assert scene.effects[0].query == "ocean waves"
    assert scene.effects[0].at is not None
    assert scene.effects[0].at.word == "sea"
    assert (scene.transition.type, scene.transition.duration_s) == (TransitionType.FADE_BLACK, 0.7)
    assert job.budget_usd == 2.0
    assert job.metadata == {"campaign": "spring"}


def test_a_prompt_alone_is_a_job_with_defaults() -> None:
    job = parse_job(b'{"prompt": "The sea."}')

    assert job.scenes is None
    assert job.language == "en"
    assert job.voice.provider is VoiceProviderName.AUTO
    assert job.music is not None
    assert job.music.prompt == CALM_MUSIC
    assert job.music.provider is MusicProviderName.AUTO
    assert job.output.size == (1920, 1080)
    assert job.rights.commercial
    assert (job.max_duration_s, job.review) == (None, False)


@pytest.mark.parametrize("nothing", [None, False], ids=["null", "false"])
def test_music_can_be_turned_off(nothing: object) -> None:
    assert job_from({"prompt": "The sea.", "music": nothing}).music is None


def test_the_same_job_written_differently_has_the_same_canonical_json() -> None:
    brief = job_from({"scenes": [{"narration": "The sea."}]})
    wordy = parse_job(
        """{"output": {"fps": 30.0, "height": 1080}, "schema_version": 1,
        "scenes": [{"transition": {"type": "cut", "duration_s": 2}, "narration": "The sea."}]}"""
    )

    assert job_json(brief) == job_json(wordy)


@pytest.mark.parametrize(
    "document",
    [
        pytest.param(TIDE_POOLS, id="whole"),
        pytest.param({"prompt": "海はまた忘れる。"}, id="prompt"),
        pytest.param({"prompt": "x", "music": None, "preset": "quick_social"}, id="no music"),
        pytest.param(
            {
                "preset": "premium_spot",
                "voice": {"provider": "piper", "voice_id": "amy", "speed": 1.2},
                "scenes": [
                    {"narration": "a", "voice": {"speed": 2}},
                    {"duration_s": 3, "visual": {"type": "title", "text": "The end"}},
                    {"narration": "b", "effects": [{"query": "rain", "at": {"offset_s": 1}}]},
                ],
            },
            id="voices and effects",
        ),
    ],
)
def test_canonical_json_reads_back_as_the_same_job(document: dict[str, Any]) -> None:
    job = job_from(document)

    assert parse_job(job_json(job)) == job
    assert job_json(parse_job(job_json(job))) == job_json(job)


def test_canonical_json_is_sorted_and_writes_letters_as_they_are() -> None:
    text = job_json(job_from({"prompt": "Été"})).decode()

    assert '"prompt":"Été"' in text
    assert list(json.loads(text)) == sorted(json.loads(text))


def test_a_job_travels_by_pickle_and_cannot_be_changed() -> None:
    job = job_from(TIDE_POOLS)

    assert pickle.loads(pickle.dumps(job)) == job  # noqa: S301 our own bytes
    with pytest.raises(ValueError, match="frozen"):
        job.title = "another"  # type: ignore[misc]


def test_a_scene_voice_is_completed_from_the_voice_of_the_job() -> None:
    job = job_from(
        {
            "voice": {"provider": "elevenlabs", "voice_id": "Ada", "speed": 1.5},
            "scenes": [
                {"narration": "a", "voice": {"speed": 1}},
                {"narration": "b", "voice": {"provider": "espeak"}},
                {"narration": "c"},
            ],
        }
    )

    slow, other, plain = job.scenes or ()
    assert slow.voice == job.voice.model_copy(update={"speed": 1.0})
    assert other.voice is not None
    assert (other.voice.voice_id, other.voice.speed) == (None, 1.5)
    assert plain.voice is None


def test_the_mistake_in_the_voice_of_the_job_is_not_repeated_for_scenes() -> None:
    with pytest.raises(InvalidInput) as raised:
        job_from({"voice": {"speed": 9}, "scenes": [{"narration": "a", "voice": {"speed": 1}}]})

    assert [mistake.path for mistake in mistakes_in(raised.value)] == ["voice.speed"]


def test_every_mistake_has_a_line_of_its_own() -> None:
    document = {"scenes": [{"narration": ""}, {"motion": "up"}], "budget_usd": -1, "titel": "x"}

    with pytest.raises(InvalidInput) as raised:
        job_from(document, name="tide.json")

    head, *lines = raised.value.message.splitlines()
    assert head == "tide.json: 5 mistakes"
    assert lines == [mistake.message for mistake in mistakes_in(raised.value)]
    assert [line.split()[0] for line in lines] == [
        "scenes[0].narration",
        "scenes[1].motion",
        "scenes[1].narration",
        "budget_usd",
        "titel",
    ]


def test_a_flood_of_mistakes_is_counted_not_listed() -> None:
    with pytest.raises(InvalidInput) as raised:
        job_from({"scenes": [{"narration": "a", "foo": 1}] * 500})

    assert len(mistakes_in(raised.value)) == 200
    assert raised.value.message.endswith("... and 300 more mistakes.")


def test_our_own_blobs_are_accepted_from_trusted_documents_only() -> None:
    document = {"scenes": [{"narration": "a", "visual": {"type": "image", "uri": "blob:in/a"}}]}

    assert job_from(document, trusted=True).scenes
    with pytest.raises(InvalidInput, match=r"scenes\[0\].visual.uri"):
        job_from(document)


def test_a_picture_is_made_from_the_narration_where_no_visual_is_given() -> None:
    job = job_from({"scenes": [{"narration": "The sea."}]})

    scene = (job.scenes or ())[0]
    assert scene.visual is None
    assert scene.effective_visual == Prompt(type="prompt", prompt="The sea.")


@settings(derandomize=True, deadline=None, max_examples=150)
@given(JSON)
def test_any_value_is_a_job_or_invalid_input(value: object) -> None:
    assert_job_or_mistakes(value)


@settings(derandomize=True, deadline=None, max_examples=150)
@given(st.dictionaries(FIELDS, JSON | st.dictionaries(FIELDS, JSON, max_size=3), max_size=4))
def test_any_value_in_known_fields_is_a_job_or_invalid_input(value: object) -> None:
    assert_job_or_mistakes(value)


@settings(derandomize=True, deadline=None, max_examples=250)
@given(st.data())
def test_the_example_with_any_part_replaced_is_a_job_or_invalid_input(data: st.DataObject) -> None:
    document = json.loads(json.dumps(TIDE_POOLS))
    parts = list(places(document))
    owner, key = data.draw(st.sampled_from(parts))
    owner[key] = data.draw(JSON)

    assert_job_or_mistakes(document)


@settings(derandomize=True, deadline=None, max_examples=150)
@given(st.binary(max_size=60) | st.text(max_size=60).map(lambda text: f'{{"prompt": "{text}"}}'))
def test_any_text_is_a_job_or_invalid_input(text: bytes | str) -> None:
    assert_job_or_mistakes(text, parse_job)


def assert_job_or_mistakes(value: Any, read: Callable[[Any], Job] = job_from) -> None:
    try:
        job = read(value)
    except InvalidInput as error:
        assert_readable(error)
    else:
        assert isinstance(job, Job)
        assert parse_job(job_json(job)) == job


def assert_readable(error: InvalidInput) -> None:
    lines = error.message.splitlines()
    found = mistakes_in(error)
    assert found
    assert len(lines) == (1 if len(found) == 1 else len(found) + 1)
    assert all(line.isprintable() and "pydantic" not in line for line in lines)


def places(value: Any) -> Any:
    keys = list(value) if isinstance(value, dict) else range(len(value))
    for key in keys:
        yield value, key
        if isinstance(value[key], dict | list):
            yield from places(value[key])


def mistakes_in(error: InvalidInput) -> tuple[Mistake, ...]:
    found = error.facts["mistakes"]
    assert isinstance(found, tuple)
    return found


def test_a_camera_path_and_a_focus_come_back_as_they_were_given() -> None:
    path = {"start": {"zoom": 1, "focus": [0, 1]}, "end": {"zoom": 1.3}}
    visual = {"type": "image", "uri": "a.jpg", "focus": [0.25, 0.5]}

    job = job_from({"scenes": [{"narration": "a", "visual": visual, "motion": path}]})

    (scene,) = job.scenes or ()
    assert scene.motion == CameraPath(
        start=CameraView(zoom=1.0, focus=(0.0, 1.0)), end=CameraView(zoom=1.3)
    )
    assert isinstance(scene.visual, Image)
    assert scene.visual.focus == (0.25, 0.5)
    assert job_from(json.loads(job_json(job))) == job


def test_a_visual_without_a_focus_does_not_mention_it() -> None:
    visual = {"type": "image", "uri": "a.jpg"}

    job = job_from({"scenes": [{"narration": "a", "visual": visual}]})

    assert document_of(job)["scenes"][0]["visual"] == visual
