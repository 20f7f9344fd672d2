import io
import random
import re
import wave
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from media import music_fit
from media.run import Workspace
from providers.composer import Composition, MusicRequest, compose

RATE = 48_000
Audio = npt.NDArray[np.float32]
REQUEST = MusicRequest("happy ukulele and bells, in G major, 130 bpm, no drums")


@pytest.fixture(scope="module")
def piece() -> Composition:
    return compose(REQUEST)


@pytest.fixture(scope="module")
def driven() -> Composition:
    return compose(MusicRequest("funky, 120 bpm"))


def _audio(composition: Composition) -> Audio:
    with wave.open(io.BytesIO(composition.wav)) as file:
        frames = file.readframes(file.getnframes())
    return np.frombuffer(frames, "<i2").reshape(-1, 2).astype(np.float32) / 32768


def _arranged(composition: Composition, total: int) -> tuple[Audio, list[int]]:
    """The music for a video, and where its sections start."""
    sections = [
        music_fit.Section(part.name, part.start, part.bars, part.length, part.tail)
        for part in composition.sections
    ]
    placed = music_fit.arrange(
        sections, composition.bar_samples, composition.ending_downbeat, total
    )
    music = music_fit.bed(_audio(composition), placed, total, 0, total)
    return music, [piece.start for piece in placed]


def test_wav_is_stereo_48_khz_and_holds_the_sections_in_a_row(piece: Composition) -> None:
    with wave.open(io.BytesIO(piece.wav)) as file:
        assert (file.getnchannels(), file.getframerate(), file.getsampwidth()) == (2, RATE, 2)
        frames = file.getnframes()

    at = 0
    for section in piece.sections:
        assert section.start == at
        assert section.length == section.bars * piece.bar_samples
        at += section.length + section.tail
    assert at == frames


def test_composition_says_what_it_is(piece: Composition) -> None:
    assert piece.summary == "happy, 130 bpm, G major, ukulele and bells"
    assert (piece.tempo_bpm, piece.key) == (130, "G major")
    assert piece.bar_samples == round(4 * 60 / 130 * RATE)


def test_final_chord_rings_long_enough_to_fade_it(piece: Composition) -> None:
    ending = piece.sections[-1]

    assert ending.name == "ending"
    assert piece.ending_downbeat == 2 * piece.bar_samples
    assert ending.length + ending.tail - piece.ending_downbeat >= 6 * RATE
    rung = _audio(piece)[ending.start + piece.ending_downbeat :][: 3 * RATE]
    assert np.sqrt(np.mean(rung[-RATE // 2 :] ** 2)) > 1e-3


def test_same_request_gives_the_same_bytes(piece: Composition) -> None:
    assert compose(REQUEST) == piece


@pytest.mark.parametrize("name", ["piece", "driven"])
def test_loudness_and_true_peak_are_as_promised(
    name: str, request: pytest.FixtureRequest, space: Workspace, tmp_path: Path
) -> None:
    composition: Composition = request.getfixturevalue(name)
    path = tmp_path / "music.wav"
    path.write_bytes(composition.wav)

    measure = ["-i", str(path), "-af", "ebur128=peak=true:framelog=quiet", "-f", "null", "-"]
    said = space.run(["-nostdin", "-hide_banner", *measure]).stderr_tail

    summary = said[said.rindex("Summary:") :]
    loudness, peak = (
        float(re.search(rf"{label}:\s+(-?[\d.]+)", summary)[1])  # type: ignore[index]
        for label in ("I", "Peak")
    )
    assert -19 < loudness < -17
    assert peak < -1


@pytest.mark.parametrize("seed", range(10))
def test_arranged_music_has_no_click_no_offset_and_does_not_clip(
    piece: Composition, seed: int
) -> None:
    total = round(random.Random(seed).uniform(3, 40) * RATE)

    music, seams = _arranged(piece, total)

    assert np.max(np.abs(music)) < 0.89
    assert np.max(np.abs(music.mean(axis=0))) < 1e-4
    assert np.max(np.abs(music[-10:])) < 1e-4
    bend = np.max(np.abs(np.diff(music, n=2, axis=0)), axis=1)
    for seam in seams[1:]:
        # At the seam itself nothing sounds that the notes after it do not exceed.
        assert np.max(bend[seam - 3 : seam + 2]) < 0.5 * np.max(bend[seam : seam + RATE // 10])


@pytest.mark.parametrize("name", ["piece", "driven"])
def test_sections_start_and_end_in_silence(name: str, request: pytest.FixtureRequest) -> None:
    composition: Composition = request.getfixturevalue(name)
    audio = _audio(composition)

    for section in composition.sections:
        stop = section.start + section.length + section.tail
        assert np.max(np.abs(audio[section.start])) < 2e-3
        assert np.max(np.abs(audio[stop - 1])) < 1e-4


def test_level_does_not_jump_where_sections_meet(piece: Composition) -> None:
    music, seams = _arranged(piece, 50 * RATE)

    bar = piece.bar_samples
    levels = [np.sqrt(np.mean(music[at : at + bar] ** 2)) for at in range(bar, 40 * RATE, bar)]
    around = [
        (np.sqrt(np.mean(music[s - bar : s] ** 2)), np.sqrt(np.mean(music[s : s + bar] ** 2)))
        for s in seams[1:-1]
    ]
    assert all(0.4 < after / before < 2.5 for before, after in around)
    assert min(levels) > 0.02


def test_stereo_is_wide_and_survives_mono(piece: Composition) -> None:
    audio = _audio(piece)

    correlation = np.corrcoef(audio.T)[0, 1]
    balance = np.std(audio[:, 0]) / np.std(audio[:, 1])
    assert 0.1 < correlation < 0.97
    assert 0.7 < balance < 1.4


def test_music_is_in_the_key_it_names(piece: Composition) -> None:
    audio = _audio(piece).mean(axis=1)
    frames = audio[: len(audio) // 16384 * 16384].reshape(-1, 16384) * np.hanning(16384)
    power = np.abs(np.fft.rfft(frames, axis=1)).sum(axis=0)
    hz = np.fft.rfftfreq(16384, 1 / RATE)
    heard = (hz > 60) & (hz < 420)  # few overtones: the third one is a fifth
    classes = np.round(12 * np.log2(hz[heard] / 440) + 69).astype(int) % 12
    chroma = np.bincount(classes, power[heard], 12)

    # Krumhansl and Kessler's profile of a major key.
    profile = np.array([6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88])
    fits = [np.corrcoef(np.roll(profile, tonic), chroma)[0, 1] for tonic in range(12)]
    assert int(np.argmax(fits)) == 7


def test_drums_are_heard_only_where_they_play(driven: Composition, piece: Composition) -> None:
    def clicks_per_s(composition: Composition, name: str) -> float:
        section = next(s for s in composition.sections if s.name == name)
        audio = _audio(composition)[section.start : section.start + section.length].mean(axis=1)
        frames = audio[: len(audio) // 512 * 512].reshape(-1, 512)
        spectrum = np.abs(np.fft.rfft(frames * np.hanning(512), axis=1))
        high = spectrum[:, 512 * 9000 // RATE :].sum(axis=1)
        return float(np.mean(high) / np.mean(spectrum.sum(axis=1)))

    assert clicks_per_s(driven, "f") > 3 * clicks_per_s(driven, "e")
    assert clicks_per_s(driven, "f") > 3 * clicks_per_s(piece, "f")
