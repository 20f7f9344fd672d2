import io
import wave

import numpy as np
import pytest

from jobs.errors import UnsupportedMedia
from media.received_sound import decoded
from media.run import Workspace
from media.timeline import SAMPLE_RATE_HZ
from media.wave import pcm_wave, samples_of


def tone(seconds: float, rate_hz: int = 24_000, level: float = 0.5) -> bytes:
    at = np.arange(round(seconds * rate_hz)) / rate_hz
    samples = np.rint(np.sin(2 * np.pi * 440 * at) * level * 32767).astype("<i2")
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes(samples.tobytes())
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("channels", "shape", "peak"),
    [
        pytest.param(1, (48_000,), 0.5, id="mono"),
        pytest.param(2, (48_000, 2), 0.354, id="mono in the middle of two: as loud as before"),
    ],
)
def test_sound_of_any_rate_is_decoded(
    channels: int, shape: tuple[int, ...], peak: float, space: Workspace
) -> None:
    samples = decoded(space, tone(1.0), ".wav", channels)

    assert samples.shape == shape
    assert np.abs(samples).max() == pytest.approx(peak, abs=0.02)


def test_the_suffix_of_a_file_proves_nothing(space: Workspace) -> None:
    assert len(decoded(space, tone(0.5), ".mp3", 1)) == SAMPLE_RATE_HZ // 2


@pytest.mark.parametrize(
    ("data", "said"),
    [
        pytest.param(b"", "not a sound", id="nothing"),
        pytest.param(b"<html>Sorry</html>", "not a sound", id="a page"),
        pytest.param(bytes(5000), "not a sound", id="zeros"),
        pytest.param(b"#EXTM3U\nfile:///etc/passwd\n", "not a sound", id="a playlist"),
        pytest.param(tone(1.0, level=0.0), "is silent", id="silence"),
        pytest.param(tone(1.0, level=0.0005), "is silent", id="as good as silence"),
        pytest.param(tone(0.0), "sound", id="no samples"),
    ],
)
def test_what_is_no_sound_is_refused(data: bytes, said: str, space: Workspace) -> None:
    with pytest.raises(UnsupportedMedia, match=said):
        decoded(space, data, ".wav", 1)

    assert list(space.folder.iterdir()) == []


@pytest.mark.parametrize("shape", [(1000,), (1000, 2)])
def test_samples_survive_a_16_bit_file(shape: tuple[int, ...]) -> None:
    samples = np.random.default_rng(1).uniform(-1.2, 1.2, shape).astype(np.float32)

    found = samples_of(pcm_wave(samples))

    assert np.abs(found - np.clip(samples, -1, 1)).max() < 1 / 16_000
