"""What films there are, and which of them comes nearest to a wish."""

from collections.abc import Sequence

SIDES = {"360p": 360, "720p": 720, "1080p": 1080, "4k": 2160}  # the shorter one, in pixels


def nearest_ratio(width: int, height: int) -> str:
    """Films are `16:9` or `9:16`; a square is cut out of a wide one."""
    return "9:16" if height > width else "16:9"


def up_to(largest: str, resolutions: Sequence[str]) -> tuple[str, ...]:
    """The resolutions up to the largest that is wanted."""
    return tuple(one for one in resolutions if SIDES[one] <= SIDES[largest])


def nearest_resolution(width: int, height: int, resolutions: Sequence[str]) -> str:
    """The one whose shorter side is nearest."""
    side = min(width, height)
    return min(resolutions, key=lambda one: abs(SIDES[one] - side))


def long_enough(wanted_s: float | None, lengths_s: Sequence[int]) -> int:
    """The shortest that is as long as wanted; the longest when none is. `lengths_s` ascend."""
    return next((one for one in lengths_s if one >= (wanted_s or 0.0)), lengths_s[-1])
