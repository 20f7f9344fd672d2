from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from programmes import RATE, Sound, plan, played, save, spoken, struck

from jobs.errors import Cancelled, ToolFailed
from media.clicks import clicks
from media.join import Extras, Piece, join
from media.loudness import Loudness, measured
from media.master import (
    LoudnessTarget,
    Setting,
    corrected,
    first_setting,
    master,
    master_arguments,
)
from media.mix import Clip, write_mix
from media.run import Workspace

WEB, PODCAST = LoudnessTarget(-14.0, -1.0), LoudnessTarget(-16.0, -1.0)
EBU, ATSC = LoudnessTarget(-23.0, -1.0), LoudnessTarget(-24.0, -2.0)
TOTAL = 5 * RATE - 321  # not a whole number of AAC frames


@pytest.fixture(scope="module")
def stems(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("stems")
    save(folder / "voice.wav", spoken(3))
    save(folder / "hit.wav", struck())
    save(folder / "noise.wav", np.random.default_rng(3).normal(0, 0.2, (5 * RATE, 2)).astype("f4"))
    save(folder / "music.wav", played(5))
    square = np.sign(np.sin(2 * np.pi * 100 * np.arange(5 * RATE) / RATE)) * 0.5
    save(folder / "square.wav", square.astype(np.float32))
    return folder


def decoded(space: Workspace, path: Path) -> Sound:
    arguments = ["-v", "error", "-i", f"file:{path}", "-f", "f32le", "pipe:1"]
    return np.frombuffer(space.run(arguments, capture=True).stdout, "<f4").reshape(-1, 2)


def mix_of(space: Workspace, stems: Path, **gains_db: float) -> Path:
    """A second of lead-in, a voice, hits at 1.1 and 3.7 s, and anything else throughout."""
    starts = {"voice": (RATE,), "hit": (52_800, 177_600)}
    clips = tuple(
        Clip(stems / f"{name}.wav", start, gain_db)
        for name, gain_db in gains_db.items()
        for start in starts.get(name, (0,))
    )
    write_mix(plan(TOTAL, effects=clips), None, space.folder / "mix.wav", space.check_cancelled)
    return space.folder / "mix.wav"


@pytest.mark.parametrize(
    ("gains_db", "target"),
    [
        pytest.param({"voice": 0}, WEB, id="voice, web"),
        pytest.param({"voice": 0}, PODCAST, id="voice, podcast"),
        pytest.param({"voice": 0}, EBU, id="voice, ebu"),
        pytest.param({"voice": -12}, ATSC, id="soft voice, atsc"),
        pytest.param({"voice": -17}, PODCAST, id="whisper, podcast"),
        pytest.param({"voice": 5, "music": -12}, WEB, id="voice and music, web"),
        pytest.param({"voice": 5, "music": -12}, EBU, id="voice and music, ebu"),
        pytest.param({"voice": 5, "music": -12, "hit": -3}, WEB, id="everything, web"),
        pytest.param({"voice": 5, "music": -12, "hit": -3}, PODCAST, id="everything, podcast"),
        pytest.param({"voice": 5, "music": -12, "hit": -3}, ATSC, id="everything, atsc"),
        pytest.param({"music": 0}, WEB, id="music, web"),
        pytest.param({"music": -30}, EBU, id="soft music, ebu"),
        pytest.param({"hit": 0}, WEB, id="impacts alone, web"),
        pytest.param({"hit": 0}, PODCAST, id="impacts alone, podcast"),
        pytest.param({"hit": -20}, ATSC, id="soft impacts, atsc"),
        pytest.param({"noise": 0}, WEB, id="noise, web"),
        pytest.param({"noise": -20, "voice": 0}, PODCAST, id="voice in noise, podcast"),
        pytest.param({"square": 0}, EBU, id="square wave, ebu"),
        pytest.param({"voice": 14, "music": 6, "hit": 8}, WEB, id="over full scale, web"),
        pytest.param({"voice": 30, "music": 30, "hit": 30}, PODCAST, id="far over it, podcast"),
        pytest.param({"voice": 30, "music": 30, "hit": 30}, ATSC, id="far over it, atsc"),
    ],
)
def test_what_is_heard_has_the_loudness_and_keeps_below_the_peak(
    space: Workspace, stems: Path, gains_db: dict[str, float], target: LoudnessTarget
) -> None:
    sound = space.folder / "sound.m4a"

    made = master(space, mix_of(space, stems, **gains_db), TOTAL, target, sound)

    heard = measured(space, sound)
    assert heard.lufs == pytest.approx(target.lufs, abs=0.2)
    assert heard.peak_dbtp <= target.peak_dbtp
    assert (made.lufs, made.peak_dbtp, made.note) == (heard.lufs, heard.peak_dbtp, "")


@pytest.mark.parametrize(
    ("gains_db", "said"),
    [
        pytest.param({}, "silent, or shorter than 400 ms", id="silence"),
        pytest.param({"noise": -55}, "nearly silent", id="room tone"),
    ],
)
def test_a_programme_without_loudness_is_not_turned_up(
    space: Workspace, stems: Path, gains_db: dict[str, float], said: str
) -> None:
    made = master(space, mix_of(space, stems, **gains_db), TOTAL, WEB, space.folder / "sound.m4a")

    assert (made.gain_db, made.limited, made.attempts) == (0.0, False, 1)
    assert said in made.note
    assert made.lufs < -60


def test_a_silent_programme_still_keeps_below_the_peak(space: Workspace) -> None:
    mix = np.zeros((RATE, 2), np.float32)
    mix[10_000:10_040] = 1.0  # too short to be loud

    made = master(space, save(space.folder / "m.wav", mix[:14_400]), 14_400, WEB,
                  space.folder / "sound.m4a")  # fmt: skip

    assert made.limited
    assert made.peak_dbtp <= -1.0


def test_a_programme_too_quiet_to_reach_the_target_says_so(space: Workspace, stems: Path) -> None:
    made = master(space, mix_of(space, stems, voice=-28), TOTAL, WEB, space.folder / "sound.m4a")

    assert made.gain_db == 30.0
    assert "the most allowed, 30 dB" in made.note
    assert -26 < made.lufs < -23


@pytest.mark.parametrize("gain_db", [-20.0, 0.0], ids=["plain", "limited"])
def test_every_sample_stays_in_its_place(space: Workspace, stems: Path, gain_db: float) -> None:
    places = (5_000, 130_077, TOTAL - 5_000)
    bursts = np.zeros((TOTAL, 2), np.float32)
    for place in places:
        bursts[place] = 10 ** (gain_db / 20)
    tone = 0.02 * np.sin(2 * np.pi * 300 * np.arange(TOTAL) / RATE)
    mix = save(space.folder / "mix.wav", bursts + tone[:, None].astype(np.float32))

    made = master(space, mix, TOTAL, EBU, space.folder / "sound.m4a")

    heard = decoded(space, space.folder / "sound.m4a")
    assert made.limited == (gain_db == 0.0)
    assert len(heard) == TOTAL
    for place in places:
        part = np.abs(heard[place - 2000 : place + 2000, 0])
        assert int(part.argmax()) - 2000 == pytest.approx(0, abs=2)


@pytest.mark.parametrize(
    ("samples", "total"),
    [
        pytest.param(1, 1, id="one sample"),
        pytest.param(1023, 1023, id="just below an AAC frame"),
        pytest.param(1024, 1024, id="an AAC frame"),
        pytest.param(100_001, 100_001, id="seconds"),
        pytest.param(100_001, 99_000, id="a mix that is too long"),
        pytest.param(100_001, 101_000, id="a mix that is too short"),
    ],
)
def test_the_sound_is_as_long_as_the_video(space: Workspace, samples: int, total: int) -> None:
    mix = save(space.folder / "mix.wav", np.full((samples, 2), 0.01, np.float32))
    sound = space.folder / "sound.m4a"

    space.run(master_arguments(mix, total, Setting(3.0, -1.5), sound))

    assert len(decoded(space, sound)) == total


def test_the_same_mix_gives_the_same_bytes(space: Workspace, stems: Path) -> None:
    mix = mix_of(space, stems, voice=0, hit=-3)

    made = [master(space, mix, TOTAL, WEB, space.folder / name) for name in ("a.m4a", "b.m4a")]

    assert made[0] == made[1]
    assert (space.folder / "a.m4a").read_bytes() == (space.folder / "b.m4a").read_bytes()


def test_nothing_but_the_result_is_left(space: Workspace, stems: Path) -> None:
    mix = mix_of(space, stems, noise=0)

    made = master(space, mix, TOTAL, WEB, space.folder / "sound.m4a")

    assert made.attempts > 1
    assert {path.name for path in space.folder.iterdir()} == {"mix.wav", "sound.m4a"}


def test_limiting_adds_no_clicks(space: Workspace, stems: Path) -> None:
    mix = mix_of(space, stems, voice=5, music=-6)

    made = master(space, mix, TOTAL, WEB, space.folder / "sound.m4a")

    assert made.limited
    assert clicks(decoded(space, space.folder / "sound.m4a")) == ()


def test_limiting_does_not_distort(space: Workspace) -> None:
    # The lower two partials of a voice, 5 dB over the limit.
    time_s = np.arange(3 * RATE) / RATE
    wave = 0.8 * np.sin(2 * np.pi * 110 * time_s) + 0.6 * np.sin(2 * np.pi * 1730 * time_s)
    mix = save(space.folder / "mix.wav", wave.astype(np.float32))

    space.run(master_arguments(mix, len(wave), Setting(0.0, -6.0), space.folder / "sound.m4a"))

    heard = decoded(space, space.folder / "sound.m4a")[RATE : 2 * RATE, 0]
    power = np.abs(np.fft.rfft(heard * np.hanning(RATE))) ** 2
    wanted = np.zeros(len(power), bool)
    for hertz in (110, 1730):
        wanted[hertz - 2 : hertz + 3] = True
    assert 10 * np.log10(power[~wanted].sum() / power[wanted].sum()) < -50


def test_cancelling_ends_the_mastering(space: Workspace, stems: Path) -> None:
    mix = mix_of(space, stems, voice=0)
    stopped = Workspace(space.ffmpeg, space.folder, cancelled=lambda: True)

    with pytest.raises(Cancelled):
        master(stopped, mix, TOTAL, WEB, space.folder / "sound.m4a")


@pytest.mark.parametrize(
    ("mix", "setting"),
    [
        pytest.param((-20, -10), Setting(6.0), id="room for the gain"),
        pytest.param((-20, -7.4), Setting(6.0, -1.8), id="AAC may raise the peak: limiter"),
        pytest.param((-20, -3), Setting(6.0, -1.8), id="no room: limiter"),
        pytest.param((-5, 12), Setting(-9.0, -1.8), id="down from over full scale"),
        pytest.param((-55, -40), Setting(30.0), id="at most 30 dB"),
        pytest.param((-65, -50), Setting(0.0), id="nearly silent"),
        pytest.param((-70, -120), Setting(0.0), id="silent"),
    ],
)
def test_the_first_setting_follows_from_the_mix(mix: tuple[float, float], setting: Setting) -> None:
    assert first_setting(Loudness(*mix, 0.0), WEB) == setting


@pytest.mark.parametrize(
    ("tries", "following"),
    [
        pytest.param([(6, None, -14.1, -1.5)], Setting(6.0), id="on target: nothing changes"),
        pytest.param([(6, None, -14.6, -3)], Setting(6.6), id="too quiet"),
        pytest.param([(6, None, -14, -0.4)], Setting(6.0, -1.8), id="peak: a limiter comes in"),
        pytest.param([(6, -1.8, -14, -0.4)], Setting(6.0, -2.6), id="peak: the limiter goes down"),
        pytest.param(
            [(6, -1.8, -15, -1.5), (7, -1.8, -14.5, -1.5)],
            Setting(8.0, -1.8),
            id="half of the gain arrives: twice the step",
        ),
        pytest.param(
            [(6, -1.8, -15, -1.5), (7, -1.8, -15, -1.5)],
            Setting(11.0, -1.8),
            id="nothing arrives: four times the step at most",
        ),
        pytest.param([(29.9, -1.8, -16, -1.5)], Setting(30.0, -1.8), id="at most 30 dB"),
    ],
)
def test_the_next_setting_follows_from_what_was_heard(
    tries: list[tuple[float, float | None, float, float]], following: Setting
) -> None:
    heard = [(Setting(gain, limit), Loudness(lufs, peak, 0.0)) for gain, limit, lufs, peak in tries]

    assert corrected(heard, WEB) == following


def test_the_master_command_states_everything() -> None:
    found = master_arguments(Path("mix.wav"), 288_000, Setting(6.25, -1.8), Path("out.m4a"))

    assert found == [
        "-nostdin", "-hide_banner", "-nostats", "-loglevel", "warning", "-y",
        "-format_whitelist", "wav", "-max_pixels", "50000000", "-protocol_whitelist", "file",
        "-i", "file:mix.wav",
        "-filter_complex",
        "[0:a]volume=6.25dB:precision=float[s0];"
        "[s0]aresample=192000[s1];"
        "[s1]alimiter=attack=8:latency=1:level=0:limit=0.81283:release=50[s2];"
        "[s2]aresample=48000[s3];"
        "[s3]apad=whole_len=288000[s4];"
        "[s4]atrim=end_sample=288000[s5];"
        "[s5]aformat=channel_layouts=stereo:sample_fmts=fltp[s6]",
        "-map", "[s6]", "-f", "tee", "-b:a", "192k",
        "-aac_coder", "fast", "-aac_is", "0", "-aac_pns", "0",
        "-ac", "2", "-acodec", "aac", "-ar", "48000",
        "-cutoff", "20000", "-flags:a", "+bitexact",
        "-map_metadata", "-1", "-threads", "1",
        "[f=ipod:movie_timescale=48000:movflags=+faststart:fflags=+bitexact]out.m4a"
        "|[f=matroska]pipe\\:1",
    ]  # fmt: skip


def test_the_sound_survives_joining_with_the_picture(space: Workspace, stems: Path) -> None:
    rate = Fraction(30000, 1001)
    total = round(150 * RATE / rate)
    chunk = space.folder / "chunk.mp4"
    space.run(
        ["-v", "error", "-f", "lavfi", "-i", "color=s=64x64:r=30000/1001", "-frames:v", "150",
         "-c:v", "libx264", "-preset", "ultrafast", str(chunk)]
    )  # fmt: skip
    mix = mix_of(space, stems, voice=0, hit=-3)
    sound = space.folder / "sound.m4a"

    made = master(space, mix, total, WEB, sound)
    video = join(space, [Piece(chunk, 150)], rate, sound, Extras())

    heard, alone = decoded(space, video), decoded(space, sound)
    assert abs(len(heard) - total) <= 1024
    np.testing.assert_array_equal(heard[:total], alone[: len(heard)])
    assert measured(space, video).peak_dbtp <= made.peak_dbtp + 0.01


@pytest.mark.parametrize(
    "sign", [pytest.param("tee", id="the encoder"), pytest.param("pipe:0", id="the meter")]
)
def test_a_killed_ffmpeg_is_told_as_killed_whichever_of_two_it_was(
    space: Workspace, stems: Path, sign: str
) -> None:
    mix = mix_of(space, stems, voice=0)
    dying = space.folder / "dying"
    dying.write_text(
        f'#!/bin/sh\ncase " $* " in *" {sign} "*) kill -KILL $$;; esac\nexec {space.ffmpeg} "$@"\n'
    )
    dying.chmod(0o755)

    with pytest.raises(ToolFailed) as caught:
        master(replace(space, ffmpeg=str(dying)), mix, TOTAL, WEB, space.folder / "sound.m4a")

    assert caught.value.facts["was_killed"]
