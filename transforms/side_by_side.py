"""Several slow calls at once, for somebody who may lose interest."""

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from typing import TypeVar

from jobs.daemon import daemon

T = TypeVar("T")
CHECK_INTERVAL_S = 0.25  # as in `media.run`: cancel is promised within 2 s


def side_by_side(
    calls: Sequence[Callable[[], T]], at_once: int, check: Callable[[], None]
) -> list[T]:
    """What the calls return, in their order.

    What a call raises is raised at once, and so is what `check` raises, which is asked four times a
    second. Calls that are under way then are left to themselves; the others are not begun.
    """
    waiting, futures, running = deque(calls), list[Future[T]](), set[Future[T]]()
    while waiting or running:
        while waiting and len(running) < at_once:
            futures.append(daemon(waiting.popleft(), "side-by-side"))
            running.add(futures[-1])
        done, running = wait(running, CHECK_INTERVAL_S, FIRST_COMPLETED)
        for future in futures:  # of several that failed, the first one is told of
            if future in done:
                future.result()
        check()
    return [future.result() for future in futures]
