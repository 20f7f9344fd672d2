"""A step that concerns a whole run: when it fails, the run fails, not the pipeline."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

import apache_beam as beam
from apache_beam.pvalue import PCollection, TaggedOutput
from apache_beam.typehints.decorators import no_annotations

from jobs.crash_points import crash_point
from jobs.elements import Ending, Outcome, Run
from jobs.errors import Cancelled
from jobs.logs import about
from transforms.perform import OUTAGES, explain
from transforms.studio import Studio, StudioConfig
from transforms.survive import surviving_kills

Step = Callable[[bytes, Studio], Iterable[bytes]]


@dataclass(frozen=True)
class Stepped:
    """`done`: what the step made; `ended`: Outcomes of runs that end here."""

    done: PCollection[bytes]
    ended: PCollection[bytes]


@dataclass(eq=False)
class TakeStep(beam.PTransform[PCollection[bytes], Stepped]):
    """Applies a function to each element; what it raises becomes the run's Outcome.

    Args:
      stage: Name of the step in the problem that the user reads.
      run_of: The run an element belongs to.
      step: What to do; may raise `RunEnded`.
    """

    studio: StudioConfig
    stage: str
    run_of: Callable[[bytes], Run]
    step: Step

    @no_annotations  # Beam cannot express several outputs and would warn
    def expand(self, elements: PCollection[bytes]) -> Stepped:
        taken = elements | "Step" >> beam.ParDo(
            _StepFn(self.studio, self.stage, self.run_of, self.step)
        ).with_outputs("ended", main="done")
        return Stepped(taken.done, taken.ended)


class RunEnded(Exception):
    """The run ends here, in a way that is known already."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.ending.value)
        self.outcome = outcome


class _StepFn(beam.DoFn):
    def __init__(
        self, config: StudioConfig, stage: str, run_of: Callable[[bytes], Run], step: Step
    ) -> None:
        self._config, self._stage, self._run_of, self._step = config, stage, run_of, step

    def setup(self) -> None:
        self._studio = self._config.open()

    def process(self, element: bytes) -> Iterator[bytes | TaggedOutput[Literal["ended"], bytes]]:
        run = self._run_of(element)
        try:
            if self._studio.ledger.is_stopped(run):
                raise Cancelled("stopped by the user")
            made = self._taken(element, run)
        except RunEnded as ended:
            yield TaggedOutput("ended", ended.outcome.to_bytes())
        except Cancelled:
            yield TaggedOutput("ended", Outcome(run, Ending.CANCELLED).to_bytes())
        except Exception as error:  # see perform: a raised element would be retried for ever
            problem = explain(self._stage, "", error)
            ending = Ending.POSTPONED if problem.code in OUTAGES else Ending.FAILED
            yield TaggedOutput("ended", Outcome(run, ending, (problem,)).to_bytes())
        else:
            yield from made

    def _taken(self, element: bytes, run: Run) -> list[bytes]:
        stage = self._stage
        with (
            about(job=run.job_id, run=run.run_id, stage=stage, trace=run.trace),
            self._studio.tracing.span(stage, run.trace, job=run.job_id),
        ):
            crash_point(f"{stage}.before_step")
            made = surviving_kills(lambda: list(self._step(element, self._studio)), stage)
            crash_point(f"{stage}.after_step")
            return made

    def teardown(self) -> None:
        self._studio.close()
