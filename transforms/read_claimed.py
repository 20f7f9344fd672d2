"""The source of a bounded run: the ring that its slot was given."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass

import apache_beam as beam
from apache_beam.pvalue import PBegin, PCollection

# Of the process. A graph is translated once per slot and run for one job after the other; what
# differs between its runs cannot be in the graph, and Beam has no other way in.
_RINGS: dict[str, bytes] = {}
_LOCK = threading.Lock()


@dataclass(eq=False)
class ReadClaimed(beam.PTransform[PBegin, PCollection[bytes]]):
    """Emits the one ring that was put into a slot before the graph was started.

    Args:
      slot: Name of the slot, unique in its process; runs of one slot follow each other.
    """

    slot: str

    def expand(self, begin: PBegin) -> PCollection[bytes]:
        return begin | "Start" >> beam.Impulse() | "Take" >> beam.ParDo(_TakeFn(self.slot))


def put_ring(slot: str, ring: bytes) -> None:
    """Gives the next run of a slot its ring."""
    with _LOCK:
        _RINGS[slot] = ring


class _TakeFn(beam.DoFn):
    def __init__(self, slot: str) -> None:
        self._slot = slot

    def process(self, _impulse: bytes) -> Iterator[bytes]:
        with _LOCK:
            ring = _RINGS.pop(self._slot)
        yield ring
