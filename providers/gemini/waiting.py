"""Waiting for work that goes on at the service."""

import time
from collections.abc import Callable
from typing import TypeVar

from jobs.errors import Charged, ProviderError, ProviderRejected, ProviderUnavailable
from providers.service import NEXT_RUN_S, Pause

Found = TypeVar("Found")


def wait_for(
    name: str,
    look: Callable[[], Found | None],
    pause: Pause,
    *,
    every_s: float,
    at_most_s: float,
) -> Found:
    """Looks again and again until there is something.

    Args:
      look: Asks after the work; None: it goes on.

    Raises:
      ProviderError: It cannot be asked after, or not now; or it takes longer than it may. The work
        may have been charged all the same.
    """
    begun, waited_s = time.monotonic(), 0.0
    while True:
        try:
            found = look()
        except ProviderError as error:
            if error.facts.get("status") == 404:
                raise ProviderRejected(
                    f"{name} no longer knows the work it was given",
                    charged=Charged.UNKNOWN,
                    provider=name,
                    status=404,
                ) from error
            if error.charged is Charged.NO:  # the question was free; what it was about is not
                error.charged = Charged.UNKNOWN
            raise
        if found is not None:
            return found
        if max(waited_s, time.monotonic() - begun) >= at_most_s:
            raise ProviderUnavailable(
                f"{name} was not done after {at_most_s:g} s",
                charged=Charged.UNKNOWN,
                retry_after_s=NEXT_RUN_S,
                provider=name,
            )
        waited_s += pause(every_s)
