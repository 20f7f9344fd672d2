"""What the user is told of faults in finished videos, by the real command."""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.media.programmes import RATE, Sound, save, spoken
from tests.pipeline.conftest import Desk

Build = Callable[..., dict[str, Any]]
COLOR = {"type": "color", "color": "#204060"}


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


def test_a_strict_job_fails_of_a_voice_that_is_clipped(desk: Desk, small_job: Build) -> None:
    save(desk.folder / "said.wav", too_loud())
    job = small_job(scenes=[{"narration_audio": {"uri": "said.wav"}, "visual": COLOR}])
    job["output"]["strict"] = True

    ran = desk.run("render", str(desk.write("job.json", job)))

    assert ran.code == 1
    assert "(output.strict): a voice is clipped from 2.2 to 4.2 s" in ran.err
