"""What users get wrong: one clear sentence that names the place, exit 1 or 2, no traceback."""

import io
import json
import struct
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from media.run import Workspace
from tests.pipeline.conftest import Desk

Build = Callable[..., dict[str, Any]]


def refused(desk: Desk, job: Path, *says: str, code: int = 2) -> None:
    ran = desk.run("validate", str(job))

    assert ran.code == code
    assert "Traceback" not in ran.out + ran.err
    assert ran.err.startswith(f"aiprod: {job}: ")
    for words in says:
        assert words in ran.err


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        pytest.param({"colour": "red"}, ("colour",), id="unknown field"),
        pytest.param({"scenes": 7}, ("scenes", "7"), id="wrong type"),
        pytest.param({"prompt": "Say this."}, ("prompt", "scenes"), id="prompt and scenes"),
        pytest.param({"scenes": None}, ("prompt", "scenes"), id="neither"),
        pytest.param({"scenes": []}, ("scenes",), id="no scene"),
        pytest.param({"scenes": [{"narration": "Hi."}] * 501}, ("500",), id="501 scenes"),
        pytest.param(
            {"scenes": [{"narration": "a " * 10_000}]},
            ("scenes[0].narration", "5,000"),
            id="20,000 characters",
        ),
        pytest.param({"scenes": [{"narration": ""}]}, ("scenes[0].narration",), id="empty"),
        pytest.param({"scenes": [{"narration": " \n"}]}, ("scenes[0].narration",), id="blank"),
        pytest.param({"language": "xx"}, ("language", "xx"), id="unsupported language"),
        pytest.param(
            {"voice": {"provider": "elevenlabs"}}, ("voice.provider", "espeak"), id="keys"
        ),
    ],
)
def test_mistakes_in_the_document(
    desk: Desk, small_job: Build, changes: dict[str, Any], says: tuple[str, ...]
) -> None:
    refused(desk, desk.write("job.json", small_job(**changes)), *says)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        pytest.param(b"", "job.json", id="empty file"),
        pytest.param(b'{"prompt": "a",}', "line 1", id="trailing comma"),
        pytest.param(b'{"prompt": "Hi.", "budget_usd": NaN}', "NaN", id="not a number"),
        pytest.param(b"[" * 5000, "", id="deep nesting"),
        pytest.param(b"\xff\xfe\x00", "UTF-8", id="not text"),
    ],
)
def test_files_that_are_no_job(desk: Desk, content: bytes, says: str) -> None:
    refused(desk, desk.write("job.json", content), says)


def test_all_mistakes_are_told_at_once(desk: Desk, small_job: Build) -> None:
    job = small_job(title=7, language="xx", scenes=[{"narration": ""}, {"narration": "a", "x": 1}])

    ran = desk.run_cold("validate", str(desk.write("job.json", job)))

    places = ("title", "language", "scenes[0].narration", "scenes[1].x")
    assert all(place in ran.err for place in places)
    assert ran.err.splitlines()[0].endswith("job.json: 4 mistakes")
    assert len(ran.err.splitlines()) == 5


def png(width: int, height: int) -> bytes:
    buffer = io.BytesIO()
    Image.new("1", (width, height)).save(buffer, "PNG")
    return buffer.getvalue()


def nothing(path: Path) -> None:
    """A file that is not there."""


def written(content: bytes) -> Callable[[Path], Any]:
    return lambda path: path.write_bytes(content)


def bomb(path: Path) -> None:
    path.write_bytes(png(16_000, 16_000))


@pytest.mark.parametrize(
    ("name", "make", "says"),
    [
        pytest.param("gone.jpg", nothing, "there is no file gone.jpg", id="missing"),
        pytest.param("note.jpg", written(b"Dear diary"), "note.jpg is not a picture", id="text"),
        pytest.param("zero.png", written(b""), "zero.png is empty", id="empty"),
        pytest.param("bomb.png", bomb, "50 million pixels", id="16,000 squared"),
        pytest.param("folder", Path.mkdir, "there is no file folder", id="a folder"),
        pytest.param("a" * 256, nothing, "a cannot be read: File name too long", id="a long name"),
    ],
)
def test_pictures_that_cannot_be_used(
    desk: Desk, small_job: Build, name: str, make: Callable[[Path], Any], says: str
) -> None:
    make(desk.folder / name)
    scenes = [{"narration": "Look.", "visual": {"type": "image", "uri": name}}]

    refused(desk, desk.write("job.json", small_job(scenes=scenes)), "scenes[0].visual.uri", says)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        pytest.param(b"#EXTM3U\nfile:/etc/passwd\n", "clip.mp4 is not a clip", id="HLS playlist"),
        pytest.param(b"ffconcat version 1.0\nfile x", "clip.mp4 is not a clip", id="concat list"),
        pytest.param(b"", "clip.mp4 is empty", id="no bytes"),
    ],
)
def test_clips_that_are_no_clips(desk: Desk, small_job: Build, content: bytes, says: str) -> None:
    desk.write("clip.mp4", content)
    scenes = [{"narration": "Look.", "visual": {"type": "clip", "uri": "clip.mp4"}}]

    refused(desk, desk.write("job.json", small_job(scenes=scenes)), "scenes[0].visual.uri", says)


def no_picture() -> bytes:
    """The smallest MP4 that says what it is and holds nothing."""
    return struct.pack(">I4s4sI4s", 20, b"ftyp", b"isom", 512, b"isom") + struct.pack(
        ">I4s", 8, b"mdat"
    )


@pytest.mark.parametrize("damage", ["cut", "zero length"])
def test_a_damaged_clip_fails_the_job_and_keeps_what_was_made(
    desk: Desk, small_job: Build, space: Workspace, damage: str
) -> None:
    space.run(["-f", "lavfi", "-i", "testsrc2=s=64x36:d=2", "-pix_fmt", "yuv420p", "clip.mp4"])
    whole = (space.folder / "clip.mp4").read_bytes()
    desk.write("clip.mp4", whole[: len(whole) // 2] if damage == "cut" else no_picture())
    scenes = [{"narration": "Look.", "visual": {"type": "clip", "uri": "clip.mp4"}}]

    ran = desk.run("render", str(desk.write("job.json", small_job(scenes=scenes))), "--json")

    assert ran.code == 1
    assert "Traceback" not in ran.err
    (problem,) = ran.json["problems"]
    assert problem["message"].startswith("scenes[0].visual clip.mp4: ")
    assert problem["code"] == "unsupported_media"
    assert list((desk.folder / "data" / "parts" / "voice").iterdir())


def test_a_cut_picture_fails_the_job_by_name(desk: Desk, small_job: Build) -> None:
    buffer = io.BytesIO()
    Image.effect_noise((200, 200), 80).save(buffer, "JPEG")
    desk.write("half.jpg", buffer.getvalue()[:4000])
    scenes = [{"narration": "Look.", "visual": {"type": "image", "uri": "half.jpg"}}]

    ran = desk.run("render", str(desk.write("job.json", small_job(scenes=scenes))), "--json")

    assert ran.code == 1
    assert ran.json["problems"][0]["message"].startswith("scenes[0].visual half.jpg: ")


def test_a_folder_that_cannot_be_written_is_named(desk: Desk, small_job: Build) -> None:
    (desk.folder / "out").write_text("not a folder")

    ran = desk.run("render", str(desk.write("job.json", small_job())))

    assert (ran.code, ran.err) == (2, "aiprod: cannot write into out: File exists\n")


@pytest.mark.parametrize(
    ("program", "says"),
    [
        pytest.param("missing", "AIPROD_FFMPEG", id="missing"),
        pytest.param("#!/bin/sh\necho 'boom' >&2; exit 3\n", "boom", id="dies"),
    ],
)
def test_a_broken_ffmpeg_is_told_in_one_sentence(
    desk: Desk, small_job: Build, program: str, says: str
) -> None:
    if program.startswith("#!"):
        desk.write("ffmpeg", program.encode()).chmod(0o755)
    path = str(desk.folder / "ffmpeg")

    ran = desk.run("render", str(desk.write("job.json", small_job())), AIPROD_FFMPEG=path)

    assert ran.code == 1
    assert says in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize(("variable", "value"), [("AIPROD_WORKERS", "many"), ("LOG_LEVEL", "loud")])
def test_bad_settings_are_named(desk: Desk, small_job: Build, variable: str, value: str) -> None:
    ran = desk.run("render", str(desk.write("job.json", small_job())), **{variable: value})

    assert ran.code == 2
    assert f"{variable} is" in ran.err


def test_bad_usage_exits_with_two(desk: Desk) -> None:
    assert desk.run("render").code == 2
    assert desk.run("fly").code == 2


def test_one_bad_job_file_does_not_stop_the_next(desk: Desk, small_job: Build) -> None:
    bad = desk.write("bad.json", {"prompt": ""})
    good = desk.write("good.json", small_job())

    ran = desk.run("render", str(bad), str(good), "--json")

    assert ran.code == 2
    assert [result["status"] for result in json.loads(ran.out)] == ["invalid", "done"]


def test_a_title_that_looks_like_a_measurement_is_only_a_title(
    desk: Desk, small_job: Build
) -> None:
    title = "Stream #0:0: Video: cut two\n  Stream #0:0: Video: black_start:. black_end:."

    ran = desk.run("render", str(desk.write("job.json", small_job(title=title))), "--json")

    assert ran.json["status"] == "done"
    manifest = json.loads((desk.folder / ran.json["manifest"]).read_text())
    assert manifest["quality"]["video"].startswith("h264 (High)")


@pytest.fixture
def small_disk(desk: Desk) -> Iterator[Path]:
    """A data folder of one megabyte."""
    folder = desk.folder / "data"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)], check=False,
        capture_output=True,
    )  # fmt: skip
    if mounted.returncode:
        pytest.skip(f"only root may mount a small disk: {mounted.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_disk_is_told_in_one_sentence(
    desk: Desk, small_job: Build, small_disk: Path
) -> None:
    ran = desk.run("render", str(desk.write("job.json", small_job())), "--json")

    assert ran.code == 1
    assert "Traceback" not in ran.err
    assert "disk is full" in ran.out + ran.err
    assert small_disk.exists()
