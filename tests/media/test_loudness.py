from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from programmes import RATE, Sound, played, save, spoken, struck

from jobs.errors import ToolFailed
from media.loudness import (
    Loudness,
    integrated_lufs,
    k_weighting,
    measured,
    meter_arguments,
    parse_measurement,
)
from media.run import Workspace, fenced_input


def sine(hertz: float, seconds: float, amplitude: float, rate: int = RATE) -> Sound:
    time_s = np.arange(round(seconds * rate)) / rate
    return np.asarray(amplitude * np.sin(2 * np.pi * hertz * time_s), np.float32)


def loud_then_quiet() -> Sound:
    # The quiet part falls to the relative gate only if silence does not lower that gate.
    return np.concatenate(
        [sine(1000, 2, 0.1), sine(1000, 4, 0.1 * 10 ** (-15 / 20)), np.zeros(30 * RATE, np.float32)]
    )


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda: sine(997, 3, 0.1), id="mono tone"),
        pytest.param(lambda: sine(50, 3, 0.9), id="bass, which K-weighting takes down"),
        pytest.param(lambda: spoken(5), id="speech with pauses"),
        pytest.param(lambda: played(4), id="stereo music"),
        pytest.param(struck, id="one impact"),
        pytest.param(loud_then_quiet, id="both gates at work"),
        pytest.param(
            lambda: np.random.default_rng(2).normal(0, 0.3, (2 * RATE, 2)).astype(np.float32),
            id="noise above full scale",
        ),
    ],
)
def test_loudness_agrees_with_ffmpeg(space: Workspace, make: Callable[[], Sound]) -> None:
    sound = make()

    theirs = measured(space, save(space.folder / "sound.wav", sound))

    assert integrated_lufs(sound) == pytest.approx(theirs.lufs, abs=0.05)


def test_the_reference_tone_has_its_loudness() -> None:
    # EBU Tech 3341, case 1: 1 kHz at -23 dBFS on both channels reads -23.0 LUFS.
    tone = sine(1000, 20, 10 ** (-23 / 20))

    assert integrated_lufs(np.stack([tone, tone], axis=1)) == pytest.approx(-23.0, abs=0.1)


def test_mono_is_one_channel_of_two() -> None:
    voice = spoken(3)

    both = integrated_lufs(np.stack([voice, voice], axis=1))

    assert both - integrated_lufs(voice) == pytest.approx(3.01, abs=0.01)


@pytest.mark.parametrize("rate", [22050, 44100, 96000])
def test_other_sample_rates_measure_the_same(rate: int) -> None:
    assert integrated_lufs(sine(1000, 2, 0.1, rate), rate) == pytest.approx(
        integrated_lufs(sine(1000, 2, 0.1)), abs=0.05
    )


def test_the_filters_are_those_of_the_standard() -> None:
    # ITU-R BS.1770-4, annex 1, tables 1 and 2.
    np.testing.assert_allclose(
        k_weighting(48000),
        [
            [1.53512485958697, -2.69169618940638, 1.19839281085285, 1.0,
             -1.69065929318241, 0.73248077421585],
            [1.0, -2.0, 1.0, 1.0, -1.99004745483398, 0.99007225036621],
        ],
        atol=1e-10,
    )  # fmt: skip


@pytest.mark.parametrize(
    "sound",
    [
        pytest.param(np.zeros(0, np.float32), id="nothing"),
        pytest.param(np.zeros((RATE, 2), np.float32), id="silence"),
        pytest.param(sine(1000, 2, 1e-5), id="below the absolute gate"),
        pytest.param(np.zeros(100, np.float32), id="too little silence for a block"),
    ],
)
def test_what_cannot_be_heard_is_at_the_floor(sound: Sound) -> None:
    assert integrated_lufs(sound) == -70.0


def test_a_short_word_is_as_loud_as_the_same_sound_for_longer() -> None:
    assert integrated_lufs(sine(1000, 0.25, 0.1)) == pytest.approx(
        integrated_lufs(sine(1000, 2, 0.1)), abs=0.2
    )


def test_a_long_clip_measures_like_its_repeated_part() -> None:
    part = sine(1000, 1, 0.1)  # whole periods: it repeats without a seam

    assert integrated_lufs(np.tile(part, 25)) == pytest.approx(integrated_lufs(part), abs=0.01)


def test_a_peak_between_samples_is_found(space: Workspace) -> None:
    # A quarter of the sample rate, sampled off its crests: samples reach 0.707, the wave 1.0.
    time = np.arange(2 * RATE)
    wave = np.asarray(np.sin(np.pi / 2 * time + np.pi / 4) * np.minimum(time / 4800, 1), np.float32)

    found = measured(space, save(space.folder / "between.wav", wave))

    assert found.peak_dbtp == pytest.approx(0.0, abs=0.3)


def test_a_peak_in_the_last_moment_is_found(space: Workspace) -> None:
    wave = sine(500, 2.01, 0.05)
    wave[-200] = 0.9

    assert measured(space, save(space.folder / "late.wav", wave)).peak_dbtp > -1.5


def test_silence_has_finite_figures(space: Workspace) -> None:
    found = measured(space, save(space.folder / "silence.wav", np.zeros((RATE, 2), np.float32)))

    assert found == Loudness(-70.0, -120.0, 0.0)


def test_a_file_without_sound_is_a_failure(space: Workspace) -> None:
    space.run(
        ["-v", "error", "-f", "lavfi", "-i", "color=s=32x32:d=0.2", "-c:v", "libx264", "mute.mp4"]
    )

    with pytest.raises(ToolFailed):
        measured(space, space.folder / "mute.mp4")


def test_unreadable_measurements_are_a_failure() -> None:
    with pytest.raises(ToolFailed, match="measured no loudness"):
        parse_measurement("Conversion failed!", "")


def test_the_meter_command_is_fenced() -> None:
    sound = fenced_input(Path("a.wav"), "wav").audio

    assert meter_arguments(sound) == [
        "-nostdin", "-hide_banner", "-nostats", "-loglevel", "info", "-y",
        "-format_whitelist", "wav", "-max_pixels", "50000000", "-protocol_whitelist", "file",
        "-i", "file:a.wav",
        "-filter_complex",
        "[0:a]ebur128=framelog=quiet:metadata=1:peak=true[s0];"
        "[s0]ametadata=file=pipe\\\\:1:mode=print[s1]",
        "-map", "[s1]", "-f", "null", "-",
    ]  # fmt: skip
