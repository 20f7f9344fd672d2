"""Doing again what a killed child process left undone."""

import logging
from collections.abc import Callable
from typing import TypeVar

from jobs.errors import ToolFailed

LOG = logging.getLogger(__name__)
T = TypeVar("T")
TRIES = 3  # an encoder that is killed three times is too large for this machine


def surviving_kills(make: Callable[[], T], what: str) -> T:
    """The result of `make`, called again when somebody killed the FFmpeg that it ran.

    One that failed by itself would fail again, and is not tried again.
    """
    for attempt in range(1, TRIES):
        try:
            return make()
        except ToolFailed as error:
            if not error.facts.get("was_killed"):
                raise
            LOG.warning("%s: attempt %d: %s", what, attempt, error.message)
    return make()
