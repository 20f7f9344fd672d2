"""Films and songs of an exact length, as services send them; each is encoded once per process."""

import io
import subprocess
import tempfile
import wave
from functools import cache
from pathlib import Path

import imageio_ffmpeg
import numpy as np

FRAME_RATE = 24


@cache
def film(width: int, height: int, duration_s: float, has_audio: bool) -> bytes:
    """An MP4 of H.264 at 24 frames a second: something that moves, with a tone when asked for."""
    picture = f"testsrc=size={width}x{height}:rate={FRAME_RATE}:duration={duration_s}"
    sound = f"sine=frequency=330:sample_rate=48000:duration={duration_s}"
    return _encoded(
        ".mp4",
        *("-f", "lavfi", "-i", picture),
        *(("-f", "lavfi", "-i", sound, "-c:a", "aac") if has_audio else ()),
        *("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"),
        *("-movflags", "+faststart"),
    )


@cache
def black_film(width: int, height: int, duration_s: float) -> bytes:
    """The same, showing nothing, without sound."""
    picture = f"color=black:size={width}x{height}:rate={FRAME_RATE}:duration={duration_s}"
    options = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")
    return _encoded(".mp4", "-f", "lavfi", "-i", picture, *options)


@cache
def silent_mp3(duration_s: float) -> bytes:
    """Stereo MP3 at 44.1 kHz, without a sound in it."""
    sound = f"anullsrc=channel_layout=stereo:sample_rate=44100:duration={duration_s}"
    return _encoded(".mp3", "-f", "lavfi", "-i", sound, "-b:a", "128k")


@cache
def song_mp3(duration_s: float) -> bytes:
    """Stereo MP3 at 44.1 kHz."""
    sound = f"sine=frequency=220:sample_rate=44100:duration={duration_s}"
    return _encoded(".mp3", "-f", "lavfi", "-i", sound, "-ac", "2", "-b:a", "128k")


@cache
def song_wav(duration_s: float) -> bytes:
    """Stereo WAV of 16 bits at 48 kHz."""
    times = np.arange(round(duration_s * 48_000)) / 48_000
    mono = (0.2 * 32767 * np.sin(2 * np.pi * 220 * times)).astype("<i2")
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(48_000)
        file.writeframes(np.repeat(mono, 2).tobytes())
    return buffer.getvalue()


def _encoded(suffix: str, *options: str) -> bytes:
    with tempfile.TemporaryDirectory(prefix="aiprod-fake-") as folder:
        path = Path(folder) / f"out{suffix}"
        command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin", *options, str(path)]
        subprocess.run(command, check=True, timeout=120)
        return path.read_bytes()
