"""Leaving a provider alone that does not answer."""

import threading
import time
from collections.abc import Callable


class Breaker:
    """Counts failures in a row. Safe for several threads, whose calls do not wait for each other.

    Args:
      most: Failures in a row after which nobody calls.
      rest_s: For how long. Then one call is made, to see; if it fails, it begins anew.
    """

    def __init__(
        self, most: int, rest_s: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._most = most
        self._rest_s = rest_s
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._until: float | None = None

    def admits(self) -> bool:
        """Whether a call may be made now. Whoever is let in says how it went."""
        with self._lock:
            if self._until is None:
                return True
            if self._clock() < self._until:
                return False
            self._until = self._clock() + self._rest_s  # the others wait for what this one sees
            return True

    def answered(self) -> None:
        """The provider is there, whatever it said."""
        with self._lock:
            self._failures, self._until = 0, None

    def failed(self) -> None:
        """It did not answer, or not now."""
        with self._lock:
            self._failures += 1
            if self._failures >= self._most:
                self._until = self._clock() + self._rest_s
