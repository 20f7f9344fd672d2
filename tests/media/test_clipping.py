"""Voices that are as they are and voices that are cut off, from WAV, MP3 and AAC files."""

from pathlib import Path

import numpy as np
import pytest
from programmes import RATE, Sound, save, spoken

from media.clipping import clipped_spans
from media.own_sound import audible_sound
from media.run import Workspace
from media.stills import Span
from media.wave import open_wave
from providers.espeak import Espeak
from providers.speech import SpeechRequest

TEXT = "Twice a day the sea forgets these rocks. What stays behind must hold its breath."


@pytest.fixture(scope="module")
def voices(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Sound]:
    folder = tmp_path_factory.mktemp("voices")
    found = {"pulses": spoken(6)}
    with Espeak().open() as session:
        for name in ("en-us", "en-us+f3", "de"):
            request = SpeechRequest(TEXT, name.partition("+")[0], voice_id=name)
            (folder / "said.wav").write_bytes(session.speak(request).wav)
            found[name] = open_wave(folder / "said.wav")[:][:, 0]
    return {name: voice / np.abs(voice).max() for name, voice in found.items()}


def taken(space: Workspace, voice: Sound, *how: str) -> tuple[Span, ...]:
    """The stretches in a voice that came as such a file, taken as recordings are.

    Args:
      how: Arguments of FFmpeg, the last of which is the file.
    """
    save(space.folder / "voice.wav", np.clip(voice, -1, 1).astype(np.float32))
    space.run(["-v", "error", "-i", "voice.wav", *how])
    wave, _ = audible_sound(space, space.folder / how[-1], 1, length_s=600)
    return clipped_spans(wave)


@pytest.mark.parametrize("name", ["pulses", "en-us", "en-us+f3", "de"])
@pytest.mark.parametrize(
    "how",
    [
        pytest.param(("-c:a", "pcm_s16le", "said.wav"), id="48 kHz"),
        pytest.param(("-b:a", "128k", "said.mp3"), id="mp3"),
        pytest.param(
            ("-af", "volume=-6dB,volume=8dB,alimiter=limit=0.5:level=0", "said.wav"), id="limited"
        ),
        pytest.param(
            ("-af", "acompressor=threshold=-20dB:ratio=8:attack=2:release=60", "said.wav"),
            id="compressed",
        ),
    ],
)
def test_a_voice_that_is_whole_is_not_clipped(
    space: Workspace, voices: dict[str, Sound], name: str, how: tuple[str, ...]
) -> None:
    assert taken(space, voices[name], *how) == ()


@pytest.mark.parametrize("name", ["pulses", "en-us", "en-us+f3", "de"])
@pytest.mark.parametrize(
    "how",
    [
        pytest.param(("-c:a", "pcm_s16le", "said.wav"), id="48 kHz"),
        pytest.param(("-c:a", "pcm_s16le", "-ar", "44100", "said.wav"), id="44.1 kHz"),
        pytest.param(("-b:a", "128k", "said.mp3"), id="mp3"),
        pytest.param(("-c:a", "aac", "-b:a", "96k", "said.m4a"), id="aac"),
    ],
)
def test_a_voice_that_was_recorded_too_loud_is_clipped(
    space: Workspace, voices: dict[str, Sound], name: str, how: tuple[str, ...]
) -> None:
    assert taken(space, 2 * voices[name], *how)


def test_only_the_clipped_part_is_told(tmp_path: Path) -> None:
    voice = spoken(9)
    voice[4 * RATE : 6 * RATE] *= 8
    cut = np.clip(voice, -0.35, 0.35).astype(np.float32)

    (span,) = clipped_spans(open_wave(save(tmp_path / "voice.wav", cut)))

    assert (span.start_s, span.end_s) == pytest.approx((4.0, 6.0), abs=0.3)


@pytest.mark.parametrize(
    "sound",
    [
        pytest.param(np.zeros(2 * RATE, np.float32), id="silence"),
        pytest.param(np.zeros(3, np.float32), id="three samples"),
        pytest.param(
            np.sin(2 * np.pi * 110 * np.arange(2 * RATE) / RATE).astype(np.float32), id="a tone"
        ),
    ],
)
def test_what_has_no_tops_is_not_clipped(tmp_path: Path, sound: Sound) -> None:
    assert clipped_spans(open_wave(save(tmp_path / "sound.wav", sound))) == ()
