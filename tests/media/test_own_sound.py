from pathlib import Path

import numpy as np
import pytest
from programmes import RATE, save, spoken

from jobs.errors import UnsupportedMedia
from media.loudness import integrated_lufs
from media.own_sound import HEADROOM_DB, audible_sound, decoded_sound
from media.run import Workspace


def made(space: Workspace, *arguments: str) -> Path:
    space.run(["-v", "error", *arguments])
    return space.folder / arguments[-1]


@pytest.mark.parametrize(
    "name",
    ["said.wav", "said.mp3", "said.flac", "said.ogg", "said.m4a", "said.mp4", "said.webm"],
)
def test_a_recording_of_any_accepted_kind_is_taken_whole(space: Workspace, name: str) -> None:
    voice = spoken(3)
    save(space.folder / "voice.wav", voice)
    file = made(space, "-i", "voice.wav", "-ar", "24000" if name != "said.ogg" else "48000", name)

    wave, lufs = audible_sound(space, file, 1, length_s=600)

    assert len(wave) == pytest.approx(3 * RATE, abs=0.06 * RATE)
    assert wave.layout.rate_hz == RATE
    assert wave.layout.channels == 1
    assert lufs == pytest.approx(integrated_lufs(voice) - HEADROOM_DB, abs=0.5)


def test_a_sound_over_full_scale_is_not_cut(space: Workspace) -> None:
    loud = 1.8 * np.sin(2 * np.pi * 400 * np.arange(RATE) / RATE)
    file = save(space.folder / "loud.wav", loud.astype(np.float32))

    wave, _ = audible_sound(space, file, 1, length_s=600)

    assert np.abs(wave[:]).max() == pytest.approx(0.9, abs=0.01)


def test_the_sound_of_a_clip_keeps_its_place(space: Workspace) -> None:
    clip = made(
        space, "-f", "lavfi", "-i", "color=s=64x36:d=2", "-itsoffset", "0.5", "-f", "lavfi", "-i",
        "sine=1000:d=1", "-pix_fmt", "yuv420p", "late.mp4",
    )  # fmt: skip

    whole = decoded_sound(space, clip, 2, length_s=600)
    assert whole is not None
    begins = int(np.flatnonzero(np.abs(whole[:][:, 0]) > 0.01)[0])
    trimmed = decoded_sound(space, clip, 2, length_s=0.25, start_s=1.0)
    behind = decoded_sound(space, clip, 2, length_s=0.2, start_s=1.8)

    assert begins == pytest.approx(RATE / 2, abs=100)
    assert trimmed is not None
    assert len(trimmed) == pytest.approx(RATE / 4, abs=50)
    assert behind is None


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(b"RIFF\0\0\0\0WAVEfmt nonsense", "that can be decoded", id="damaged"),
        pytest.param("silence", "it is silent", id="silent"),
        pytest.param("picture", "there is no sound in it", id="a clip without sound"),
    ],
)
def test_what_is_no_sound_is_refused(space: Workspace, content: bytes | str, said: str) -> None:
    file = space.folder / "given.mp4"
    if content == "silence":
        save(file, np.zeros(RATE, np.float32))
    elif content == "picture":
        made(space, "-f", "lavfi", "-i", "color=s=64x36:d=1", "-pix_fmt", "yuv420p", file.name)
    else:
        assert isinstance(content, bytes)
        file.write_bytes(content)

    with pytest.raises(UnsupportedMedia, match=said):
        audible_sound(space, file, 1, length_s=600)
