from typing import Any

from jobs.assets import list_assets
from jobs.casting import LOCAL_CHOICES, Casting, Choice
from jobs.document import job_from, variants_of
from jobs.sharing import share_assets, shared_ids
from jobs.slate import Slate
from jobs.stages import Stage
from jobs.submission import Submission

JOB: dict[str, Any] = {
    "scenes": [
        {
            "narration": "The sea.",
            "visual": {"type": "image", "uri": "a.jpg"},
            "effects": [{"query": "waves"}],
            "translations": {"fr": {"narration": "La mer est tout près de nous ce matin."}},
        },
        {
            "narration": "The shore.",
            "visual": {"type": "prompt", "prompt": "a shore"},
            "translations": {"fr": {"narration": "Le rivage."}},
        },
        {
            "visual": {"type": "title", "text": "The end"},
            "duration_s": 2,
            "translations": {"fr": {"title": "Fin"}},
        },
    ],
}


def assets_of(variants: dict[str, Any], casting: Casting) -> dict[str, str]:
    """Labels by task id of everything that is made."""
    job = job_from({**JOB, "variants": variants})
    shared = share_assets(variants_of(job), Submission({}), casting, Slate())
    return {asset.task_id: asset.label for asset in shared.assets}


def test_what_has_the_same_key_is_one_task() -> None:
    found = shared_ids([("fr", [("a/0", "k"), ("b/0", "l")]), ("ar", [("a/0", "m"), ("b/0", "l")])])

    assert found == ({"a/0": "a/0", "b/0": "b/0"}, {"a/0": "a/0@ar", "b/0": "b/0"})


def test_tasks_of_one_variant_stay_apart() -> None:
    found = shared_ids([("fr", [("a/0", "k"), ("a/1", "k")]), ("ar", [("a/0", "k"), ("a/1", "k")])])

    assert found == ({"a/0": "a/0", "a/1": "a/1"}, {"a/0": "a/0", "a/1": "a/0"})


def test_a_job_without_variants_has_the_tasks_it_always_had() -> None:
    job = job_from(JOB)

    shared = share_assets(variants_of(job), Submission({}), Casting(), Slate())

    assert shared.assets == list_assets(job, Submission({}), Casting())


def test_languages_share_all_but_the_narrations() -> None:
    found = assets_of({"languages": ["en", "fr"]}, Casting())

    assert found == {
        "music/000": "music",
        "voice/000": "scenes[0].narration",
        "visual/000": "scenes[0].visual a.jpg",
        "effect/000.00": "scenes[0].effects[0]",
        "voice/001": "scenes[1].narration",
        "visual/001": "scenes[1].visual",
        "visual/002": "scenes[2].visual",
        "voice/000@fr": "scenes[0].narration of fr",
        "voice/001@fr": "scenes[1].narration of fr",
    }


def test_shapes_share_all_but_painted_pictures() -> None:
    found = assets_of({"aspect_ratios": ["16:9", "9:16", "1:1"]}, Casting())

    more = {task_id for task_id in found if "@" in task_id}
    assert more == {f"visual/00{n}@{shape}" for n in (1, 2) for shape in ("9x16", "1x1")}


def test_music_and_moving_pictures_are_ordered_once_for_the_longest_narration() -> None:
    bought = {
        Stage.MUSIC: (Choice("suno", "", ("prompt", "length_s")),),
        Stage.VISUAL: (Choice("veo", "", ("prompt", "length_s")),),
    }

    found = assets_of({"languages": ["en", "fr"]}, Casting({**LOCAL_CHOICES, **bought}))

    assert {task_id for task_id in found if "@" in task_id} == {"voice/000@fr", "voice/001@fr"}
