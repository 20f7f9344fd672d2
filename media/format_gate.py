"""The quality gate of everything that is made of the finished file."""

from fractions import Fraction
from pathlib import Path

from jobs.errors import QualityMissed
from media.gate import MAX_AV_DIFFERENCE_S
from media.look import look
from media.run import Workspace

H264 = ("h264 (High)", "yuv420p", "bt709")
AV1 = ("av1", "(Main)", "yuv420p10le", "bt709")


def check_picture(
    space: Workspace,
    path: Path,
    frames: int,
    size: tuple[int, int],
    tags: tuple[str, ...],
    *,
    decoding: bool = True,
) -> None:
    """Decodes a file, and raises `QualityMissed` unless its picture is that of the film.

    Args:
      decoding: False for a copy of what was decoded before: it is counted only.
    """
    seen = look(space, path, decoding=decoding)
    found = []
    if seen.frames != frames:
        found.append(f"{seen.frames} frames instead of {frames}")
    if seen.size != size:
        found.append("{}x{} instead of {}x{}".format(*seen.size, *size))
    found += [f"the picture is not {tag}: {seen.video}" for tag in tags if tag not in seen.video]
    _refuse(path, found)


def check_sound(space: Workspace, path: Path, length_s: Fraction) -> None:
    """Decodes a file, and raises `QualityMissed` unless its sound is as long as the film."""
    off_s = float(look(space, path).sound_s - length_s)
    found = [] if abs(off_s) < MAX_AV_DIFFERENCE_S else [f"the sound is {off_s:+.3f} s too long"]
    _refuse(path, found)


def _refuse(path: Path, found: list[str]) -> None:
    if found:
        raise QualityMissed(f"{path.name} is not as promised: " + "; ".join(found))
