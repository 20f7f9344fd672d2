"""What a process remembers for seconds, so that the database is asked less often."""

import threading
from collections import OrderedDict
from typing import Generic, TypeVar

V = TypeVar("V")


class ShortMemory(Generic[V]):
    """Values by key, each good for a while; the ones used longest ago make room. For threads.

    A value that has aged is no longer given, but its key is remembered until others need the room.

    Args:
      most: How many keys are remembered.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._kept: OrderedDict[bytes, tuple[float, V]] = OrderedDict()

    def __contains__(self, key: bytes) -> bool:
        """Whether the key is remembered, its value aged or not."""
        with self._lock:
            return key in self._kept

    def get(self, key: bytes, now: float) -> V | None:
        """The value, while it is good."""
        with self._lock:
            until, value = self._kept.get(key, (0.0, None))
            if value is None or now >= until:
                return None
            self._kept.move_to_end(key)
            return value

    def keep(self, key: bytes, value: V, until: float) -> None:
        """Remembers a value that is good until then, by the clock of whoever asks."""
        with self._lock:
            self._kept[key] = (until, value)
            self._kept.move_to_end(key)
            if len(self._kept) > self._most:
                self._kept.popitem(last=False)

    def forget(self, key: bytes) -> None:
        """Remembers a key no longer."""
        with self._lock:
            self._kept.pop(key, None)
