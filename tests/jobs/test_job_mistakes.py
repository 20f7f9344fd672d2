from typing import Any

import pytest

from jobs.document import job_from
from jobs.errors import InvalidInput


def job(**fields: Any) -> dict[str, Any]:
    return {"prompt": "The sea.", **fields}


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        pytest.param(
            [],
            "the document is an empty list: give an object with prompt or scenes.",
            id="list",
        ),
        pytest.param(
            None,
            "the document is null: give an object with prompt or scenes.",
            id="null",
        ),
        pytest.param("x", 'the document is "x": give an object with prompt or scenes.', id="text"),
        pytest.param(
            {},
            "the document has neither prompt nor scenes: give one of the two.",
            id="neither",
        ),
        pytest.param(
            job(scenes=[{"narration": "x"}]),
            "the document has both prompt and scenes: give one of the two.",
            id="both",
        ),
        pytest.param(
            {"scenes": {}},
            "scenes is an empty object: give a list of 1 to 500 items.",
            id="scenes as object",
        ),
        pytest.param(
            {"scenes": "x"},
            'scenes is "x": give a list of 1 to 500 items.',
            id="scenes as text",
        ),
        pytest.param(
            job(prompt="a\0b"),
            "prompt holds the NUL character U+0000: give text without it.",
            id="NUL",
        ),
        pytest.param(
            job(title="\ud83d"),
            "title holds half of a surrogate pair, U+D83D: give text without it.",
            id="lone surrogate",
        ),
        pytest.param(
            job(prompt="x" * 300_000),
            "prompt has 300,000 characters: give at most 200,000 characters.",
            id="huge text",
        ),
        pytest.param(
            job(title=b"x"),
            "title is of the type bytes: give a JSON value.",
            id="not JSON data",
        ),
        pytest.param(
            job(language="english"),
            'language ("english") is not a language that can be spoken: give en-US (English, '
            "America) or bn (Bengali).",
            id="name of a language",
        ),
        pytest.param(
            job(language="xx"),
            'language ("xx") is not a language that can be spoken: give the tag of a spoken '
            "language, such as en, pt-BR or zh; docs/job.md lists them.",
            id="unknown language",
        ),
        pytest.param(
            job(voice={"voice_id": "Ada"}),
            'voice.voice_id ("Ada") is a voice of one provider, but the provider is auto: give the '
            "provider too, or leave voice_id out.",
            id="voice without provider",
        ),
        pytest.param(
            job(voice={"provider": "espeek"}),
            'voice.provider is "espeek": give one of auto, espeak, elevenlabs, gemini, google, '
            "piper "
            "(did you mean espeak?).",
            id="misspelt provider",
        ),
        pytest.param(
            job(music=True),
            "music is true: give false or an object with the fields provider, prompt, uri, "
            "gain_db, ducking_db.",
            id="music true",
        ),
        pytest.param(
            job(music={"gain_db": -61}),
            "music.gain_db is -61: give a number from -60 to 6.",
            id="quiet music",
        ),
        pytest.param(
            job(music={"ducking_db": -1}),
            "music.ducking_db is -1: give a number from 0 to 40.",
            id="negative ducking",
        ),
        pytest.param(
            job(music={"gain_db": "-3"}),
            'music.gain_db is "-3": give a number from -60 to 6, without quotes.',
            id="number as text",
        ),
        pytest.param(
            job(captions={"burn_in": "true"}),
            'captions.burn_in is "true": give true or false, without quotes.',
            id="bool as text",
        ),
        pytest.param(
            job(captions={"burn_in": 1}),
            "captions.burn_in is 1: give true or false.",
            id="number for bool",
        ),
        pytest.param(
            job(captions={"sidecar": ["srt", "ass"]}),
            'captions.sidecar[1] is "ass": give one of srt, vtt.',
            id="unknown sidecar",
        ),
        pytest.param(
            job(captions={"sidecar": ["srt", "srt"]}),
            "captions.sidecar names something twice: give each at most once.",
            id="sidecar twice",
        ),
        pytest.param(
            job(captions=None),
            "captions is null: give an object with the fields burn_in, style, sidecar, soft.",
            id="null object",
        ),
        pytest.param(
            job(output={"height": 1081}),
            "output.height is 1081: give an even whole number from 144 to 2,160.",
            id="odd height",
        ),
        pytest.param(
            job(output={"height": 100}),
            "output.height is 100: give an even whole number from 144 to 2,160.",
            id="low height",
        ),
        pytest.param(
            job(output={"height": 720.5}),
            "output.height is 720.5: give an even whole number from 144 to 2,160.",
            id="broken height",
        ),
        pytest.param(
            job(output={"height": "1080"}),
            'output.height is "1080": give an even whole number from 144 to 2,160, without quotes.',
            id="height as text",
        ),
        pytest.param(
            job(output={"height": 10**400}),
            "output.height is a number of more than 60 digits: give a finite number.",
            id="endless height",
        ),
        pytest.param(
            job(output={"fps": 29}),
            'output.fps is 29: give one of 24, 25, 30, 50, 60, "24000/1001", "30000/1001", '
            '"60000/1001".',
            id="bad fps",
        ),
        pytest.param(
            job(output={"fps": "30"}),
            'output.fps is "30": give one of 24, 25, 30, 50, 60, "24000/1001", "30000/1001", '
            '"60000/1001", without quotes.',
            id="fps as text",
        ),
        pytest.param(
            job(output={"fps": 23.976}),
            'output.fps (23.976) is a rounded rate: give "24000/1001", which is exact.',
            id="rounded fps",
        ),
        pytest.param(
            job(output={"fps": True}),
            'output.fps is true: give one of 24, 25, 30, 50, 60, "24000/1001", "30000/1001", '
            '"60000/1001".',
            id="bool fps",
        ),
        pytest.param(
            job(output={"quality": "HD"}),
            'output.quality is "HD": give one of draft, standard.',
            id="bad quality",
        ),
        pytest.param(
            job(output={"aspect_ratio": "9x16"}),
            'output.aspect_ratio is "9x16": give one of 16:9, 9:16, 1:1, 4:5 (did you mean 9:16?).',
            id="bad ratio",
        ),
        pytest.param(
            job(output={"formats": ["mp4", "mov"]}),
            'output.formats[1] is "mov": give one of mp4, hls, webm, m4a, gif, webp, sheet.',
            id="unknown format",
        ),
        pytest.param(
            job(output={"formats": ["gif", "sheet"]}),
            "output.formats has previews only: give one of mp4, hls, webm, m4a, too.",
            id="previews alone",
        ),
        pytest.param(
            job(captions={"soft": True}, output={"formats": ["webm"]}),
            "output.formats lacks mp4, which captions.soft needs: give mp4, too.",
            id="a track of captions in no file",
        ),
        pytest.param(
            job(output={"formats": []}),
            "output.formats has 0 items: give a list of at least 1 item.",
            id="no format",
        ),
        pytest.param(
            job(rights={"commercial": None}),
            "rights.commercial is null: give true or false.",
            id="null bool",
        ),
        pytest.param(
            job(budget_usd=-1),
            "budget_usd is -1: give a number from 0 to 1,000,000.",
            id="negative budget",
        ),
        pytest.param(
            job(budget_usd=float("nan")),
            "budget_usd is NaN: give a finite number.",
            id="NaN",
        ),
        pytest.param(
            job(budget_usd=float("-inf")),
            "budget_usd is an infinite number: give a finite number.",
            id="infinity",
        ),
        pytest.param(
            job(webhook_url="http://a.b"),
            'webhook_url ("http://a.b") is not an https address: give an address such as '
            "https://example.com/hook.",
            id="http webhook",
        ),
        pytest.param(
            job(webhook_url="https://me:secret@a.b/"),
            'webhook_url ("https://***@a.b/") has a user name or password in it: give an address '
            "such "
            "as https://example.com/hook, without them.",
            id="webhook with password",
        ),
        pytest.param(
            job(metadata={"a": 1}),
            "metadata.a is 1: give text of at most 1,000 characters.",
            id="metadata number",
        ),
        pytest.param(
            job(metadata={"a b": {}}),
            'metadata["a b"] is an empty object: give text of at most 1,000 characters.',
            id="metadata object",
        ),
        pytest.param(
            job(metadata={"": "x"}),
            'metadata[""] has a name that is empty or too long: give a name of 1 to 100 '
            "characters.",
            id="metadata without name",
        ),
        pytest.param(
            job(metadata={str(i): "" for i in range(51)}),
            "metadata has 51 items: give an object of texts of at most 50 fields.",
            id="too much metadata",
        ),
        pytest.param(
            job(metadata={1: "x"}),
            "metadata has a field called 1: give names that are text.",
            id="name that is no text",
        ),
        pytest.param(job(schema_version=2), "schema_version is 2: give 1.", id="later version"),
        pytest.param(
            job(schema_version=True),
            "schema_version is true: give 1.",
            id="bool version",
        ),
        pytest.param(
            job(preset="quick"),
            'preset is "quick": give one of quick_social, brand_campaign, premium_spot (did '
            "you mean quick_social?).",
            id="unknown preset",
        ),
        pytest.param(
            job(preset=["quick_social"]),
            "preset is a list of 1: give one of quick_social, brand_campaign, premium_spot.",
            id="preset as list",
        ),
    ],
)
def test_each_mistake_in_a_job_is_one_sentence(document: object, sentence: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        job_from(document)

    assert raised.value.message == f"job: {sentence}"
