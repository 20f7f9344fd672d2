"""Waiting until every planned part of a run is there."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import apache_beam as beam
from apache_beam.coders import BytesCoder, VarIntCoder
from apache_beam.pvalue import PCollection, TaggedOutput
from apache_beam.transforms.timeutil import TimeDomain
from apache_beam.transforms.userstate import (
    BagStateSpec,
    ReadModifyWriteStateSpec,
    TimerSpec,
    on_timer,
)
from apache_beam.transforms.window import GlobalWindow
from apache_beam.typehints.decorators import no_annotations

from jobs.elements import Ending, Gathered, Outcome, Part, PartList
from transforms.studio import StudioConfig


@dataclass(frozen=True)
class Gathering:
    """`complete`: a Gathered per run; `incomplete`: an Outcome per run that lacks parts."""

    complete: PCollection[bytes]
    incomplete: PCollection[bytes]


@dataclass(eq=False)
class GatherParts(beam.PTransform[PCollection[tuple[str, bytes]], Gathering]):
    """Collects the parts of each run until there are as many as each part says there will be.

    Parts that come twice count once. When no more input can come (drain, end of a batch), a run
    that still lacks parts leaves by `incomplete`.
    """

    studio: StudioConfig

    @no_annotations  # Beam cannot express several outputs and would warn
    def expand(self, parts: PCollection[tuple[str, bytes]]) -> Gathering:
        gathered = parts | "Wait" >> beam.ParDo(_GatherFn(self.studio)).with_outputs(
            "incomplete", main="complete"
        )
        return Gathering(gathered.complete, gathered.incomplete)


class _GatherFn(beam.DoFn):
    PARTS = BagStateSpec("parts", BytesCoder())
    SEEN = ReadModifyWriteStateSpec("seen", VarIntCoder())
    FINISHED = ReadModifyWriteStateSpec("finished", VarIntCoder())
    # Event time: it can only pass when nothing more can come. Never a deadline.
    END = TimerSpec("end", TimeDomain.WATERMARK)

    def __init__(self, config: StudioConfig) -> None:
        self._config = config

    def setup(self) -> None:
        self._studio = self._config.open()

    def teardown(self) -> None:
        self._studio.close()

    def process(
        self,
        element: tuple[str, bytes],
        parts: Any = beam.DoFn.StateParam(PARTS),
        seen: Any = beam.DoFn.StateParam(SEEN),
        finished: Any = beam.DoFn.StateParam(FINISHED),
        end: Any = beam.DoFn.TimerParam(END),
    ) -> Iterator[bytes | TaggedOutput[Literal["incomplete"], bytes]]:
        if finished.read():
            return
        data = element[1]
        part = Part.from_bytes(data)
        parts.add(data)
        # The bag is read only when it can be full: reading it at every part would be quadratic.
        count = (seen.read() or 0) + 1
        if count >= part.total:
            found = _distinct(parts.read())
            count = len(found)
            if count == part.total:
                yield self._gathered(found)
                parts.clear()
                seen.clear()
                end.clear()
                finished.write(1)
                return
        seen.write(count)
        end.set(GlobalWindow().max_timestamp())

    @on_timer(END)
    def sweep(
        self,
        parts: Any = beam.DoFn.StateParam(PARTS),
        finished: Any = beam.DoFn.StateParam(FINISHED),
    ) -> Iterator[TaggedOutput[Literal["incomplete"], bytes]]:
        if finished.read():
            return
        for data in parts.read():
            run = Part.from_bytes(data).run
            yield TaggedOutput("incomplete", Outcome(run, Ending.INCOMPLETE).to_bytes())
            return

    def _gathered(self, found: dict[str, Part]) -> bytes:
        ordered = tuple(found[task_id] for task_id in sorted(found))
        name = self._studio.artefacts.keep_json(PartList(ordered))
        return Gathered(ordered[0].run, ordered[0].plan, name).to_bytes()


def _distinct(bag: Any) -> dict[str, Part]:
    found: dict[str, Part] = {}
    for data in bag:
        part = Part.from_bytes(data)
        found.setdefault(part.task_id, part)
    return found
