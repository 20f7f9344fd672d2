"""The states of a job and which may follow which."""

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType


class Status(Enum):
    """Where a job stands; one vocabulary in ledger, command line, events and manifest."""

    QUEUED = "queued"
    PLANNING = "planning"
    GENERATING = "generating"
    AWAITING_REVIEW = "awaiting_review"
    RENDERING = "rendering"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


TERMINAL = frozenset({Status.DONE, Status.FAILED, Status.CANCELLED})
WORKING = frozenset({Status.PLANNING, Status.GENERATING, Status.RENDERING})  # somebody has a lease

_ENDS = frozenset({Status.FAILED, Status.CANCELLED})

# What each state may turn into. `queued` again: a run gave the job back, or its owner approved what
# it has made so far; it then comes by the same way to where it was, and finds its parts made.
FOLLOWERS: Mapping[Status, frozenset[Status]] = MappingProxyType(
    {
        Status.QUEUED: frozenset({Status.PLANNING}) | _ENDS,
        Status.PLANNING: frozenset({Status.GENERATING, Status.QUEUED}) | _ENDS,
        Status.GENERATING: frozenset({Status.AWAITING_REVIEW, Status.RENDERING, Status.QUEUED})
        | _ENDS,
        Status.AWAITING_REVIEW: frozenset({Status.QUEUED}) | _ENDS,
        Status.RENDERING: frozenset({Status.DONE, Status.QUEUED}) | _ENDS,
        **{status: frozenset() for status in TERMINAL},
    }
)


def predecessors(status: Status) -> frozenset[Status]:
    """The states from which a job may come to `status`."""
    return frozenset(before for before, after in FOLLOWERS.items() if status in after)
