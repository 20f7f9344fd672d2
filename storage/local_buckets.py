"""Token buckets in the memory of one process."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

MOST_BUCKETS = 10_000  # about 2 MB; whoever fills it with addresses only forgets his own


class LocalBuckets:
    """Limits that need not hold beyond one process and one run of it. Safe for threads."""

    def __init__(
        self, most: int = MOST_BUCKETS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._most = most
        self._clock = clock
        self._lock = threading.Lock()
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()  # tokens, when

    def wait_s(self, bucket: str, per_s: float, burst: float) -> float:
        """Seconds until there is a token; 0.0: there is one. Takes nothing."""
        with self._lock:
            return max(0.0, (1 - self._level(bucket, per_s, burst)) / per_s)

    def take(self, bucket: str, per_s: float, burst: float) -> float:
        """Takes a token; returns 0.0, or the seconds to wait for one."""
        with self._lock:
            level = self._level(bucket, per_s, burst)
            if level < 1:
                return (1 - level) / per_s
            self._buckets[bucket] = (level - 1, self._clock())
            self._buckets.move_to_end(bucket)
            if len(self._buckets) > self._most:
                self._buckets.popitem(last=False)
            return 0.0

    def _level(self, bucket: str, per_s: float, burst: float) -> float:
        tokens, at = self._buckets.get(bucket, (burst, 0.0))
        return min(burst, tokens + (self._clock() - at) * per_s)
