"""How drawn text comes and goes: it moves to its place as it appears, and on as it disappears."""

from dataclasses import dataclass
from fractions import Fraction

from media.mixing import eased_out

ENTER_S, LEAVE_S = Fraction(1, 2), Fraction(2, 5)


@dataclass(frozen=True)
class Pose:
    """How something is seen in a frame.

    Attributes:
      opacity: 0..1.
      away: How far it is from its place: 1..0 as it enters, 0..1 as it leaves.
      leaves: Whether it is on its way out.
    """

    opacity: float
    away: float = 0.0
    leaves: bool = False


_AT_REST = Pose(1.0)


def pose(frame: int, frames: int, rate: Fraction) -> Pose:
    """The pose in a frame of something that is on screen for `frames` frames.

    It enters fast and comes to rest, and leaves the other way round. Of a short stay at most a
    third each is movement.

    Args:
      frame: From 0; outside its time it is not seen.
    """
    enters = max(1, min(round(ENTER_S * rate), frames // 3))
    leaves = max(1, min(round(LEAVE_S * rate), frames // 3))
    if not 0 <= frame < frames:
        return Pose(0.0, 1.0, frame >= frames)
    if frame < enters:
        there = eased_out((frame + 1) / (enters + 1))
        return Pose(there, 1 - there)
    if frame >= frames - leaves:
        there = eased_out((frames - frame) / (leaves + 1))
        return Pose(there, 1 - there, leaves=True)
    return _AT_REST
