"""One job with several outputs, on the real runner."""

import json
from pathlib import Path
from typing import Any

import pytest

from jobs.formats import film_names
from jobs.slate import LOCAL_TENANT
from jobs.states import Status
from pipeline.execute import execute
from pipeline.graph import FanOut
from storage.rows import PartRow
from tests.pipeline.test_graph import catalogue_of, status_of, studio_in, submit
from transforms.studio import StudioConfig

COLOURS = ("#204060", "#604020")
TEXTS = (
    ("One wave.", "Une vague.", {"wave": "vague"}),
    ("It goes.", "Elle part.", {}),
)
# Both scenes are longer than what is said in them, and nothing of that is seen.
JOB: dict[str, Any] = {
    "title": "Sea",
    "translations": {"fr": {"title": "La mer"}},
    "scenes": [
        {
            "narration": english,
            "visual": {"type": "color", "color": color},
            "effects": [{"query": "ocean waves", "at": {"word": word}} for word in words],
            "duration_s": 4,
            "translations": {"fr": {"narration": french, "words": words}},
        }
        for color, (english, french, words) in zip(COLOURS, TEXTS, strict=True)
    ],
    "captions": {"burn_in": False},
    "music": None,
    "output": {"height": 144, "fps": 24, "quality": "draft"},
}
VARIANTS = {"languages": ["en", "fr"], "aspect_ratios": ["16:9", "1:1"]}
NAMES = ("en-16x9", "en-1x1", "fr-16x9", "fr-1x1")


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> StudioConfig:
    config = studio_in(tmp_path_factory.mktemp("variants"))
    execute([submit(config, "sea", {**JOB, "variants": VARIANTS})], config, FanOut.POOLED)
    return config


def parts_of(config: StudioConfig, job_id: str, generation: int = 1) -> list[PartRow]:
    with catalogue_of(config) as catalogue:
        return list(catalogue.parts(LOCAL_TENANT, job_id, generation))


def manifest_of(config: StudioConfig, job_id: str) -> Any:
    return json.loads((Path(config.deliver_to) / job_id / "manifest.json").read_text())


def test_every_variant_has_its_files_in_a_folder_of_its_name(rendered: StudioConfig) -> None:
    folder = Path(rendered.deliver_to) / "sea"

    found = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}

    files = ("final.mp4", "poster.jpg", "captions.srt", "captions.vtt", "credits.txt")
    assert status_of(rendered, "sea") is Status.DONE
    assert found == {"manifest.json", *(f"{name}/{file}" for name in NAMES for file in files)}
    assert "Une vague." in (folder / "fr-1x1" / "captions.srt").read_text(encoding="utf-8")


def test_what_variants_have_in_common_is_made_once(rendered: StudioConfig) -> None:
    tasks = sorted(part.task_id for part in parts_of(rendered, "sea"))

    assert tasks == sorted(
        [
            "effect/000.00", "visual/000", "visual/001",
            "voice/000", "voice/001", "voice/000@fr-16x9", "voice/001@fr-16x9",
            "mix/000", "mix/000@fr-16x9",
            "render/0000", "render/0001", "render/0000@en-1x1", "render/0001@en-1x1",
            "finish/000", *(f"finish/000@{name}" for name in NAMES[1:]),
        ]
    )  # fmt: skip


def test_the_manifest_tells_of_each_variant(rendered: StudioConfig) -> None:
    manifest = manifest_of(rendered, "sea")

    variants = {one["name"]: one for one in manifest["variants"]}
    french = variants["fr-1x1"]
    tasks = {part["task"] for part in manifest["parts"]}
    assert tuple(variants) == NAMES
    assert set(french["tasks"]) <= tasks
    assert tasks == {task for one in variants.values() for task in one["tasks"]}
    assert (french["title"], french["language"]) == ("La mer", "fr")
    assert (french["width"], french["height"]) == (144, 144)
    assert french["quality"]["frames"] == french["scenes"][-1]["end_frame"] == 192
    assert [word["text"] for word in french["scenes"][0]["words"]] == ["Une", "vague."]
    assert all(abs(one["quality"]["lufs"] + 14) <= 0.5 for one in variants.values())
    assert manifest["title"] == "Sea"


def test_the_ledger_knows_all_films_and_their_length_together(rendered: StudioConfig) -> None:
    with catalogue_of(rendered) as catalogue:
        video = catalogue.video(LOCAL_TENANT, "sea")

    assert video is not None
    assert film_names(sorted(video.files)) == tuple(f"{name}/final.mp4" for name in NAMES)
    assert set(video.sizes) == set(video.files)
    assert (video.frames, video.duration_s) == (4 * 192, 4 * 8.0)


def test_variants_are_the_films_that_jobs_of_their_own_would_be(
    rendered: StudioConfig, tmp_path: Path
) -> None:
    french = json.loads(json.dumps(JOB))
    for scene in french["scenes"]:
        told = scene["translations"]["fr"]
        scene["narration"] = told["narration"]
        for effect in scene["effects"]:
            effect["at"]["word"] = told["words"][effect["at"]["word"]]
    alone = {**french, "title": "La mer", "language": "fr"}

    execute([submit(rendered, "alone", alone)], rendered)

    # Found, and so the same to the byte.
    assert {part.status for part in parts_of(rendered, "alone")} == {"cached"}


def test_a_variant_that_is_added_reuses_what_is_there(rendered: StudioConfig) -> None:
    more = {**VARIANTS, "aspect_ratios": ["16:9", "1:1", "4:5"]}

    execute([submit(rendered, "more", {**JOB, "variants": more})], rendered)

    made = [part.task_id for part in parts_of(rendered, "more") if part.status == "done"]
    assert sorted(made) == [
        "finish/000@en-4x5", "finish/000@fr-4x5", "render/0000@en-4x5", "render/0001@en-4x5",
    ]  # fmt: skip


def test_branches_make_the_same_as_the_pool(rendered: StudioConfig, tmp_path: Path) -> None:
    config = studio_in(tmp_path)

    execute([submit(config, "sea", {**JOB, "variants": VARIANTS})], config, FanOut.BRANCHES)

    assert manifest_of(config, "sea")["files"] == manifest_of(rendered, "sea")["files"]


def test_a_prompt_has_its_scenes_in_each_preset(rendered: StudioConfig) -> None:
    prompt = {"prompt": "First this.\n\nThen that.", "music": None, "output": JOB["output"]}
    presets = {"presets": ["quick_social", "brand_campaign"]}

    execute([submit(rendered, "prompt", {**prompt, "variants": presets})], rendered)

    tasks = {part.task_id for part in parts_of(rendered, "prompt")}
    sizes = [(one["width"], one["height"]) for one in manifest_of(rendered, "prompt")["variants"]]
    assert status_of(rendered, "prompt") is Status.DONE
    assert {"script/000", "voice/000", "voice/001"} <= tasks
    assert not [task for task in tasks if task.startswith("voice") and "@" in task]
    assert sizes == [(144, 256), (256, 144)]


def test_a_variant_longer_than_its_preset_allows_fails_the_job_by_name(
    rendered: StudioConfig,
) -> None:
    long = json.loads(json.dumps(JOB))
    long["scenes"][0]["duration_s"] = 31
    long["variants"] = {"presets": ["brand_campaign", "quick_social"]}

    execute([submit(rendered, "long", long)], rendered)

    with catalogue_of(rendered) as catalogue:
        row = catalogue.job(LOCAL_TENANT, "long")
    assert row is not None
    (problem,) = row.problems
    assert problem.message.startswith("the video quick_social would last 35.")


def test_what_all_variants_need_fails_once(rendered: StudioConfig) -> None:
    gone = json.loads(json.dumps(JOB))
    gone["scenes"][1]["visual"] = {"type": "image", "uri": "gone.jpg"}

    execute([submit(rendered, "gone", {**gone, "variants": VARIANTS})], rendered)

    with catalogue_of(rendered) as catalogue:
        row = catalogue.job(LOCAL_TENANT, "gone")
    assert row is not None
    assert row.status is Status.FAILED
    assert len(row.problems) == 1  # once, although four variants need it
