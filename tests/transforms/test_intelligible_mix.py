"""That the voice is understood: how far the music lies below it, and how it moves."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import signal

from jobs.document import job_from
from jobs.stages import Stage
from jobs.words import Word
from media.clicks import clicks
from media.loudness import integrated_lufs
from media.mix import Clip, MixPlan, Stems, write_mix
from media.timeline import SceneLength, lay_out
from media.track_fit import TrackFit, track_bed
from media.voice_chain import write_clean_voice
from media.wave import open_wave
from storage.artefacts import Origin, Record
from tests.media.programmes import RATE, Sound, played, save, spoken
from transforms.mix_spec import MUSIC_LUFS, VOICE_LUFS, mix_spec
from transforms.takes import Takes

VOICE_S = 6
# Two phrases: a pause of 0.4 s inside the first, one of 1.6 s between them.
WORDS = ((0.1, 0.9), (1.3, 2.2), (3.8, 4.5), (4.6, 5.9))


def pad(seconds: float) -> Sound:
    noise = np.random.default_rng(8).normal(0, 0.1, (round(seconds * RATE), 2))
    return signal.lfilter([0.02], [1, -0.98], noise, axis=0).astype(np.float32)


def beats(seconds: float) -> Sound:
    t = np.arange(round(seconds * RATE)) / RATE
    beat = np.sin(2 * np.pi * 60 * (t % 0.5)) * np.exp(-(t % 0.5) * 12)
    return np.stack([beat, beat], axis=1).astype(np.float32)


def bright(seconds: float) -> Sound:
    t = np.arange(round(seconds * RATE)) / RATE
    tone = sum(np.sin(2 * np.pi * hertz * t) for hertz in (440, 1320, 2640)) * 0.1
    return np.stack([tone, -tone], axis=1).astype(np.float32)


@dataclass(frozen=True)
class Heard:
    """The buses of a mix, and where the speech begins, in samples."""

    voice: Sound
    music: Sound
    mix: Sound
    speech: int


def heard(folder: Path, voice: Sound, music: Sound, **fields: Any) -> Heard:
    """A scene of twelve seconds, mixed as its document says."""
    document = {"scenes": [{"narration": "One two three four.", "duration_s": 12}], "music": fields}
    timeline = lay_out([SceneLength(len(voice), 12.0, "cut", 0.0)], Fraction(30))
    words = tuple(
        Word(text, start, end, at)
        for (start, end), (text, at) in zip(
            WORDS, (("One", 0), ("two", 4), ("three", 8), ("four.", 14)), strict=True
        )
    )
    said = {"samples": len(voice), "lufs": integrated_lufs(voice)}
    played = {"samples": len(music), "lufs": integrated_lufs(music)}
    takes = Takes(
        (),
        {
            "voice/000": Record(Stage.VOICE, 1, "v", Origin("espeak"), {"audio": "v"}, said),
            "music/000": Record(Stage.MUSIC, 1, "m", Origin("user"), {"audio": "m"}, played),
        },
    )
    spec, notes = mix_spec(job_from(document), timeline, takes, [words], "")
    assert notes == ()
    save(folder / "voice.wav", voice)
    write_clean_voice(folder / "voice.wav", folder / "clean.wav")
    (placed,) = spec.voices
    plan = MixPlan(
        spec.total_samples,
        (Clip(folder / "clean.wav", placed.start, placed.gain_db),),
        (),
        spec.speech,
        spec.music.gain_db if spec.music else 0.0,
        spec.ducking_db,
    )
    fit = TrackFit(len(music), spec.total_samples)
    stems = Stems(voice=folder / "v.wav", music=folder / "m.wav")
    write_mix(
        plan, lambda start, stop: track_bed(music, fit, start, stop), folder / "mix.wav",
        lambda: None, stems=stems,
    )  # fmt: skip
    return Heard(
        *(open_wave(folder / name)[:] for name in ("v.wav", "m.wav", "mix.wav")), placed.start
    )


@pytest.mark.parametrize("music", [played, pad, beats, bright], ids=lambda made: made.__name__)
@pytest.mark.parametrize("level", [pytest.param(1.0, id="loud"), pytest.param(0.02, id="soft")])
@pytest.mark.parametrize("seed", [0, 3])
def test_music_lies_ten_below_the_voice_while_it_speaks(
    tmp_path: Path, music: Callable[[float], Sound], level: float, seed: int
) -> None:
    found = heard(tmp_path, spoken(VOICE_S, seed) * np.float32(level), music(6))

    for first, last in ((WORDS[0][0], WORDS[1][1]), (WORDS[2][0], WORDS[3][1])):
        phrase = slice(found.speech + round(first * RATE), found.speech + round(last * RATE))
        below = integrated_lufs(found.voice[phrase]) - integrated_lufs(found.music[phrase])
        assert below >= 10


def test_the_voice_stands_where_it_should_and_the_music_where_nobody_speaks(
    tmp_path: Path,
) -> None:
    found = heard(tmp_path, spoken(VOICE_S), pad(20))

    spoken_part = found.voice[found.speech : found.speech + VOICE_S * RATE]
    assert integrated_lufs(spoken_part) == pytest.approx(VOICE_LUFS, abs=0.1)
    after = found.music[found.speech + round(6.5 * RATE) : -2 * RATE]
    assert integrated_lufs(after) == pytest.approx(MUSIC_LUFS - 14, abs=0.5)


def test_the_music_is_down_before_the_word_and_still_inside_a_phrase(tmp_path: Path) -> None:
    steady = np.full((20 * RATE, 2), 0.1, np.float32)

    found = heard(tmp_path, spoken(VOICE_S), steady, ducking_db=12.0)

    gain_db = 20 * np.log10(np.maximum(found.music[:, 0], 1e-9) / found.music[-2 * RATE, 0])

    def at(seconds: float) -> float:
        return float(gain_db[found.speech + round(seconds * RATE)])

    second_phrase, first_end = WORDS[2][0], WORDS[1][1]
    assert at(second_phrase - 0.16) == pytest.approx(0, abs=0.01)
    assert -12 < at(second_phrase - 0.075) < 0
    assert at(second_phrase) == pytest.approx(-12, abs=0.05)
    assert at(first_end + 0.41) == pytest.approx(0, abs=0.01)
    for first, last in ((WORDS[0][0], first_end), (second_phrase, WORDS[3][1])):
        begin, end = (found.speech + round(s * RATE) for s in (first, last))
        assert np.ptp(gain_db[begin:end]) < 0.01  # the pause of 0.4 s does not lift it


def test_nothing_clicks_where_the_music_moves(tmp_path: Path) -> None:
    found = heard(tmp_path, spoken(VOICE_S), bright(5), ducking_db=40.0)

    assert clicks(found.music) == ()
    assert clicks(found.mix) == ()


@pytest.mark.parametrize(
    ("seed", "level"), [pytest.param(2, 0.5, id="loud"), pytest.param(7, 0.05, id="far away")]
)
def test_speakers_are_as_loud_as_each_other(tmp_path: Path, seed: int, level: float) -> None:
    found = heard(tmp_path, spoken(VOICE_S, seed) * np.float32(level), pad(20))

    spoken_part = found.voice[found.speech : found.speech + VOICE_S * RATE]
    assert integrated_lufs(spoken_part) == pytest.approx(VOICE_LUFS, abs=0.1)
