import pytest

from jobs.document import document_of, job_from, variants_of
from jobs.named_files import NamedFile, files_of, rename_files
from jobs.recording import SpokenWord, located

COLOR = {"type": "color", "color": "#204060"}


def said(*texts: str) -> tuple[SpokenWord, ...]:
    return tuple(
        SpokenWord(text=text, start_s=float(n), end_s=n + 0.5) for n, text in enumerate(texts)
    )


@pytest.mark.parametrize(
    ("words", "text", "places"),
    [
        pytest.param(said("The", "sea"), "The sea.", (0, 4), id="as written"),
        pytest.param(said("the", "SEA"), "«The» — Sea!", (1, 8), id="whatever capitals and marks"),
        pytest.param(said("a", "a"), "A bay, a boat", (0, 3), id="one behind the other"),
        pytest.param(said("İz", "var"), "İz var", (0, 3), id="capitals that grow in small letters"),
        pytest.param(said("海", "は"), "海は広い", (0, 1), id="without spaces"),
    ],
)
def test_words_are_found_in_the_text(
    words: tuple[SpokenWord, ...], text: str, places: tuple[int, ...]
) -> None:
    assert located(words, text) == places


def test_a_word_that_is_not_there_is_told_by_its_number() -> None:
    with pytest.raises(LookupError) as caught:
        located(said("The", "lake"), "The sea.")

    assert caught.value.args == (1,)


def test_an_effect_may_wait_for_a_word_of_the_recording() -> None:
    recording = {"uri": "a.wav", "words": [{"text": "sea", "start_s": 0, "end_s": 1}]}
    effects = [{"query": "waves", "at": {"word": "sea"}}]

    job = job_from(
        {"scenes": [{"narration_audio": recording, "effects": effects, "visual": COLOR}]}
    )

    assert (job.scenes or ())[0].spoken_text == "sea"


def test_a_job_that_has_nothing_of_this_is_the_same_document_as_before() -> None:
    scene = {
        "narration": "Hi.",
        "visual": {"type": "clip", "uri": "a.mp4"},
        "effects": [{"query": "rain"}],
    }

    document = document_of(job_from({"scenes": [scene]}))

    told = str(document)
    for name in ("narration_audio", "stems", "sound_gain_db", "'sound'"):
        assert name not in told
    assert "uri" not in document["music"]
    assert "uri" not in document["scenes"][0]["effects"][0]


def test_in_another_language_a_voice_speaks_what_was_recorded() -> None:
    job = job_from(
        {
            "scenes": [
                {
                    "narration": "One wave.",
                    "narration_audio": {"uri": "a.wav"},
                    "visual": COLOR,
                    "translations": {"fr": {"narration": "Une vague."}},
                }
            ],
            "variants": {"languages": ["en", "fr"]},
        }
    )

    english, french = ((variant.job.scenes or ())[0] for variant in variants_of(job))

    assert english.narration_audio is not None
    assert french.narration_audio is None
    assert french.narration == "Une vague."


def test_every_file_is_named_and_renamed() -> None:
    scene = {
        "narration_audio": {"uri": "a.wav", "captions": "a.srt"},
        "visual": {"type": "clip", "uri": "a.mp4"},
        "effects": [{"query": "rain"}, {"uri": "hit.wav"}],
    }
    document = document_of(
        job_from({"scenes": [{"narration": "Hi."}, scene], "music": {"uri": "track.mp3"}})
    )
    files = tuple(files_of(document))

    rename_files(document, {"a.wav": "upload://1", "track.mp3": "upload://2"})

    assert files == (
        NamedFile("scenes[1].visual.uri", "a.mp4", "clip"),
        NamedFile("scenes[1].narration_audio.uri", "a.wav", "sound"),
        NamedFile("scenes[1].narration_audio.captions", "a.srt", "captions"),
        NamedFile("scenes[1].effects[1].uri", "hit.wav", "sound"),
        NamedFile("music.uri", "track.mp3", "sound"),
    )
    assert [file.uri for file in files_of(document)] == [
        "a.mp4", "upload://1", "a.srt", "hit.wav", "upload://2",
    ]  # fmt: skip
