"""Waiting out a database that restarts."""

import functools
import random
import time
from collections.abc import Callable
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from jobs.errors import LedgerUnavailable

P = ParamSpec("P")
T = TypeVar("T")
FIRST_WAIT_S, LONGEST_WAIT_S = 0.1, 2.0


class Patient(Protocol):
    """Something that says how long it waits for its database, in seconds."""

    @property
    def patience_s(self) -> float: ...


S = TypeVar("S", bound=Patient)


def patiently(method: Callable[Concatenate[S, P], T]) -> Callable[Concatenate[S, P], T]:
    """Repeats a method while the database does not answer, with growing pauses.

    The method must be safe to repeat when its commit succeeded and only the answer was lost.
    """

    @functools.wraps(method)
    def wrapper(self: S, /, *args: P.args, **kwargs: P.kwargs) -> T:
        deadline = time.monotonic() + self.patience_s
        wait_s = FIRST_WAIT_S
        while True:
            try:
                return method(self, *args, **kwargs)
            except LedgerUnavailable:
                if time.monotonic() + wait_s > deadline:
                    raise
            time.sleep(wait_s * random.uniform(0.5, 1.0))
            wait_s = min(2 * wait_s, LONGEST_WAIT_S)

    return wrapper
