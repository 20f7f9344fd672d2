from typing import Any

import pytest

from jobs.bookends import clip_s, leading, scene_place
from jobs.document import Job, bookended, document_of, job_from, job_json, parse_job, variants_of
from jobs.errors import InvalidInput
from jobs.named_files import files_of, rename_files

SCENES: list[Any] = [{"narration": "Low water."}, {"narration": "High water."}]
KIT: dict[str, Any] = {
    "logo": {"uri": "logo.png"},
    "fonts": {"titles": "kit/Brand.OTF", "captions": "Noto Sans"},
    "intro": {"type": "clip", "uri": "intro.mp4"},
    "outro": {"type": "image", "uri": "outro.png"},
}


def job_with(brand: object, **others: Any) -> Job:
    return job_from({"scenes": SCENES, "brand": brand, **others})


@pytest.mark.parametrize(
    ("brand", "sentence"),
    [
        pytest.param(
            {"colors": {"text": "#ffffff", "background": "#808080"}},
            'brand.colors.background ("#808080") has a contrast of 3.9:1 to text (#ffffff): '
            "give colours that have 4.5:1 or more.",
            id="text that cannot be read",
        ),
        pytest.param(
            {"colors": {"text": "#303030"}},
            "brand.colors.background has a contrast of 1.4:1 to text (#303030): "
            "give colours that have 4.5:1 or more.",
            id="dark text on the dark default",
        ),
        pytest.param(
            {"colors": {"primary": "red"}},
            'brand.colors.primary ("red") is not a colour: '
            "give six hexadecimal digits after #, such as #1a2b3c.",
            id="colour by name",
        ),
        pytest.param(
            {"logo": {"uri": "a.png", "corner": "centre"}},
            'brand.logo.corner is "centre": '
            "give one of top_left, top_right, bottom_left, bottom_right.",
            id="no corner",
        ),
        pytest.param(
            {"logo": {"uri": "a.png", "width": 0.9}},
            "brand.logo.width is 0.9: give a number from 0.02 to 0.4.",
            id="logo that covers everything",
        ),
        pytest.param(
            {"logo": {"uri": "ftp://a.example/a.png"}},
            'brand.logo.uri ("ftp://a.example/a.png") is a kind of address that is not read: '
            "give a file path, or an address that starts with gs:// or https://.",
            id="address that is not read",
        ),
        pytest.param(
            {"fonts": {"titles": " "}},
            'brand.fonts.titles (" ") names no font: give a font family, or a .ttf or .otf file.',
            id="blank font",
        ),
        pytest.param(
            {"intro": {"type": "title", "text": "Hello"}},
            'brand.intro.type is "title": give one of image, clip.',
            id="intro that is drawn",
        ),
        pytest.param(
            "brand.json",
            'brand is "brand.json": give an object with the fields logo, colors, fonts, intro, '
            "outro.",
            id="path, where there are no files",
        ),
    ],
)
def test_each_mistake_in_a_brand_kit_is_one_sentence(brand: object, sentence: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        job_with(brand)

    assert raised.value.message == f"job: {sentence}"


def test_a_dark_primary_is_refused_with_karaoke_captions_only() -> None:
    dark = {"colors": {"primary": "#102080"}}

    with pytest.raises(InvalidInput) as raised:
        job_with(dark, captions={"style": "karaoke"})

    assert raised.value.message == (
        'job: brand.colors.primary ("#102080") has a contrast of 1.5:1 to the black outline of '
        "karaoke captions: give a lighter colour that has 4.5:1 or more, or captions.style block."
    )
    assert job_with(dark).brand
    assert job_with(dark, captions={"style": "karaoke", "burn_in": False}).brand


def test_a_job_without_brand_is_what_it_was() -> None:
    assert "brand" not in document_of(job_from({"scenes": SCENES}))


def test_a_brand_reads_back_as_it_was_written() -> None:
    job = job_with(KIT | {"colors": {"primary": "#E8A030"}})

    assert parse_job(job_json(job)) == job
    assert job.brand
    assert job.brand.colors
    assert job.brand.colors.primary == "#e8a030"


def test_files_of_a_kit_are_named_and_renamed() -> None:
    document = document_of(job_with(KIT))

    found = [(file.place, file.uri, file.kind) for file in files_of(document)]
    rename_files(document, {"kit/Brand.OTF": "upload://1", "intro.mp4": "upload://2"})

    assert found == [
        ("brand.logo.uri", "logo.png", "image"),
        ("brand.fonts.titles", "kit/Brand.OTF", "font"),
        ("brand.intro.uri", "intro.mp4", "clip"),
        ("brand.outro.uri", "outro.png", "image"),
    ]
    assert document["brand"]["fonts"] == {"titles": "upload://1", "captions": "Noto Sans"}
    assert document["brand"]["intro"]["uri"] == "upload://2"


def test_intro_and_outro_stand_around_the_scenes_of_every_variant() -> None:
    job = job_with(KIT, variants={"aspect_ratios": ["16:9", "9:16"]})

    for variant in variants_of(job):
        made = variant.job.scenes or ()
        assert [scene.narration for scene in made] == [None, "Low water.", "High water.", None]
        assert [scene.duration_s for scene in made] == [None, None, None, 3.0]
        assert len(variant.original.scenes or ()) == len(made)
        places = [scene_place(job.brand, 4, index) for index in range(4)]
        assert places == ["brand.intro", "scenes[0]", "scenes[1]", "brand.outro"]


@pytest.mark.parametrize("brand", [None, {"logo": {"uri": "logo.png"}}], ids=["none", "logo"])
def test_without_intro_and_outro_scenes_are_those_of_the_document(brand: object) -> None:
    job = job_with(brand)

    assert bookended(job) == job
    assert (leading(job.brand), scene_place(job.brand, 2, 1)) == (0, "scenes[1]")


@pytest.mark.parametrize(
    ("facts", "seconds"),
    [
        pytest.param({"length_s": 2.5}, 2.5, id="known"),
        pytest.param({"length_s": -1.0}, 5.0, id="guessed"),
        pytest.param(None, 5.0, id="not looked at"),
    ],
)
def test_a_clip_lasts_as_long_as_it_is(facts: dict[str, Any] | None, seconds: float) -> None:
    assert clip_s(facts) == seconds
