"""What the user is told of faults in finished videos, by the real command."""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageFilter

from media.run import Workspace
from tests.media.programmes import RATE, Sound, played, save, spoken
from tests.pipeline.conftest import REPOSITORY, Desk

Build = Callable[..., dict[str, Any]]
COLOR = {"type": "color", "color": "#204060"}
PHOTO = REPOSITORY / "tests" / "media" / "astronaut.jpg"


def noted(desk: Desk, job: dict[str, Any]) -> list[str]:
    """Every note of its finished video."""
    ran = desk.run("render", str(desk.write("job.json", job)), "--json")

    assert ran.json["status"] == "done", ran.out
    manifest = json.loads((desk.folder / ran.json["manifest"]).read_text())
    return [note["message"] for note in manifest["notes"]]


def paused(pause_s: float) -> Sound:
    """A second of voice, a pause without a sound, a second of voice."""
    pause = np.zeros(round(pause_s * RATE), np.float32)
    return np.concatenate([spoken(1), pause, spoken(1, seed=3)])


def too_loud() -> Sound:
    """Two seconds of voice as they should be, and two that are cut off."""
    voice = spoken(4)
    voice[2 * RATE :] *= 8
    return np.clip(voice, -0.4, 0.4).astype(np.float32)


@pytest.mark.parametrize(
    ("recording", "told"),
    [
        # A recording begins a fifth of a second after its scene: at the fifth frame of 24.
        pytest.param(
            too_loud(), ["a voice is clipped from 2.2 to 4.2 s: it came so"], id="clipped"
        ),
        pytest.param(
            paused(3), ["silence from 1.3 to 4.2 s, where something was to be heard"], id="silent"
        ),
        pytest.param(paused(1.5), [], id="a pause"),
    ],
)
def test_what_is_wrong_with_a_recording_is_noted_with_its_time(
    desk: Desk, small_job: Build, recording: Sound, told: list[str]
) -> None:
    save(desk.folder / "said.wav", recording)
    scene = {"narration_audio": {"uri": "said.wav"}, "visual": COLOR}

    notes = noted(desk, small_job(scenes=[scene]))

    assert [note[: len(words)] for note, words in zip(notes, told, strict=True)] == told


def test_a_scene_in_which_nothing_was_to_sound_may_be_silent(desk: Desk, small_job: Build) -> None:
    scenes = [{"narration": "One.", "visual": COLOR}, {"duration_s": 4, "visual": COLOR}]

    assert noted(desk, small_job(scenes=scenes)) == []


def test_silence_in_a_track_of_music_is_noted(desk: Desk, small_job: Build) -> None:
    track = played(9)
    track[3 * RATE : 6 * RATE] = 0
    save(desk.folder / "track.wav", track)
    scene = {"duration_s": 8, "visual": COLOR}

    notes = noted(desk, small_job(scenes=[scene], music={"uri": "track.wav"}))

    assert notes == ["silence from 3.0 to 6.0 s, where something was to be heard"]


def test_a_strict_job_fails_of_a_voice_that_is_clipped(desk: Desk, small_job: Build) -> None:
    save(desk.folder / "said.wav", too_loud())
    job = small_job(scenes=[{"narration_audio": {"uri": "said.wav"}, "visual": COLOR}])
    job["output"]["strict"] = True

    ran = desk.run("render", str(desk.write("job.json", job)))

    assert ran.code == 1
    assert "(output.strict): a voice is clipped from 2.2 to 4.2 s" in ran.err


def photo(how: str) -> Image.Image:
    """A photo that is sharp, behind fog, out of focus, or made from a few pixels."""
    sharp = Image.open(PHOTO).convert("RGB")
    match how:
        case "fog":
            return sharp.point(lambda value: round(140 + value / 4))
        case "unfocused":
            return sharp.filter(ImageFilter.GaussianBlur(4))
        case "tiny":
            return sharp.resize((80, 80))
        case "gradient":
            return Image.radial_gradient("L").convert("RGB").resize((320, 320))
        case _:
            return sharp


@pytest.mark.parametrize(
    ("how", "told"),
    [
        pytest.param("sharp", [], id="sharp"),
        pytest.param("fog", [], id="behind fog"),
        pytest.param("gradient", [], id="a gradient"),
        pytest.param("unfocused", ["a blurred picture from 0.0 to 3.0 s"], id="out of focus"),
        pytest.param("tiny", ["a blurred picture from 0.0 to 3.0 s"], id="far too small"),
    ],
)
def test_a_blurred_picture_is_noted_with_its_time(
    desk: Desk, small_job: Build, how: str, told: list[str]
) -> None:
    photo(how).save(desk.folder / "photo.png")
    job = small_job(scenes=[{"duration_s": 3, "visual": {"type": "image", "uri": "photo.png"}}])
    job["output"]["height"] = 270

    notes = [note for note in noted(desk, job) if "loudness" not in note]

    assert notes == told


def test_the_blurred_part_of_a_clip_is_noted(
    desk: Desk, small_job: Build, space: Workspace
) -> None:
    blurred = "gblur=sigma=8:enable='between(t,1,2.9)'"
    space.run(
        ["-loop", "1", "-t", "4", "-r", "24", "-i", str(PHOTO), "-vf",
         f"scale=640:640,crop=640:360,{blurred}", "-pix_fmt", "yuv420p", str(desk.folder / "a.mp4")]
    )  # fmt: skip
    job = small_job(scenes=[{"duration_s": 4, "visual": {"type": "clip", "uri": "a.mp4"}}])
    job["output"]["height"] = 270

    assert "a blurred picture from 1.0 to 3.0 s" in noted(desk, job)


NAME = {"text": "Ana Marín", "subtitle": "Marine biologist"}
LONG_TITLE = {"type": "title", "text": "What the sea forgets twice a day and brings back at night"}


def branded(desk: Desk, small_job: Build, scene: Any, **logo: Any) -> dict[str, Any]:
    """A job of one scene with captions under a logo, 270 lines."""
    Image.new("RGBA", (300, 150), "#e8a030").save(desk.folder / "logo.png")
    spoken_scene = {"narration": "Low water comes at noon, and with it the birds.", **scene}
    job = small_job(scenes=[spoken_scene], brand={"logo": {"uri": "logo.png", **logo}})
    job["output"]["height"] = 270
    return job


def test_a_title_that_stands_on_the_logo_is_noted_with_its_time(
    desk: Desk, small_job: Build
) -> None:
    scene = {"visual": LONG_TITLE, "duration_s": 5}
    job = branded(desk, small_job, scene, corner="top_left", width=0.4, margin=0.1)

    assert noted(desk, job) == ["the title and the logo stand on each other from 0.5 to 5.0 s"]


@pytest.mark.parametrize("shape", ["16:9", "9:16"])
@pytest.mark.parametrize("corner", ["top_left", "bottom_left"])
def test_captions_titles_lower_thirds_and_the_logo_stand_apart(
    desk: Desk, small_job: Build, corner: str, shape: str
) -> None:
    scene = {"visual": {"type": "title", "text": "Low water"}, "lower_third": NAME}
    job = branded(desk, small_job, scene, corner=corner, width=0.3)
    job["output"]["aspect_ratio"] = shape

    assert noted(desk, job) == []


@pytest.mark.parametrize("damage", ["a byte", "the end"])
@pytest.mark.parametrize("suffix", ["mp4", "m4a"])
def test_what_a_disk_has_damaged_is_rendered_again(
    desk: Desk, small_job: Build, suffix: str, damage: str
) -> None:
    first = desk.run("render", str(desk.write("job.json", small_job())), "--json").json
    whole = (desk.folder / first["video"]).read_bytes()
    manifest = json.loads((desk.folder / first["manifest"]).read_text())
    stage, role = {"mp4": ("render", "video"), "m4a": ("mix", "sound")}[suffix]
    (part, *_) = [part for part in manifest["parts"] if part["stage"] == stage]
    digest = part["sha256"][role]
    file = desk.folder / "data" / "media" / digest[:2] / f"{digest}.{suffix}"
    content = file.read_bytes()
    middle = len(content) // 2
    if damage == "a byte":
        content = content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]
    file.write_bytes(content if damage == "a byte" else content[:middle])

    fewer_files = small_job(captions={"sidecar": ["srt"]})  # joined anew of what is there
    again = desk.run("render", str(desk.write("job.json", fewer_files)), "--json")

    assert again.json["status"] == "done", again.err
    assert (desk.folder / again.json["video"]).read_bytes() == whole
