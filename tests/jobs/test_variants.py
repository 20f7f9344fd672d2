import json
from typing import Any

import pytest

from jobs.document import Job, job_from, job_json, variants_of
from jobs.errors import InvalidInput
from jobs.presets import Preset
from jobs.scene import Prompt, Title

Document = dict[str, Any]


def scene(narration: str | None, fr: Document | None = None, **fields: Any) -> Document:
    told = {"translations": {"fr": fr}} if fr else {}
    return {"narration": narration, **told, **fields}


SEA = scene(
    "The sea.",
    {"narration": "La mer.", "words": {"sea": "mer"}},
    effects=[{"query": "waves", "at": {"word": "sea"}}],
)


def document(*scenes: Document, **variants: Any) -> Document:
    return {"title": "Sea", "scenes": list(scenes or [SEA]), "variants": variants}


def by_name(given: Document) -> dict[str, Job]:
    return {variant.name: variant.job for variant in variants_of(job_from(given))}


def mistakes(given: Document) -> list[str]:
    with pytest.raises(InvalidInput) as raised:
        job_from(given)
    return raised.value.message.removeprefix("job: ").splitlines()


def test_every_combination_is_a_variant_in_the_order_of_the_lists() -> None:
    found = by_name(document(languages=["fr", "en"], aspect_ratios=["9:16", "1:1"]))

    assert list(found) == ["fr-9x16", "fr-1x1", "en-9x16", "en-1x1"]
    assert found["fr-1x1"].output.size == (1080, 1080)
    assert found["fr-1x1"].variants is None


def test_a_variant_without_translations_is_the_job_itself() -> None:
    plain = {key: value for key, value in document().items() if key != "variants"}
    spoken = {key: value for key, value in SEA.items() if key != "translations"}

    found = by_name(document(languages=["en"]))

    assert found["en"] == job_from({**plain, "scenes": [spoken]})


def test_a_job_without_variants_is_its_only_one() -> None:
    job = job_from({"scenes": [SEA]})

    (variant,) = variants_of(job)

    assert (variant.name, variant.job) == ("", job)


def test_a_job_without_variants_is_written_as_ever() -> None:
    written = json.loads(job_json(job_from({"scenes": [{"narration": "One."}]})))

    assert not {"variants", "translations"} & {*written, *written["scenes"][0]}


def test_a_translated_scene_speaks_its_language_and_shows_the_same_picture() -> None:
    job = by_name({**document(languages=["fr"]), "translations": {"fr": {"title": "La mer"}}})["fr"]

    (found,) = job.scenes or ()
    assert (job.title, job.language, found.language) == ("La mer", "fr", None)
    assert found.narration == "La mer."
    assert found.effective_visual == Prompt(type="prompt", prompt="The sea.")
    assert found.effects[0].at
    assert found.effects[0].at.word == "mer"


def test_titles_are_translated_where_there_is_a_text() -> None:
    visual = {"type": "title", "text": "Low water", "subtitle": "Noon"}
    still = scene(None, visual=visual, duration_s=2)
    told = scene(None, {"title": "Mer basse"}, visual=visual, duration_s=2)

    first, second = by_name(document(still, told, languages=["fr"]))["fr"].scenes or ()

    assert (first.visual, first.language) == (Title(**visual), "en")  # type: ignore[arg-type]  # texts
    assert second.visual == Title(type="title", text="Mer basse", subtitle="Noon")


def test_a_scene_in_the_language_of_a_variant_needs_no_translation() -> None:
    given = document(SEA, scene("Bonjour.", language="fr"), languages=["en", "fr"])

    spoken = {name: (job.scenes or ())[1].language for name, job in by_name(given).items()}

    assert spoken == {"en": "fr", "fr": "fr"}


def test_a_language_may_have_a_voice_of_its_own() -> None:
    slow = scene("Slowly.", {"narration": "Lentement."}, voice={"speed": 0.8})
    french = {"provider": "espeak", "voice_id": "fr", "speed": 1.1}
    given = document(SEA, slow, languages=["en", "fr"], voices={"fr": french})

    found = by_name({**given, "voice": {"provider": "espeak", "voice_id": "en-us"}})

    assert [found[name].voice.voice_id for name in ("en", "fr")] == ["en-us", "fr"]
    own = (found["fr"].scenes or ())[1].voice
    assert own
    assert (own.voice_id, own.speed) == ("fr", 0.8)


def test_a_prompt_may_have_shapes_and_a_voice() -> None:
    voices = {"en": {"provider": "espeak", "speed": 1.2}}
    variants = {"languages": ["en"], "aspect_ratios": ["1:1", "4:5"], "voices": voices}

    found = by_name({"prompt": "The sea.", "variants": variants})

    assert list(found) == ["en-1x1", "en-4x5"]
    assert {(job.prompt, job.voice.speed) for job in found.values()} == {("The sea.", 1.2)}


def test_each_preset_fills_in_what_the_document_does_not_say() -> None:
    given = document(presets=["quick_social", "premium_spot"])
    given["output"] = {"fps": 60}

    found = by_name(json.loads(job_json(job_from(given))))

    assert [job.preset for job in found.values()] == [Preset.QUICK_SOCIAL, Preset.PREMIUM_SPOT]
    assert [job.output.size for job in found.values()] == [(1080, 1920), (1920, 1080)]
    assert {job.output.fps for job in found.values()} == {60}
    assert [job.review for job in found.values()] == [False, True]


def test_a_job_with_variants_is_written_so_that_it_reads_back() -> None:
    job = job_from(document(languages=["fr"], presets=["quick_social"]))

    assert job_from(json.loads(job_json(job))) == job


@pytest.mark.parametrize(
    ("given", "told"),
    [
        pytest.param(
            document(),
            "variants names nothing to vary: give languages, aspect_ratios or presets.",
            id="nothing",
        ),
        pytest.param(
            document(languages=["en", "de"]),
            'scenes[0].translations.de is missing: give an object such as {"narration": "..."}.',
            id="no text",
        ),
        pytest.param(
            document(scene("One.", {"words": {}}), languages=["fr"]),
            "scenes[0].translations.fr.narration is missing: give what is said in this language.",
            id="no narration",
        ),
        pytest.param(
            document(scene("A.", {"narration": "B.", "title": "C"}), languages=["fr"]),
            "scenes[0].translations.fr.title translates nothing: give a visual of the type title.",
            id="no title",
        ),
        pytest.param(
            document(
                scene("A.", {"narration": "B.", "lower_third": {"text": "C"}}), languages=["fr"]
            ),
            "scenes[0].translations.fr.lower_third translates nothing: give one to the scene, too.",
            id="no lower third",
        ),
        pytest.param(
            document({**SEA, "translations": {"fr": {"narration": "La mer."}}}, languages=["fr"]),
            'scenes[0].translations.fr.words lacks "sea", which calls an effect: give the word of '
            "this narration that stands for it.",
            id="no word",
        ),
        pytest.param(
            document(scene("One.", {"narration": "Un.", "words": {"a": "b"}}), languages=["fr"]),
            'scenes[0].translations.fr.words has "a", which calls nothing: give words of `at`.',
            id="word too many",
        ),
        pytest.param(
            document(scene("One.", {"narration": "..."}), languages=["fr"], aspect_ratios=["1:1"]),
            'variant fr-1x1: scenes[0].narration ("...") has nothing in it that can be spoken: '
            "give text with letters or digits.",
            id="of one variant",
        ),
        pytest.param(
            {**document(presets=["quick_social"]), "preset": "premium_spot"},
            "variants.presets are beside a preset of the job: give one of the two.",
            id="two sorts of preset",
        ),
        pytest.param(
            {"prompt": "The sea.", "variants": {"languages": ["en", "fr"]}},
            "variants.languages needs translations, which a prompt has not: give scenes instead.",
            id="prompt",
        ),
        pytest.param(
            document(
                languages=["en", "fr", "de", "es", "it", "pt", "nl"],
                aspect_ratios=["16:9", "9:16", "1:1", "4:5"],
            ),
            "variants are 28 videos: give at most 24 combinations.",
            id="too many",
        ),
        pytest.param(
            {"scenes": [{"narration": "One.", "translations": {"xx": {}}}]},
            "scenes[0].translations.xx is not a language that can be spoken: give the tag of a "
            "spoken language, such as en, pt-BR or zh; docs/job.md lists them.",
            id="unknown language",
        ),
        pytest.param(
            {"scenes": [{"narration": "One.", "translations": {"fr": {}, "FR": {}}}]},
            "scenes[0].translations has a language twice: give each language once.",
            id="language twice",
        ),
    ],
)
def test_each_mistake_is_one_sentence(given: Document, told: str) -> None:
    assert mistakes(given) == [told]


def test_a_mistake_of_several_variants_is_told_once() -> None:
    given = document(scene("One.", {"narration": "..."}), languages=["fr"])
    given["variants"]["aspect_ratios"] = ["16:9", "9:16", "1:1"]

    assert len(mistakes(given)) == 1


def test_a_lower_third_is_that_of_the_language_or_stays() -> None:
    ann = {"text": "Ann", "subtitle": "Biologiste"}
    told: Document = {"fr": {"narration": "La mer.", "lower_third": ann}}
    told["de"] = {"narration": "Das Meer."}
    sea = {"narration": "The sea.", "lower_third": {"text": "Ann"}, "translations": told}

    found = by_name(document(sea, languages=["fr", "de"]))

    shown = {name: job.scenes[0].lower_third for name, job in found.items() if job.scenes}
    assert {name: third and third.subtitle for name, third in shown.items()} == {
        "fr": "Biologiste",
        "de": None,
    }
