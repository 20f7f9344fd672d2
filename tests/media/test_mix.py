import io
import subprocess
import sys
import wave
from pathlib import Path

import numpy as np
import pytest
from programmes import RATE, Sound, blocks_of, plan, played, save, spoken, struck

from jobs.errors import Cancelled, UnsupportedMedia
from media.clicks import clicks
from media.loudness import integrated_lufs
from media.mix import Clip, MixPlan, Music, Stems, write_mix
from media.wave import open_wave

TONE = np.asarray(0.25 * np.sin(2 * np.pi * 1000 * np.arange(RATE) / RATE), np.float32)


def no_check() -> None:
    pass


def mixed(folder: Path, plan: MixPlan, music: Music | None = None, block: int = RATE) -> Sound:
    write_mix(plan, music, folder / "mix.wav", no_check, block)
    return open_wave(folder / "mix.wav")[:]


@pytest.fixture(scope="module")
def sounds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sounds")
    save(folder / "tone.wav", TONE)
    save(folder / "wide.wav", np.stack([TONE, -0.5 * TONE], axis=1))
    save(folder / "voice.wav", spoken(3))
    save(folder / "hit.wav", struck())
    save(folder / "offset.wav", TONE + np.float32(0.2))
    return folder


def test_a_clip_sounds_at_its_sample_and_nowhere_else(sounds: Path, tmp_path: Path) -> None:
    found = mixed(tmp_path, plan(3 * RATE, voices=(Clip(sounds / "tone.wav", 50_000, 0.0),)))

    assert found.shape == (3 * RATE, 2)
    heard = np.flatnonzero(np.abs(found).max(axis=1))
    assert (heard[0], heard[-1]) == (50_001, 50_000 + RATE - 2)  # faded from and to exact zero
    np.testing.assert_allclose(found[50_240:97_700, 0], TONE[240:47_700] * np.sqrt(0.5), atol=1e-6)


@pytest.mark.parametrize(
    ("pan", "left", "right"),
    [
        pytest.param(0.0, 0.7071, 0.7071, id="centre: 3 dB less on each side"),
        pytest.param(-1.0, 1.0, 0.0, id="left"),
        pytest.param(1.0, 0.0, 1.0, id="right"),
        pytest.param(0.5, 0.3827, 0.9239, id="half right"),
    ],
)
def test_mono_is_panned_at_equal_power(
    sounds: Path, tmp_path: Path, pan: float, left: float, right: float
) -> None:
    found = mixed(tmp_path, plan(RATE, voices=(Clip(sounds / "tone.wav", 0, 0.0, pan),)))

    assert np.abs(found).max(axis=0) / 0.25 == pytest.approx([left, right], abs=1e-3)


@pytest.mark.parametrize(
    ("pan", "left", "right"),
    [
        pytest.param(0.0, 1.0, 0.5, id="centre: unchanged"),
        pytest.param(1.0, 0.0, 0.7071, id="right side alone"),
    ],
)
def test_stereo_is_balanced(
    sounds: Path, tmp_path: Path, pan: float, left: float, right: float
) -> None:
    found = mixed(tmp_path, plan(RATE, effects=(Clip(sounds / "wide.wav", 0, 0.0, pan),)))

    assert np.abs(found).max(axis=0) / 0.25 == pytest.approx([left, right], abs=1e-3)


@pytest.mark.parametrize("pan", [-1.0, 0.0, 0.7])
def test_a_voice_is_as_loud_in_the_mix_as_it_was_told_to_be(
    sounds: Path, tmp_path: Path, pan: float
) -> None:
    alone = integrated_lufs(spoken(3))
    gain_db = -20.0 - alone

    found = mixed(tmp_path, plan(3 * RATE, voices=(Clip(sounds / "voice.wav", 0, gain_db, pan),)))

    assert integrated_lufs(found) == pytest.approx(-20.0, abs=0.05)


def test_music_steps_back_for_speech_and_only_the_music_does(sounds: Path, tmp_path: Path) -> None:
    steady = np.ones((4 * RATE, 2), np.float32)
    speech = ((RATE, 2 * RATE),)

    found = mixed(
        tmp_path,
        plan(4 * RATE, speech=speech, music_gain_db=-6.0, ducking_db=12.0),
        blocks_of(steady),
    )

    level_db = 20 * np.log10(found[:, 0])
    assert level_db[[0, RATE, 2 * RATE - 1, 3 * RATE]] == pytest.approx(
        [-6, -18, -18, -6], abs=0.01
    )


def test_stems_sum_to_the_mix(sounds: Path, tmp_path: Path) -> None:
    music = played(4)
    scene = plan(
        4 * RATE,
        voices=(Clip(sounds / "voice.wav", 1234, -3.0),),
        effects=(
            Clip(sounds / "hit.wav", 70_000, -4.0),
            Clip(sounds / "wide.wav", 20_000, -6.0, ducks=True),
        ),
        speech=((1234, 60_000),),
    )
    paths = {role: tmp_path / f"{role}.wav" for role in ("voice", "effects", "music")}

    write_mix(scene, blocks_of(music), tmp_path / "mix.wav", no_check, 4096, stems=Stems(**paths))

    voice, effects, under = (open_wave(path)[:] for path in paths.values())
    assert all(np.abs(stem).max() > 0.1 for stem in (voice, effects, under))
    np.testing.assert_array_equal(voice + effects + under, open_wave(tmp_path / "mix.wav")[:])


def test_a_clip_may_step_back_for_speech_as_the_music_does(sounds: Path, tmp_path: Path) -> None:
    found = mixed(
        tmp_path,
        plan(
            RATE,
            effects=(Clip(sounds / "tone.wav", 0, 0.0, ducks=True),),
            speech=((RATE // 2, RATE),),
            ducking_db=12.0,
        ),
    )

    before, under = (
        np.abs(found[part, 0]).max() for part in (slice(0, 9000), slice(30_000, 40_000))
    )
    assert 20 * np.log10(under / before) == pytest.approx(-12, abs=0.1)


def test_the_block_size_changes_no_sample(sounds: Path, tmp_path: Path) -> None:
    music = played(4)
    scene = plan(
        4 * RATE - 17,
        voices=(
            Clip(sounds / "voice.wav", 1234, -3.0, 0.2),
            Clip(sounds / "voice.wav", 90_001, 1.5, fade_in_ms=333, fade_out_ms=2000),
        ),
        effects=(
            Clip(sounds / "hit.wav", 70_000, -4.0),
            Clip(sounds / "hit.wav", 70_001, -9.0, ducks=True),
        ),
        speech=((1234, 60_000), (90_001, 150_000)),
        music_gain_db=-5.0,
    )
    whole = mixed(tmp_path, scene, blocks_of(music), 1_000_000)

    for block in (997, 4096, 48_000, 65_537):
        np.testing.assert_array_equal(mixed(tmp_path, scene, blocks_of(music), block), whole)


def test_two_mixes_are_the_same_bytes(sounds: Path, tmp_path: Path) -> None:
    scene = plan(RATE, voices=(Clip(sounds / "voice.wav", 100, -3.0),))
    for name in ("a.wav", "b.wav"):
        write_mix(scene, None, tmp_path / name, no_check)

    assert (tmp_path / "a.wav").read_bytes() == (tmp_path / "b.wav").read_bytes()


@pytest.mark.parametrize(
    "clip",
    [
        pytest.param(Clip(Path("tone.wav"), 10_000, 0.0), id="whole"),
        pytest.param(Clip(Path("tone.wav"), 10_000, 0.0, length=20_011), id="cut by its length"),
        pytest.param(Clip(Path("tone.wav"), 100_000, 0.0), id="cut by the end"),
        pytest.param(Clip(Path("offset.wav"), 10_000, 0.0), id="with a constant offset"),
        pytest.param(Clip(Path("wide.wav"), 0, 0.0), id="at the first sample"),
    ],
)
def test_no_clip_clicks_where_it_begins_or_ends(sounds: Path, tmp_path: Path, clip: Clip) -> None:
    placed = Clip(sounds / clip.path, clip.start, clip.gain_db, length=clip.length)

    found = mixed(tmp_path, plan(3 * RATE - 9_999, effects=(placed,)))

    assert np.abs(found).max() > 0.15
    assert clicks(np.pad(found, ((RATE // 10, RATE // 10), (0, 0)))) == ()


def test_a_clip_without_fades_would_click(sounds: Path, tmp_path: Path) -> None:
    # The tone is cut at its crest, where it jumps; at its start it only turns a corner.
    bare = Clip(sounds / "tone.wav", 10_000, 0.0, fade_in_ms=0, fade_out_ms=0, length=20_013)

    found = mixed(tmp_path, plan(RATE, effects=(bare,)))

    assert clicks(found) == pytest.approx((10_000, 30_013), abs=1)


def test_a_constant_offset_does_not_reach_the_mix(sounds: Path, tmp_path: Path) -> None:
    found = mixed(tmp_path, plan(RATE, effects=(Clip(sounds / "offset.wav", 0, 0.0),)))

    assert np.abs(found[1000:-1000].mean(axis=0)).max() < 0.002


def test_crossing_fades_of_unrelated_sounds_keep_their_power(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    for name in ("a.wav", "b.wav"):
        save(tmp_path / name, rng.normal(0, 0.1, (2 * RATE, 2)).astype(np.float32))
    clips = (
        Clip(tmp_path / "a.wav", 0, 0.0, fade_out_ms=1000),
        Clip(tmp_path / "b.wav", RATE, 0.0, fade_in_ms=1000),
    )

    found = mixed(tmp_path, plan(3 * RATE, effects=clips))

    power = (found.astype(np.float64) ** 2).mean(axis=1)[4800:-4800].reshape(-1, 4800).mean(axis=1)
    assert 10 * np.log10(power / 0.01) == pytest.approx(np.zeros(len(power)), abs=0.3)


def test_overlapping_fades_of_a_short_clip_stay_below_its_level(tmp_path: Path) -> None:
    save(tmp_path / "short.wav", np.tile(np.float32([0.5, -0.5]), 100))

    found = mixed(
        tmp_path,
        plan(1000, effects=(Clip(tmp_path / "short.wav", 0, 0.0, -1.0, 1000.0, 1000.0),)),
    )

    assert 0.1 < np.abs(found).max() <= 0.5
    assert np.abs(found[0]).max() == np.abs(found[199]).max() == 0


def test_clips_behind_the_end_or_without_samples_are_left_out(sounds: Path, tmp_path: Path) -> None:
    found = mixed(
        tmp_path,
        plan(
            1000,
            effects=(
                Clip(sounds / "tone.wav", 1000, 0.0),
                Clip(sounds / "tone.wav", 0, 0.0, length=0),
            ),
        ),
    )

    assert not found.any()


@pytest.mark.parametrize(
    ("rate_hz", "channels", "said"),
    [
        pytest.param(44100, 2, "2 channels at 44100 Hz", id="another rate"),
        pytest.param(48000, 6, "6 channels at 48000 Hz", id="surround"),
    ],
)
def test_sounds_in_other_shapes_are_refused(
    tmp_path: Path, rate_hz: int, channels: int, said: str
) -> None:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setparams((channels, 2, rate_hz, 0, "NONE", ""))
        file.writeframes(b"\0" * 1200)
    (tmp_path / "odd.wav").write_bytes(buffer.getvalue())

    with pytest.raises(UnsupportedMedia, match=said):
        mixed(tmp_path, plan(1000, effects=(Clip(tmp_path / "odd.wav", 0, 0.0),)))


@pytest.mark.parametrize(
    "values",
    [
        pytest.param({"start": -1}, id="before the start"),
        pytest.param({"pan": 1.5}, id="beyond the right"),
        pytest.param({"fade_in_ms": -1.0}, id="negative fade"),
        pytest.param({"length": -1}, id="negative length"),
    ],
)
def test_impossible_clips_are_refused(values: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"a clip|a fade"):
        Clip(Path("a.wav"), **({"start": 0, "gain_db": 0.0} | values))  # type: ignore[arg-type]


def test_a_programme_without_samples_is_refused() -> None:
    with pytest.raises(ValueError, match="0 samples"):
        plan(0)


def test_cancelling_stops_the_mix(sounds: Path, tmp_path: Path) -> None:
    asked = 0

    def cancel_later() -> None:
        nonlocal asked
        asked += 1
        if asked > 5:
            raise Cancelled("stopped by the user")

    with pytest.raises(Cancelled):
        write_mix(plan(3600 * RATE), None, tmp_path / "mix.wav", cancel_later)

    assert (tmp_path / "mix.wav").stat().st_size < 10 * RATE * 8


def test_memory_does_not_grow_with_length_or_clips(sounds: Path, tmp_path: Path) -> None:
    program = f"""
import resource
from pathlib import Path
import numpy as np
from media.mix import Clip, MixPlan, write_mix
folder, out = Path({str(sounds)!r}), Path({str(tmp_path)!r}) / "mix.wav"
def peak_kb(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
def mix(seconds):
    voices = tuple(Clip(folder / "voice.wav", k * 48000, -3.0) for k in range(seconds))
    speech = tuple((c.start, c.start + 20000) for c in voices)
    write_mix(MixPlan(seconds * 48000, voices, (), speech, -6.0, 10.0),
        lambda start, stop: np.zeros((stop - start, 2), np.float32), out, lambda: None)
mix(10)
before = peak_kb()
mix(120)
print(peak_kb() - before)
"""
    repository = Path(__file__).parents[2]

    told = subprocess.run(
        [sys.executable, "-c", program], cwd=repository, capture_output=True, text=True, check=True
    )

    assert int(told.stdout) < 10_000  # the longer mix alone is 46 MB
