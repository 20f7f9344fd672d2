import io
import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from jobs.errors import InvalidInput
from pipeline.ingest import read_job_file
from tests.pipeline.conftest import Desk


def seen(kind: str, uri: str) -> dict[str, Any]:
    return {"narration": "Look.", "visual": {"type": kind, "uri": uri}}


def picture(desk: Desk, name: str) -> Path:
    buffer = io.BytesIO()
    Image.new("RGB", (16, 9)).save(buffer, "PNG")
    return desk.write(name, buffer.getvalue())


def mistakes(job: Path) -> list[str]:
    with pytest.raises(InvalidInput) as caught:
        read_job_file(job)
    return caught.value.message.splitlines()[1:]


def test_a_missing_file_is_told_at_every_place_that_names_it(desk: Desk) -> None:
    job = desk.write("job.json", {"scenes": [seen("image", "gone.jpg")] * 5})

    places = [mistake.partition(":")[0] for mistake in mistakes(job)]

    assert places == [f"scenes[{index}].visual.uri" for index in range(5)]


def test_a_picture_that_is_also_used_as_a_clip_is_checked_as_both(desk: Desk) -> None:
    picture(desk, "a.png")
    scenes = [seen("image", "a.png"), seen("clip", "a.png"), seen("clip", "a.png")]

    told = mistakes(desk.write("job.json", {"scenes": scenes}))

    says = "visual.uri: a.png is not a clip (accepted: MP4, MOV, MKV, WebM)"
    assert told == [f"scenes[1].{says}", f"scenes[2].{says}"]


def test_a_file_used_twice_is_stored_once(desk: Desk) -> None:
    path = picture(desk, "a.png")
    job = desk.write("job.json", {"scenes": [seen("image", "a.png")] * 2})

    assert read_job_file(job).files == (("a.png", "image", path),)


@pytest.mark.parametrize("uri", ["https://example.com/pool.jpg", "gs://bucket/pool.jpg"])
def test_files_at_addresses_are_left_to_the_run(tmp_path: Path, uri: str) -> None:
    path = tmp_path / "job.json"
    visual = {"type": "image", "uri": uri}
    path.write_text(json.dumps({"scenes": [{"narration": "One.", "visual": visual}]}))

    assert read_job_file(path).files == ()


@pytest.mark.parametrize(
    ("scene", "said"),
    [
        pytest.param(
            {"narration": "Hi.", "duration_s": "{{ seconds }}"},
            'scenes[0].duration_s is "{{ seconds }}": give a number from 0.1 to 600. (with '
            "{{ seconds }} in it, it is a template: give --rows, too)",
            id="a number",
        ),
        pytest.param(
            seen("image", "{{ photo }}"),
            "/{{ photo }}) (with {{ photo }} in it, it is a template: give --rows, too)",
            id="a file",
        ),
    ],
)
def test_a_template_without_rows_is_told_what_it_lacks(
    scene: dict[str, Any], said: str, desk: Desk
) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_job_file(desk.write("card.json", {"scenes": [scene]}))

    assert caught.value.message.endswith(said)


@pytest.mark.parametrize(
    ("narration", "note"),
    [
        (
            "Hello {{ name }}.",
            "{{ name }} is said and shown as it stands: --rows gives templates their values",
        ),
        ("Hello {{{{ name }}.", None),
        ("Hello {name}.", None),
    ],
)
def test_a_placeholder_in_a_job_that_is_valid_is_noted(
    narration: str, note: str | None, desk: Desk
) -> None:
    assert read_job_file(desk.write("a.json", {"scenes": [{"narration": narration}]})).note == note
