"""What kind of file a service sent, told by its first bytes."""

from jobs.errors import Charged, ProviderUnusable


def film_suffix(name: str, data: bytes) -> str:
    """`.mp4`. Raises `ProviderUnusable` for everything else."""
    if data[4:8] == b"ftyp":
        return ".mp4"
    raise _other(name, "MP4")


def sound_suffix(name: str, data: bytes) -> str:
    """`.wav` or `.mp3`. Raises `ProviderUnusable` for everything else."""
    if data[:4] == b"RIFF" and data[8:12] == b"WAVE":
        return ".wav"
    if data[:3] == b"ID3" or (len(data) > 4 and data[0] == 0xFF and data[1] & 0xE0 == 0xE0):
        return ".mp3"
    raise _other(name, "WAV or MP3")


def _other(name: str, kinds: str) -> ProviderUnusable:
    return ProviderUnusable(
        f"{name} sent something else than {kinds}", charged=Charged.YES, provider=name
    )
