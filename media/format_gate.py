"""The quality gate of everything that is made of the finished file."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from jobs.errors import QualityMissed
from media.gate import MAX_AV_DIFFERENCE_S
from media.look import Seen, look
from media.run import Workspace

H264 = ("h264 (High)", "yuv420p", "bt709")
AV1 = ("av1", "(Main)", "yuv420p10le", "bt709")


@dataclass(frozen=True)
class Picture:
    """The picture that a file should have. `tags`: what FFmpeg has to say of it."""

    frames: int
    size: tuple[int, int]
    tags: tuple[str, ...]


def check_file(
    space: Workspace,
    path: Path,
    picture: Picture | None,
    sound_s: Fraction | None,
    *,
    decoding: bool = True,
) -> None:
    """Decodes a file, and raises `QualityMissed` unless it has what the film has.

    Args:
      picture: None: it is not asked about.
      sound_s: Length of its sound; None: it is not asked about.
      decoding: False for a copy of what was decoded before: it is counted only.
    """
    seen = look(space, path, decoding=decoding)
    found = list(_misses(seen, picture)) if picture else []
    if sound_s is not None and abs(off_s := float(seen.sound_s - sound_s)) >= MAX_AV_DIFFERENCE_S:
        found.append(f"the sound is {off_s:+.3f} s too long")
    if found:
        raise QualityMissed(f"{path.name} is not as promised: " + "; ".join(found))


def _misses(seen: Seen, picture: Picture) -> Iterator[str]:
    if seen.frames != picture.frames:
        yield f"{seen.frames} frames instead of {picture.frames}"
    if seen.size != picture.size:
        yield "{}x{} instead of {}x{}".format(*seen.size, *picture.size)
    for tag in picture.tags:
        if tag not in seen.video:
            yield f"the picture is not {tag}: {seen.video}"
