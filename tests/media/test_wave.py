import io
import struct
import wave
from pathlib import Path

import numpy as np
import pytest

from jobs.errors import ResourceLimit, UnsupportedMedia
from media.run import Workspace
from media.wave import FloatWave, Samples, float_header, open_wave, samples_of

RAMP = np.linspace(-1.0, 0.75, 96).reshape(48, 2).astype(np.float32)


def convert(space: Workspace, source: Path, codec: str) -> Path:
    found = space.folder / f"{codec}.wav"
    space.run(["-v", "error", "-i", f"file:{source}", "-c:a", codec, f"file:{found}"])
    return found


def pcm16(samples: Samples, rate_hz: int = 48000) -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setparams((samples.shape[1], 2, rate_hz, 0, "NONE", ""))
        file.writeframes(np.round(samples * 32767).astype("<i2").tobytes())
    return buffer.getvalue()


def ramp_file(path: Path) -> Path:
    with FloatWave(path, len(RAMP)) as file:
        file.write(RAMP)
    return path


@pytest.mark.parametrize(
    ("codec", "error"),
    [
        pytest.param("pcm_u8", 2**-7, id="8 bits"),
        pytest.param("pcm_s16le", 2**-15, id="16 bits"),
        pytest.param("pcm_s24le", 2**-23, id="24 bits, in an extensible header"),
        pytest.param("pcm_s32le", 2**-23, id="32 bits"),
        pytest.param("pcm_f32le", 0.0, id="float"),
        pytest.param("pcm_f64le", 0.0, id="double"),
    ],
)
def test_every_kind_of_sample_is_read(
    space: Workspace, tmp_path: Path, codec: str, error: float
) -> None:
    file = convert(space, ramp_file(tmp_path / "ramp.wav"), codec)

    found = open_wave(file)

    assert (found.shape, found.layout.rate_hz) == ((48, 2), 48000)
    np.testing.assert_allclose(found[:], RAMP, atol=error)


def test_a_slice_reads_its_own_samples(tmp_path: Path) -> None:
    found = open_wave(ramp_file(tmp_path / "ramp.wav"))

    np.testing.assert_array_equal(found[7:19], RAMP[7:19])
    assert found[40:1000].shape == (8, 2)
    assert found[19:7].shape == (0, 2)


def test_mono_in_memory_is_one_row_of_samples() -> None:
    found = samples_of(pcm16(RAMP[:, :1]))

    np.testing.assert_allclose(found, RAMP[:, 0], atol=2**-14)


def test_chunks_before_the_samples_are_skipped() -> None:
    plain = pcm16(RAMP)
    odd = b"LIST" + struct.pack("<I", 5) + b"hello" + b"\0"  # padded to an even size

    found = samples_of(plain[:12] + odd + plain[12:])

    np.testing.assert_array_equal(found, samples_of(plain))


def test_a_stream_that_could_not_know_its_length_is_read_to_its_end() -> None:
    plain = pcm16(RAMP)
    unknown = plain[:40] + b"\xff\xff\xff\xff" + plain[44:]

    np.testing.assert_array_equal(samples_of(unknown), samples_of(plain))


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        pytest.param(lambda _: b"", "is not a WAV file", id="empty"),
        pytest.param(lambda wav: b"ID3" + wav, "is not a WAV file", id="something else"),
        pytest.param(lambda wav: wav[:36], "no samples in it", id="header only"),
        pytest.param(lambda wav: wav[:12] + wav[36:], "no format before", id="no format"),
        pytest.param(lambda wav: wav[:-50], "192 bytes of samples announced, 142", id="cut"),
        pytest.param(lambda wav: wav[:20] + b"\x55\0" + wav[22:], "kind 85", id="MP3 inside"),
        pytest.param(lambda wav: wav[:34] + b"\x0c\0" + wav[36:], "12 bits", id="odd sample size"),
        pytest.param(lambda wav: wav[:22] + b"\0\0" + wav[24:], "0 channels", id="no channels"),
    ],
)
def test_a_damaged_file_is_refused_with_a_reason(damage: object, said: str) -> None:
    assert callable(damage)

    with pytest.raises(UnsupportedMedia, match=said):
        samples_of(damage(pcm16(RAMP)))


def test_samples_that_are_not_numbers_are_refused(tmp_path: Path) -> None:
    with FloatWave(tmp_path / "nan.wav", 3) as file:
        file.write(np.array([[0, 0], [0, np.nan], [0, 0]], np.float32))

    with pytest.raises(UnsupportedMedia, match="not numbers"):
        open_wave(tmp_path / "nan.wav")[:]


def test_a_file_that_shrinks_after_opening_is_refused(tmp_path: Path) -> None:
    path = ramp_file(tmp_path / "ramp.wav")
    found = open_wave(path)
    path.write_bytes(path.read_bytes()[:-8])

    with pytest.raises(UnsupportedMedia, match="ends before its last sample"):
        found[:]


def test_a_file_beyond_4_gb_is_read_by_us_and_by_ffmpeg(space: Workspace) -> None:
    frames = 48000 * 3600 * 4
    path = space.folder / "long.wav"
    header = float_header(frames, 2, 48000)
    with path.open("wb") as file:  # sparse: no 5.5 GB are written
        file.write(header)
        file.truncate(len(header) + (frames - 2) * 8)
        file.seek(0, io.SEEK_END)
        file.write(np.array([0.25, -0.5, 0.125, 1.0], "<f4").tobytes())

    ours = open_wave(path)
    arguments = ["-v", "error", "-ss", "14399.9", "-i", f"file:{path}", "-f", "f32le", "pipe:1"]
    theirs = np.frombuffer(space.run(arguments, capture=True).stdout, "<f4").reshape(-1, 2)

    assert len(ours) == frames
    assert ours[frames - 2 :].tolist() == theirs[-2:].tolist() == [[0.25, -0.5], [0.125, 1.0]]
    assert len(theirs) == 4800


def test_a_file_lacking_samples_is_not_taken_for_whole(tmp_path: Path) -> None:
    with (
        pytest.raises(ValueError, match="lacks 2 of its samples"),
        FloatWave(tmp_path / "short.wav", 50) as file,
    ):
        file.write(RAMP)


def test_a_block_of_another_shape_is_refused(tmp_path: Path) -> None:
    with FloatWave(tmp_path / "ramp.wav", 48) as file:
        with pytest.raises(ValueError, match="48 samples of 2 channels are left"):
            file.write(RAMP[:, :1])
        file.write(RAMP)


def test_a_full_disk_is_a_lack_of_resources() -> None:
    with (
        pytest.raises(ResourceLimit, match="disk is full"),
        FloatWave(Path("/dev/full"), 48_000) as file,
    ):
        file.write(np.zeros((48_000, 2), np.float32))
