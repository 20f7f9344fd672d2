"""Sound as a service sent it, decoded and judged: the right kind, the right length, not silent."""

import numpy as np
from numpy.typing import NDArray

from jobs.errors import ToolFailed, UnsupportedMedia
from media.run import SOUND_FORMATS, Workspace, compiled, fenced_input
from media.timeline import SAMPLE_RATE_HZ
from media.wave import pcm_wave

LONGEST_S = 1800  # nothing that is ordered is longer
SILENCE_DBFS = -60.0  # peak; a whisper is far above it


def decoded(
    space: Workspace, data: bytes, suffix: str, channels: int, longest_s: float = LONGEST_S
) -> NDArray[np.float32]:
    """The samples of a sound file: 48 kHz, float32, shape (n,) for one channel, else (n, channels).

    Args:
      suffix: What it is said to be, `.mp3`; FFmpeg looks for itself.
      longest_s: What comes after is left out.

    Raises:
      UnsupportedMedia: It cannot be decoded, is empty, or silent.
    """
    path = space.folder / f"received{suffix}"
    path.write_bytes(data)
    sound = fenced_input(path, SOUND_FORMATS).audio
    command = sound.output(
        "pipe:1", format="f32le", acodec="pcm_f32le", ar=SAMPLE_RATE_HZ, ac=channels, t=longest_s
    )
    try:
        finished = space.run(compiled(command), capture=True)
    except ToolFailed as error:
        if error.facts.get("was_killed"):
            raise
        raise UnsupportedMedia("it is not a sound that can be decoded") from error
    finally:
        path.unlink(missing_ok=True)
    samples = np.frombuffer(finished.stdout, np.float32).copy()
    if not len(samples) or not np.isfinite(samples).all():
        raise UnsupportedMedia("there is no sound in it")
    peak = float(np.abs(samples).max())
    if peak < 10 ** (SILENCE_DBFS / 20):
        raise UnsupportedMedia("it is silent")
    return samples if channels == 1 else samples.reshape(-1, channels)


def check_decoding(space: Workspace) -> None:
    """Decodes a sound of our own, to tell a file that is damaged from a machine that is.

    Raises:
      ToolFailed: FFmpeg does not decode it, either.
    """
    ours = np.full(SAMPLE_RATE_HZ // 10, 0.5, np.float32)
    try:
        decoded(space, pcm_wave(ours), ".wav", 1)
    except UnsupportedMedia as error:
        raise ToolFailed(
            f"FFmpeg ({space.ffmpeg}) does not decode a WAV file of our own, either: "
            f"{error.message}"
        ) from error
