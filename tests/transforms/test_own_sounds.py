"""What is made of sounds that users bring, in the store and by the ledger of a studio."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from jobs.elements import Run, Task
from jobs.stages import Stage
from media.own_sound import HEADROOM_DB
from media.run import Workspace
from media.wave import samples_of
from storage.artefacts import Artefacts
from tests.media.bands import band, rain
from tests.media.programmes import RATE, Sound, save, spoken
from transforms.own_sound import take_clip_sound, take_effect, take_track
from transforms.own_voice import record_narration
from transforms.studio import Studio

# Spoken from 0.5 to 1.5 s, and from 2.5 to 3.5 s.
TWICE = np.zeros(4 * RATE, np.float32)
TWICE[RATE // 2 : RATE * 3 // 2] = spoken(1)
TWICE[RATE * 5 // 2 : RATE * 7 // 2] = spoken(1, seed=3)


def task(run: Run, stage: Stage, **params: Any) -> Task:
    return Task(run, f"{stage.value}/000", stage, 1, True, "0" * 64, "", "sound", params)


def kept(artefacts: Artefacts, space: Workspace, sound: Sound) -> str:
    return artefacts.keep_media(save(space.folder / "given.sound", sound))


def recorded(studio: Studio, run: Run, space: Workspace, **params: Any) -> dict[str, Any]:
    told = {"text": None, "words": [], "captions": None, "language": "en", **params}
    blob = kept(studio.artefacts, space, TWICE)
    made = record_narration(task(run, Stage.VOICE, blob=blob, **told), studio, space)
    return made.facts


def test_a_recording_without_text_tells_where_it_sounds(
    opened: Studio, run: Run, space: Workspace
) -> None:
    facts = recorded(opened, run, space)

    assert (facts["text"], facts["words"], facts["is_estimated"]) == (None, [], False)
    assert facts["samples"] == len(TWICE)
    ((first, first_end), (second, second_end)) = facts["speech"]
    assert (first, second) == pytest.approx((0.5, 2.5), abs=0.05)
    assert (first_end, second_end) == pytest.approx((1.5, 3.5), abs=0.1)


def test_words_that_nobody_timed_are_where_the_sound_is(
    opened: Studio, run: Run, space: Workspace
) -> None:
    facts = recorded(opened, run, space, text="One, two.")

    first, second = facts["words"]
    assert facts["is_estimated"]
    assert (first["text"], second["text"]) == ("One,", "two.")
    assert first["start_s"] == pytest.approx(0.5, abs=0.05)
    assert second["end_s"] == pytest.approx(3.5, abs=0.1)
    assert first["end_s"] == second["start_s"]


def test_given_words_are_taken_as_they_are_told(opened: Studio, run: Run, space: Workspace) -> None:
    words = [
        {"text": "one", "start_s": 0.5, "end_s": 2.6},
        {"text": "two", "start_s": 2.5, "end_s": 4.05},
    ]

    facts = recorded(opened, run, space, text="One, two.", words=words)

    assert facts["words"] == [
        {"text": "One", "start_s": 0.5, "end_s": 2.5, "at": 0},
        {"text": "two", "start_s": 2.5, "end_s": 4.0, "at": 5},
    ]
    assert "speech" not in facts


def test_captions_say_what_their_file_says_when_it_says_it(
    opened: Studio, run: Run, space: Workspace
) -> None:
    file = b"WEBVTT\n\n00:00.500 --> 00:01.500\nA b\n\n00:02.500 --> 00:09.000\n\xe2\x99\xaa\n"
    captions = opened.artefacts.keep_media((file, ".captions"))

    facts = recorded(opened, run, space, captions=captions)

    assert (facts["text"], facts["breaks"]) == ("A b ♪", [0, 4])
    assert [(word["text"], word["start_s"], word["end_s"]) for word in facts["words"]] == [
        ("A", 0.5, 1.0), ("b", 1.0, 1.5), ("♪", 2.5, 4.0),
    ]  # fmt: skip


def test_an_effect_comes_to_the_level_of_the_voice_but_not_without_end(
    opened: Studio, run: Run, space: Workspace
) -> None:
    levels = []
    for factor in (1.0, 0.5, 0.1):
        blob = kept(opened.artefacts, space, spoken(2) * np.float32(factor))
        made = take_effect(task(run, Stage.EFFECT, type="file", blob=blob), opened, space)
        levels.append(made.facts["level_db"])

    assert levels[1] - levels[0] == pytest.approx(6.02, abs=0.1)
    assert levels[2] == 20


def test_the_sound_of_a_clip_is_raised_by_twelve_at_most(
    opened: Studio, run: Run, space: Workspace
) -> None:
    blob = kept(opened.artefacts, space, spoken(2) * np.float32(0.02))

    made = take_clip_sound(
        task(run, Stage.EFFECT, type="clip", blob=blob, start_s=0.5, end_s=1.5), opened, space
    )

    assert made.facts == {"samples": RATE, "loop": False, "level_db": 12.0}


def test_a_track_is_taken_in_stereo_with_its_loudness(
    opened: Studio, run: Run, space: Workspace
) -> None:
    blob = kept(opened.artefacts, space, np.stack([spoken(4), spoken(4)], axis=1))

    made = take_track(task(run, Stage.MUSIC, type="file", blob=blob), opened, space)

    audio = made.media["audio"]
    assert isinstance(audio, Path)
    samples = samples_of(audio.read_bytes())
    assert samples.shape == (4 * RATE, 2)
    assert np.abs(samples).max() == pytest.approx(0.3 * 10 ** (-HEADROOM_DB / 20), rel=0.02)
    assert made.origin.provider == "user"


@pytest.mark.parametrize(
    ("sound", "bars"),
    [
        pytest.param(band(120, 8).sound, 8, id="of a band"),
        pytest.param(rain(10), None, id="of rain"),
    ],
)
def test_a_track_is_kept_with_its_bars_where_they_are_clear(
    opened: Studio, run: Run, space: Workspace, sound: Sound, bars: int | None
) -> None:
    blob = kept(opened.artefacts, space, sound)

    made = take_track(task(run, Stage.MUSIC, type="file", blob=blob), opened, space)

    found = made.facts.get("bars")
    assert (found and sum(line < 16.1 * RATE for line in found["lines"]) - 1) == bars
