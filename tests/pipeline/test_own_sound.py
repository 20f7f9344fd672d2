"""Recordings, tracks, effects and clips with sound of users, from the document to the film."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from media.loudness import integrated_lufs
from media.run import Workspace
from media.wave import open_wave
from tests.media.bands import band
from tests.media.programmes import RATE, played, save, spoken, struck
from tests.pipeline.conftest import Desk

Build = Callable[..., dict[str, Any]]
COLOR = {"type": "color", "color": "#204060"}
SRT = (
    "1\n00:00:00,200 --> 00:00:01,100\n<i>First</i> caption\n\n"
    "2\n00:00:01,500 --> 00:00:02,800\nSecond one\n"
)
WORDS = [
    {"text": "one", "start_s": 0.25, "end_s": 0.6},
    {"text": "wave", "start_s": 1.0, "end_s": 1.5},
]


@pytest.fixture
def sounds(desk: Desk, space: Workspace) -> Desk:
    save(desk.folder / "one.wav", spoken(2))
    save(desk.folder / "two.wav", spoken(3, seed=4) * np.float32(0.1))
    save(desk.folder / "track.wav", played(5))
    save(desk.folder / "hit.wav", struck())
    save(desk.folder / "silence.wav", np.zeros(RATE, np.float32))
    desk.write("two.srt", SRT.encode())
    space.run(
        ["-f", "lavfi", "-i", "testsrc2=s=256x144:d=1:r=24", "-f", "lavfi", "-i", "sine=700:d=1",
         "-pix_fmt", "yuv420p", str(desk.folder / "clip.mp4")]
    )  # fmt: skip
    return desk


def rendered(desk: Desk, job: dict[str, Any]) -> tuple[Any, Path]:
    ran = desk.run("render", str(desk.write("job.json", job)), "--json")

    assert ran.json["status"] == "done", ran.out
    return ran.json, (desk.folder / ran.json["manifest"]).parent


def test_everything_that_is_heard_may_be_the_users(sounds: Desk, small_job: Build) -> None:
    job = small_job(
        scenes=[
            {
                "narration": "One, and a wave.",
                "narration_audio": {"uri": "one.wav", "words": WORDS},
                "visual": COLOR,
                "effects": [{"uri": "hit.wav", "at": {"word": "wave"}, "gain_db": 0}],
            },
            {
                "narration_audio": {"uri": "two.wav", "captions": "two.srt"},
                "visual": {
                    "type": "clip", "uri": "clip.mp4", "sound": "duck", "when_short": "loop",
                },
            },
        ],
        music={"uri": "track.wav"},
    )  # fmt: skip
    job["output"]["stems"] = True

    result, folder = rendered(sounds, job)

    manifest = json.loads((folder / "manifest.json").read_text())
    made = [part for part in manifest["parts"] if part["stage"] in ("voice", "music", "effect")]
    assert {part["provider"] for part in made} == {"user"}
    assert manifest["cost_usd"]["spent"] == 0
    assert result["problems"] == []
    assert abs(manifest["quality"]["lufs"] + 14) <= 0.3
    assert "Narration: supplied by the author" in (folder / "credits.txt").read_text()
    # A caption of the video begins a fifth of a second, five frames, after its scene.
    captions = (folder / "captions.srt").read_text()
    second_s = manifest["scenes"][1]["start_frame"] / 24
    assert "One, and a wave.\n" in captions
    assert f"\n{clock(5 / 24 + 0.25)} --> " in captions
    for text, at in (("First caption", 0.2), ("Second one", 1.5)):
        assert text in captions
        assert f"\n{clock(second_s + 5 / 24 + at)} --> " in captions

    stems = {path.stem: open_wave(path) for path in (folder / "stems").iterdir()}
    assert set(stems) == {"voice", "effects", "music"}
    assert {len(stem) for stem in stems.values()} == {round(manifest["quality"]["frames"] * 2000)}
    voice = stems["voice"][:]
    first, second = (integrated_lufs(voice[: 2 * RATE]), integrated_lufs(voice[3 * RATE :]))
    assert first == pytest.approx(second, abs=0.5)
    hit_at = round((5 / 24 + 1.0) * RATE)
    effects = np.abs(stems["effects"][:]).max(axis=1)
    assert effects[: hit_at - 10].max() == 0
    assert effects[hit_at : hit_at + 2000].max() > 0.05


def test_a_track_is_repeated_where_a_bar_begins(desk: Desk, small_job: Build) -> None:
    played = band(150, 8, has_ending=False).sound
    save(desk.folder / "loop.wav", played)
    scenes = [{"duration_s": 17, "visual": COLOR}]
    job = small_job(scenes=scenes, music={"uri": "loop.wav"})
    job["output"]["stems"] = True

    _, folder = rendered(desk, job)

    # Eight bars of 1.6 s; then the first again, where it is most like itself.
    music = open_wave(folder / "stems" / "music.wav")[round(12.6 * RATE) : 15 * RATE][:, 0]
    first = played[: 2 * RATE, 0]
    same = np.fft.irfft(np.fft.rfft(music, 1 << 18) * np.conj(np.fft.rfft(first, 1 << 18)))
    assert int(same.argmax()) / RATE + 12.6 == pytest.approx(8 * 1.6, abs=0.02)


def test_captions_of_a_file_begin_when_it_says_though_the_gap_ahead_is_short(
    sounds: Desk, small_job: Build
) -> None:
    told = {"narration_audio": {"uri": "two.wav", "captions": "two.srt"}, "visual": COLOR}
    job = small_job(scenes=[{"narration": "One wave.", "visual": COLOR}, told])

    _, folder = rendered(sounds, job)

    manifest = json.loads((folder / "manifest.json").read_text())
    second_s = manifest["scenes"][1]["start_frame"] / 24
    captions = (folder / "captions.srt").read_text()
    assert f"--> {clock(second_s)}\n" in captions
    assert f"\n{clock(second_s + 5 / 24 + 0.2)} --> " in captions


def clock(seconds: float) -> str:
    """The nearest frame of 24, as SubRip writes it."""
    ms = round(round(seconds * 24) * 1000 / 24)
    return f"00:00:{ms // 1000:02},{ms % 1000:03}"


def test_a_second_render_reuses_what_the_user_brought(sounds: Desk, small_job: Build) -> None:
    scenes = [{"narration_audio": {"uri": "one.wav"}, "visual": COLOR}]
    rendered(sounds, small_job(scenes=scenes))

    again, _ = rendered(sounds, small_job(scenes=scenes))

    assert again["made"] == 0


def test_a_recording_whose_words_nobody_timed_says_so(sounds: Desk, small_job: Build) -> None:
    scenes = [
        {"narration": "Two words.", "narration_audio": {"uri": "one.wav"}, "visual": COLOR},
        {"narration_audio": {"uri": "two.wav"}, "visual": COLOR},
    ]

    result, folder = rendered(sounds, small_job(scenes=scenes))

    assert [problem["message"] for problem in result["problems"]] == [
        "scenes[0].narration_audio: when its words are spoken is estimated; words or captions "
        "would tell"
    ]
    assert (folder / "captions.srt").read_text().count("-->") == 1


@pytest.mark.parametrize(
    ("scene", "music", "says"),
    [
        pytest.param(
            {"narration_audio": {"uri": "two.srt"}},
            None,
            "scenes[0].narration_audio.uri: two.srt is not a sound (accepted: WAV, MP3",
            id="a recording that is none",
        ),
        pytest.param(
            {"narration_audio": {"uri": "gone.wav"}},
            None,
            "scenes[0].narration_audio.uri: there is no file gone.wav",
            id="a recording that is not there",
        ),
        pytest.param(
            {"narration_audio": {"uri": "one.wav", "captions": "bad.srt"}},
            None,
            "scenes[0].narration_audio.captions: bad.srt line 2: 'soon' is not the times",
            id="captions that cannot be read",
        ),
        pytest.param(
            {"narration": "Hi.", "effects": [{"uri": "two.srt"}]},
            None,
            "scenes[0].effects[0].uri: two.srt is not a sound",
            id="an effect that is none",
        ),
        pytest.param(
            {"narration": "Hi."},
            {"uri": "two.srt"},
            "music.uri: two.srt is not a sound",
            id="music that is none",
        ),
    ],
)
def test_files_that_do_not_fit_are_told_before_anything_is_made(
    sounds: Desk, small_job: Build, scene: dict[str, Any], music: Any, says: str
) -> None:
    sounds.write("bad.srt", b"1\nsoon\nHi.\n")
    job = sounds.write("job.json", small_job(scenes=[{"visual": COLOR, **scene}], music=music))

    ran = sounds.run("validate", str(job))

    assert ran.code == 2
    assert f"{job}: {says}" in ran.err


@pytest.mark.parametrize(
    ("recording", "says"),
    [
        pytest.param({"uri": "silence.wav"}, "silence.wav: it is silent", id="silent"),
        pytest.param(
            {"uri": "long.wav"},
            "long.wav: it lasts more than 600 s (accepted: up to 600 s a scene)",
            id="longer than a scene",
        ),
        pytest.param(
            {"uri": "one.wav", "words": [{**WORDS[0], "end_s": 9}]},
            "one.wav: words[0] ends at 9 s, and the recording lasts 2.00 s",
            id="words behind the end",
        ),
        pytest.param(
            {"uri": "one.wav", "captions": "late.srt"},
            "one.wav: captions: 'Hi.' begins at 9 s, and the recording lasts 2.00 s",
            id="captions behind the end",
        ),
        pytest.param(
            {"uri": "broken.wav"},
            "broken.wav: it is not a sound that can be decoded",
            id="damaged",
        ),
    ],
)
def test_a_recording_that_cannot_be_used_fails_the_job(
    sounds: Desk, small_job: Build, recording: dict[str, Any], says: str
) -> None:
    sounds.write("late.srt", b"1\n00:00:09,000 --> 00:00:10,000\nHi.\n")
    sounds.write("broken.wav", b"RIFF\0\0\0\0WAVEfmt nonsense")
    if recording["uri"] == "long.wav":
        save(sounds.folder / "long.wav", np.full(600 * RATE + 480, 0.1, np.float32))
    scenes = [{"narration_audio": recording, "visual": COLOR}]

    ran = sounds.run("render", str(sounds.write("job.json", small_job(scenes=scenes))), "--json")

    assert ran.code == 1
    (problem,) = ran.json["problems"]
    assert problem["message"] == f"scenes[0].narration_audio {says}"
    assert problem["code"] == "unsupported_media"
