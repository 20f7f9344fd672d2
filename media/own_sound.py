"""Sound files of users: decoded and resampled once, measured, silence told from sound."""

from pathlib import Path

from jobs.errors import ToolFailed, UnsupportedMedia
from media.loudness import FLOOR_LUFS, integrated_lufs, measured
from media.run import CLIP_FORMATS, SOUND_FORMATS, Workspace, compiled, fenced_input
from media.timeline import SAMPLE_RATE_HZ
from media.wave import Wave, open_wave

HEADROOM_DB = 6.0  # decoded MP3 and AAC go over full scale by less
SILENCE_LUFS = -60.0
_SHORT_S = 10  # shorter ones are measured here, also those that have no gating block
_NO_SOUND = ("matches no streams", "does not contain any stream")


def decoded_sound(
    space: Workspace, path: Path, channels: int, *, length_s: float, start_s: float = 0.0
) -> Wave | None:
    """A stretch of the first sound of a file: 48 kHz, 24 bits, 6 dB lower, as a WAV file in the
    space. A sound that begins later than its file begins with silence.

    Returns:
      None when the file holds no sound, or none in that stretch.

    Raises:
      UnsupportedMedia: It cannot be decoded.
    """
    out = space.folder / "sound.wav"
    formats = f"{CLIP_FORMATS},{SOUND_FORMATS}"
    source = fenced_input(path, formats, ss=f"{start_s:.6f}", t=f"{length_s:.6f}")
    sound = (
        source.audio.filter("aresample", SAMPLE_RATE_HZ, first_pts=0, **{"async": 1})
        .filter("volume", f"-{HEADROOM_DB:g}dB", precision="float")
        .output(
            str(out), format="wav", acodec="pcm_s24le", ar=SAMPLE_RATE_HZ, ac=channels,
            map_metadata=-1,
        )
    )  # fmt: skip
    try:
        space.run(compiled(sound, "error"))
    except ToolFailed as error:
        if error.facts.get("was_killed"):
            raise
        if any(words in str(error.facts.get("stderr_tail", "")) for words in _NO_SOUND):
            return None
        raise UnsupportedMedia("it is not a sound that can be decoded") from error
    wave = open_wave(out)
    return wave if len(wave) else None


def loudness_of(space: Workspace, wave: Wave) -> float:
    """Integrated loudness in LUFS, of any length; -70.0 for silence."""
    if len(wave) <= _SHORT_S * SAMPLE_RATE_HZ:
        return round(integrated_lufs(wave[:]), 2)
    return round(measured(space, wave.path).lufs, 2)


def audible_sound(
    space: Workspace, path: Path, channels: int, *, length_s: float
) -> tuple[Wave, float]:
    """A sound file and its loudness in LUFS; otherwise as `decoded_sound`.

    Raises:
      UnsupportedMedia: There is no sound in it, or it is silent.
    """
    wave = decoded_sound(space, path, channels, length_s=length_s)
    if wave is None:
        raise UnsupportedMedia("there is no sound in it")
    lufs = loudness_of(space, wave)
    if lufs <= max(SILENCE_LUFS, FLOOR_LUFS):
        raise UnsupportedMedia("it is silent")
    return wave, lufs
