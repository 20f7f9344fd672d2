"""Why parts are made, in a store where everything that a job needs has been kept."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from api.reuse import Earlier, plan_parts
from jobs.casting import Casting
from jobs.slate import Slate, retaken
from jobs.stages import VERSIONS, Stage
from jobs.wire import to_json
from providers.roster import configured
from storage.artefacts import Origin
from tests.pipeline.kept import Store, document, scene, submission


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path, Casting())


def again(*reasons: str, tasks: Sequence[str]) -> dict[str, str]:
    return dict.fromkeys(tasks, f"made again because {', '.join(reasons)}")


JOB = document(scene("One."), scene("Two."), scene("Three."))


def test_without_an_earlier_run_everything_is_new(store: Store) -> None:
    told = store.told(JOB, None)

    assert set(told.values()) == {"new"}
    assert len(told) == 3 + 3 + 3 + 2


def test_what_was_made_for_another_job_is_reused(store: Store) -> None:
    store.keep(JOB)

    assert store.told({**JOB, "metadata": {"client": "Ann"}}, None) == {}


def test_each_part_names_the_differences_that_alone_change_it(store: Store) -> None:
    earlier = store.keep(document(scene("One.", effects=[{"query": "rain"}]), scene("Two.")))
    louder = scene("One.", effects=[{"query": "rain", "gain_db": -3}])

    told = store.told(document(louder, scene("Deux."), title="New"), earlier)

    gain, narration = "scenes[0].effects[0].gain_db changed", "scenes[1].narration changed"
    assert told == {
        **again(narration, tasks=["voice/001", "render/0001"]),
        **again(gain, narration, tasks=["mix/000"]),
        **again("title changed", gain, narration, tasks=["finish/000"]),
    }


def test_a_scene_that_is_added_makes_no_other_scene_again(store: Store) -> None:
    earlier = store.keep(JOB)

    told = store.told(
        document(scene("One."), scene("New."), scene("Two."), scene("Three.")), earlier
    )

    assert told == {
        **dict.fromkeys(["voice/001", "render/0001"], "new because scenes[1] added"),
        **again("scenes[1] added", tasks=["mix/000", "finish/000"]),
    }


def test_a_scene_that_is_removed_makes_no_other_scene_again(store: Store) -> None:
    earlier = store.keep(JOB)

    told = store.told(document(scene("Two."), scene("Three.")), earlier)

    assert told == again("scenes[0] removed", tasks=["mix/000", "finish/000"])


def test_a_picture_that_does_not_show_the_narration_does_not_follow_from_it(store: Store) -> None:
    silent = {"captions": {"burn_in": False, "sidecar": []}}
    earlier = store.keep(document(scene("One."), scene("Two."), **silent))

    told = store.told(document(scene("One."), scene("Deux."), **silent), earlier)

    assert set(told) == {"voice/001", "mix/000", "finish/000"}


def test_a_guessed_length_is_not_taken_for_a_known_one(store: Store) -> None:
    # Long enough to be as long as it is spoken; nothing of it but its length is seen.
    text = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen"
    silent = {"captions": {"burn_in": False, "sidecar": []}}
    before = document(scene(text, duration_s=None), **silent)
    earlier = store.keep(before)

    told = store.told(document(scene(text, duration_s=None), **silent, language="en-GB"), earlier)

    assert "render/0000" in told


def test_differences_that_are_valid_only_together_are_named_together(store: Store) -> None:
    rain = {"query": "rain", "at": {"word": "One"}}
    earlier = store.keep(document(scene("One.", effects=[rain]), scene("Two.")))
    moved = {"query": "rain", "at": {"word": "Uno"}}

    told = store.told(document(scene("Uno.", effects=[moved]), scene("Two."), title="T"), earlier)

    both = "scenes[0].effects[0].at.word changed", "scenes[0].narration changed"
    assert told == {
        **again(*both, tasks=["voice/000", "render/0000", "mix/000"]),
        **again("title changed", *both, tasks=["finish/000"]),
    }


def _media(store: Store, earlier: Earlier, task: str) -> Path:
    row = earlier.parts[task]
    record = store.artefacts.recall(Stage(row.stage), row.key)
    assert record
    return store.folder / record.media["audio"]


def _record(store: Store, earlier: Earlier, task: str) -> Path:
    row = earlier.parts[task]
    return store.folder / "parts" / row.stage / f"{row.key}.json"


@pytest.mark.parametrize("file", [_media, _record], ids=["media", "record"])
@pytest.mark.parametrize("task", ["voice/001", "render/0001", "finish/000"])
def test_files_that_are_gone_are_told(
    store: Store, file: Callable[[Store, Earlier, str], Path], task: str
) -> None:
    earlier = store.keep(JOB)
    file(store, earlier, task).unlink()

    told = store.told(JOB, earlier)

    assert told[task] == "made again because its files are gone"


def test_files_that_are_gone_here_are_made_the_same_again(store: Store) -> None:
    earlier = store.keep(JOB)
    _media(store, earlier, "voice/001").unlink()

    assert set(store.told(JOB, earlier)) == {"voice/001"}


def test_a_stage_of_another_version_makes_its_parts_again(store: Store) -> None:
    earlier = store.keep(JOB)
    _record(store, earlier, "render/0001").unlink()
    old = replace(earlier.parts["render/0001"], key="0" * 64)
    record = store.artefacts.keep(Stage.RENDER, old.key, Origin("local"), {}, {}, 1.0)
    _record(store, Earlier(earlier.run, {old.task_id: old}), old.task_id).write_bytes(
        to_json(replace(record, stage_version=0))
    )

    told = store.told(JOB, Earlier(earlier.run, {**earlier.parts, old.task_id: old}))

    version = VERSIONS[Stage.RENDER]
    assert told == again(f"stage render is now version {version}", tasks=["render/0001"])


def test_stages_that_are_made_anew_say_so(store: Store) -> None:
    earlier = store.keep(JOB)

    told = store.told(JOB, earlier, Slate(takes=retaken({}, Stage.MIX, 2)))

    assert told == {
        **again("stage mix is made anew", tasks=["mix/000"]),
        **again("stage finish is made anew", tasks=["finish/000"]),
    }


def test_what_follows_from_a_part_that_is_made_again_names_it(store: Store) -> None:
    earlier = store.keep(JOB)
    slate = Slate(takes={"voice": 2})

    told = store.told(JOB, earlier, slate)

    voices = ["voice/000", "voice/001", "voice/002"]
    assert told == {
        **again("stage voice is made anew", tasks=voices),
        **{f"render/{n:04}": f"made again because voice/{n:03} is made again" for n in range(3)},
        **again(f"{', '.join(voices)} are made again", tasks=["mix/000"]),
        **again("render, mix are made again", tasks=["finish/000"]),
    }


def test_a_part_that_failed_is_tried_again(store: Store) -> None:
    job = document(scene("One.", effects=[{"query": "purple"}]))
    earlier = store.keep(job)
    _record(store, earlier, "effect/000.00").unlink()
    failed = replace(earlier.parts["effect/000.00"], status="failed")

    told = store.told(job, Earlier(earlier.run, {**earlier.parts, failed.task_id: failed}))

    assert told["effect/000.00"] == "new because it was not made last time"
    assert told["mix/000"] == "made again because effect/000.00 is tried again"


def test_a_provider_that_was_not_there_before_is_named(tmp_path: Path) -> None:
    earlier = Store(tmp_path, Casting()).keep(JOB)
    now = Store(tmp_path, configured({"ELEVENLABS_API_KEY": "a-key"}).casting())

    told = now.told(JOB, earlier)

    assert told["voice/000"] == "made again because elevenlabs is asked, and espeak made it " \
        "last time"  # fmt: skip


def test_nothing_is_said_to_be_there_for_a_script_that_is_not_written(tmp_path: Path) -> None:
    prompt = {"prompt": "One.", "music": None, "visuals": {"provider": "local"}}
    spoken = {"voice": {"provider": "espeak"}}
    store = Store(tmp_path, configured({"GEMINI_API_KEY": "a-key"}).casting())
    store.keep(document({"narration": "One."}, **spoken, visuals={"provider": "local"}))

    assert set(store.told({**prompt, **spoken}, None).values()) == {"new"}


def test_what_variants_share_is_planned_once(store: Store) -> None:
    french = {"translations": {"fr": {"narration": "Un."}}}
    silent = {"captions": {"burn_in": False, "sidecar": ["srt"]}}
    job = document(scene("One.", **french), **silent)

    told = store.told({**job, "variants": {"languages": ["en", "fr"]}}, None)

    assert set(told) == {
        "voice/000", "voice/000@fr", "visual/000", "render/0000",
        "mix/000", "mix/000@fr", "finish/000", "finish/000@fr",
    }  # fmt: skip


def test_variants_find_what_was_made_for_a_job_of_their_language(store: Store) -> None:
    french = {"translations": {"fr": {"narration": "Un."}}}
    store.keep(document(scene("One.")))

    told = store.told(
        {**document(scene("One.", **french)), "variants": {"languages": ["en", "fr"]}}, None
    )

    assert set(told) == {"voice/000@fr", "render/0000@fr", "mix/000@fr", "finish/000@fr"}


@pytest.mark.parametrize(
    ("most_keys", "because"),
    [
        pytest.param(None, ("scenes[1].narration changed",), id="tried"),
        pytest.param(
            1, ("scenes[1].narration changed", "scenes[2].narration changed"), id="too many to try"
        ),
    ],
)
def test_differences_that_would_take_long_to_try_are_told_together(
    most_keys: int | None, because: tuple[str, ...], store: Store
) -> None:
    earlier = store.keep(JOB)
    changed = submission(document(scene("One."), scene("Deux."), scene("Trois.")))

    plans = plan_parts(store.desk(Slate()), changed, earlier, most_keys)

    told = {part.task_id: part.because for part in plans}
    assert told["voice/000"] == ()
    assert told["voice/001"] == because
