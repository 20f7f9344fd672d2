"""The graph as a whole, on the real runner, with real parts."""

import contextlib
import json
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from apache_beam.options.pipeline_options import PipelineOptions

from jobs.message import Ring
from jobs.slate import LOCAL_TENANT
from jobs.states import Status
from jobs.submission import Submission
from pipeline.execute import Translated, execute
from pipeline.graph import FanOut
from storage.catalogue import Catalogue
from storage.database import open_database, sqlite_url
from storage.intake import Intake
from tests.migrated import put_database
from tests.pipeline.conftest import SMALL
from transforms.studio import StudioConfig

PROCESSES = ("--direct_running_mode=multi_processing", "--direct_num_workers=2")


def studio_in(folder: Path, out: str = "out") -> StudioConfig:
    put_database(folder / "data")
    return StudioConfig(
        store=str(folder / "data"),
        scratch=str(folder / "data" / "work"),
        database_url=sqlite_url(folder / "data"),
        deliver_to=str(folder / out),
        ffmpeg=None,
        workers=2,
    )


def submit(config: StudioConfig, job_id: str, document: dict[str, Any]) -> bytes:
    database = open_database(config.database_url)
    Intake(database).put(job_id, Submission(document), None)
    database.close()
    return Ring(job_id).to_bytes()


@contextlib.contextmanager
def catalogue_of(config: StudioConfig) -> Iterator[Catalogue]:
    database = open_database(config.database_url)
    yield Catalogue(database)
    database.close()


def status_of(config: StudioConfig, job_id: str) -> Status:
    with catalogue_of(config) as catalogue:
        row = catalogue.job(LOCAL_TENANT, job_id)
    assert row is not None
    return row.status


def deliverables(config: StudioConfig, job_id: str) -> dict[str, str]:
    folder = Path(config.deliver_to) / job_id
    return {
        path.name: sha256(path.read_bytes()).hexdigest()
        for path in folder.iterdir()
        if path.name != "manifest.json"  # it tells times
    }


@pytest.fixture(scope="module")
def pooled(tmp_path_factory: pytest.TempPathFactory) -> StudioConfig:
    config = studio_in(tmp_path_factory.mktemp("pooled"))
    execute([submit(config, "small", SMALL)], config, FanOut.POOLED)
    return config


def test_a_job_becomes_a_video_with_everything_beside_it(pooled: StudioConfig) -> None:
    assert status_of(pooled, "small") is Status.DONE
    assert set(deliverables(pooled, "small")) == {
        "final.mp4", "poster.jpg", "captions.srt", "captions.vtt", "credits.txt",
    }  # fmt: skip


def test_the_ledger_knows_how_large_every_file_is(pooled: StudioConfig) -> None:
    folder = Path(pooled.deliver_to) / "small"

    with catalogue_of(pooled) as catalogue:
        video = catalogue.video(LOCAL_TENANT, "small")

    assert video is not None
    assert video.sizes == {name: (folder / name).stat().st_size for name in video.files}


def test_the_manifest_names_every_part_and_what_was_measured(pooled: StudioConfig) -> None:
    manifest = json.loads((Path(pooled.deliver_to) / "small" / "manifest.json").read_text())

    assert manifest["id"] == "small"
    assert {part["stage"] for part in manifest["parts"]} == {
        "voice", "visual", "effect", "music", "mix", "render", "finish",
    }  # fmt: skip
    assert all(part["status"] == "done" for part in manifest["parts"])
    assert abs(manifest["quality"]["lufs"] + 14) <= 0.5
    assert manifest["quality"]["peak_dbtp"] <= -1.0
    assert abs(manifest["quality"]["av_difference_s"]) < 0.043
    assert manifest["quality"]["frames"] == manifest["scenes"][-1]["end_frame"]
    assert [word["text"] for word in manifest["scenes"][0]["words"]] == ["One", "wave."]


@pytest.mark.parametrize(
    ("fan_out", "flags"),
    [
        pytest.param(FanOut.BRANCHES, (), id="a branch per stage"),
        pytest.param(FanOut.POOLED, PROCESSES, id="worker processes"),
    ],
)
def test_every_way_to_run_gives_the_same_bytes(
    pooled: StudioConfig, tmp_path: Path, fan_out: FanOut, flags: tuple[str, ...]
) -> None:
    config = studio_in(tmp_path)

    options = PipelineOptions([*flags])
    execute([submit(config, "small", SMALL)], config, fan_out, options)

    assert deliverables(config, "small") == deliverables(pooled, "small")


def test_a_second_run_makes_nothing_again(pooled: StudioConfig) -> None:
    config = replace(pooled, deliver_to=pooled.deliver_to + "-again")

    execute([submit(config, "small", SMALL)], config)

    with catalogue_of(config) as catalogue:
        parts = catalogue.parts(LOCAL_TENANT, "small", 2)
    assert {part.status for part in parts} == {"cached"}
    assert deliverables(config, "small") == deliverables(pooled, "small")


def test_a_failed_effect_leaves_a_video_that_says_so(pooled: StudioConfig) -> None:
    document = json.loads(json.dumps(SMALL))
    document["scenes"][0]["effects"] = [{"query": "purple philosophy"}]

    execute([submit(pooled, "degraded", document)], pooled)

    manifest = json.loads((Path(pooled.deliver_to) / "degraded" / "manifest.json").read_text())
    assert status_of(pooled, "degraded") is Status.DONE
    (note,) = manifest["notes"]
    assert (note["stage"], note["code"]) == ("effect", "no_match")
    assert note["message"].startswith("scenes[0].effects[0]: ")


def test_one_bad_job_does_not_disturb_the_others(pooled: StudioConfig) -> None:
    bad = json.loads(json.dumps(SMALL))
    bad["scenes"][0]["visual"] = {"type": "image", "uri": "gone.jpg"}
    messages = [submit(pooled, "bad", bad), b"noise", submit(pooled, "good", SMALL)]

    execute(messages, pooled)

    assert status_of(pooled, "bad") is Status.FAILED
    assert status_of(pooled, "good") is Status.DONE
    assert not (Path(pooled.deliver_to) / "bad").exists()


def test_a_translated_graph_leaves_nothing_where_temporary_files_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))

    Translated("a slot", studio_in(tmp_path))

    assert list(temporary.iterdir()) == []


def test_a_prompt_is_spoken_in_scenes(pooled: StudioConfig) -> None:
    document = {"prompt": "First this.\n\nThen that.", "music": None, "output": SMALL["output"]}

    execute([submit(pooled, "prompt", document)], pooled)

    manifest = json.loads((Path(pooled.deliver_to) / "prompt" / "manifest.json").read_text())
    spoken = [[word["text"] for word in scene["words"]] for scene in manifest["scenes"]]
    assert spoken == [["First", "this."], ["Then", "that."]]


def test_a_message_that_comes_twice_is_worked_on_once(pooled: StudioConfig) -> None:
    message = submit(pooled, "twice", SMALL)

    execute([message, message], pooled)

    with catalogue_of(pooled) as catalogue:
        kinds = [event.kind for event in catalogue.events(LOCAL_TENANT, "twice")]
    assert kinds.count("planning") == kinds.count("done") == 1


def test_the_sound_is_mixed_first_and_the_longest_chunk_is_drawn_first(tmp_path: Path) -> None:
    lengths_s = (4, 6, 5)
    scenes = [
        {"visual": {"type": "color", "color": "#204060"}, "duration_s": length_s}
        for length_s in lengths_s
    ]
    job = {"scenes": scenes, "music": None, "output": {"height": 144, "fps": 24}}
    config = replace(studio_in(tmp_path), workers=1)
    execute([submit(config, "lengths", job)], config)

    with catalogue_of(config) as catalogue:
        events = catalogue.events(LOCAL_TENANT, "lengths", 0)
    done = [event.data["task"] for event in events if event.kind == "part_done"]
    rendered = [task for task in done if task.startswith(("mix", "render"))]
    assert rendered == ["mix/000", "render/0001", "render/0002", "render/0000"]
