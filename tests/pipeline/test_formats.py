"""A job whose video is delivered in every format, on the real runner."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from jobs.slate import LOCAL_TENANT
from jobs.states import Status
from pipeline.execute import execute
from storage.rows import PartRow
from tests.pipeline.test_graph import catalogue_of, status_of, studio_in, submit
from transforms.studio import StudioConfig

# Just above the smallest step of the ladder, so that a stream has two.
JOB: dict[str, Any] = {
    "title": "Sea",
    "scenes": [
        {
            "narration": "One wave.",
            "chapter": "Ebb",
            "visual": {"type": "title", "text": "Sea"},
            "duration_s": 4,
        },
        {"narration": "It goes.", "visual": {"type": "color", "color": "#204060"}, "duration_s": 4},
    ],
    "captions": {"soft": True},
    "music": None,
    "output": {
        "height": 362,
        "fps": 24,
        "quality": "draft",
        "formats": ["mp4", "hls", "webm", "m4a", "gif", "webp", "sheet"],
    },
}
HLS = {
    f"hls/{name}"
    for name in (
        "master.m3u8", "362p.m3u8", "362p.mp4", "360p.m3u8", "360p.mp4", "audio.m3u8", "audio.mp4",
        "captions.m3u8", "captions.vtt",
    )
}  # fmt: skip
BESIDE = {"poster.jpg", "captions.srt", "captions.vtt", "credits.txt"}


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> StudioConfig:
    config = studio_in(tmp_path_factory.mktemp("formats"))
    execute([submit(config, "sea", JOB)], config)
    return config


def changed(**output: Any) -> dict[str, Any]:
    return {**JOB, "output": {**JOB["output"], **output}}


def parts_of(config: StudioConfig, job_id: str) -> dict[str, PartRow]:
    with catalogue_of(config) as catalogue:
        return {part.task_id: part for part in catalogue.parts(LOCAL_TENANT, job_id, 1)}


def files_of(config: StudioConfig, job_id: str) -> set[str]:
    folder = Path(config.deliver_to) / job_id
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def manifest_of(config: StudioConfig, job_id: str) -> Any:
    return json.loads((Path(config.deliver_to) / job_id / "manifest.json").read_text())


def test_every_format_is_delivered_and_named_in_the_manifest(rendered: StudioConfig) -> None:
    files = manifest_of(rendered, "sea")["files"]

    wanted = {"final.mp4", "final.webm", "final.m4a", "preview.gif", "preview.webp", "sheet.jpg"}
    assert status_of(rendered, "sea") is Status.DONE
    assert set(files) == wanted | HLS | BESIDE
    assert files_of(rendered, "sea") == {*files, "manifest.json"}
    for name, digest in files.items():
        content = (Path(rendered.deliver_to) / "sea" / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == digest


def test_each_format_is_a_part_of_its_own(rendered: StudioConfig) -> None:
    parts = [part for part in manifest_of(rendered, "sea")["parts"] if part["stage"] == "format"]

    assert [part["task"].partition("/")[2] for part in parts] == [
        "hls-362p", "hls-360p", "hls", "webm", "m4a", "gif", "webp", "sheet",
    ]  # fmt: skip
    assert {part["status"] for part in parts} == {"done"}
    assert {part.status for part in parts_of(rendered, "sea").values()} == {"done"}


def test_formats_that_are_there_are_found_again(rendered: StudioConfig) -> None:
    execute([submit(rendered, "first", changed(formats=["mp4", "hls"]))], rendered)

    assert {part.status for part in parts_of(rendered, "first").values()} == {"cached"}
    assert files_of(rendered, "first") == {"final.mp4", "manifest.json"} | HLS | BESIDE


def test_other_captions_beside_the_video_encode_nothing_again(rendered: StudioConfig) -> None:
    job = {**JOB, "captions": {"soft": False, "sidecar": ["vtt"]}}
    execute([submit(rendered, "plain", job)], rendered)

    made = {name for name, part in parts_of(rendered, "plain").items() if part.status == "done"}
    assert made == {"finish/000"}


def test_what_is_left_out_is_not_delivered(rendered: StudioConfig) -> None:
    job = {**changed(formats=["m4a"]), "captions": {}}
    execute([submit(rendered, "sound", job)], rendered)

    assert files_of(rendered, "sound") == {"final.m4a", "manifest.json"} | BESIDE


def test_streams_of_variants_lie_in_a_folder_of_each(rendered: StudioConfig) -> None:
    job = {**changed(formats=["mp4", "hls"]), "variants": {"aspect_ratios": ["16:9", "1:1"]}}
    execute([submit(rendered, "shapes", job)], rendered)

    wide, square = (
        {name for name in files_of(rendered, "shapes") if name.startswith(f"{shape}/")}
        for shape in ("16x9", "1x1")
    )
    done = {name for name, part in parts_of(rendered, "shapes").items() if part.status == "done"}
    assert wide == {f"16x9/{name}" for name in HLS | BESIDE | {"final.mp4"}}
    assert square == {name.replace("16x9", "1x1") for name in wide}
    assert {name for name in done if name.startswith("format/")} == {
        "format/hls@1x1", "format/hls-362p@1x1", "format/hls-360p@1x1",
    }  # fmt: skip
