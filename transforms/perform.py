"""Performing tasks: each becomes exactly one Part, whatever happens."""

import errno
import json
import logging
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import apache_beam as beam
from apache_beam.metrics import Metrics
from apache_beam.pvalue import PCollection
from apache_beam.utils.windowed_value import WindowedValue

from jobs.casting import LOCAL
from jobs.crash_points import crash_point
from jobs.elements import Left, Part, PartStatus, Problem, Task
from jobs.errors import (
    AiprodError,
    BudgetExceeded,
    Cancelled,
    ErrorCode,
    NoMatch,
    ProviderError,
    ResourceLimit,
    RightsRefused,
)
from jobs.logs import about
from jobs.stages import Stage
from media.run import Workspace
from storage.artefacts import Media, Origin
from transforms.studio import Studio, StudioConfig
from transforms.survive import surviving_kills

LOG = logging.getLogger(__name__)
# What lets the next in order have a try: this one cannot make it, or may not.
FAILOVERS = (ProviderError, BudgetExceeded, RightsRefused, NoMatch)
# A run that meets these is put off, not failed: they say nothing about its job.
OUTAGES: Mapping[ErrorCode, str] = {
    ErrorCode.LEDGER_UNAVAILABLE: "the database does not answer",
    ErrorCode.STORE_UNAVAILABLE: "the file store does not answer",
}


@dataclass(frozen=True)
class Made:
    """What a maker made: media by role, facts, origin."""

    origin: Origin
    media: dict[str, Media] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)


Maker = Callable[[Task, Studio, Workspace], Made]


@dataclass(eq=False)
class PerformTasks(beam.PTransform[PCollection[bytes], PCollection[tuple[str, bytes]]]):
    """Performs tasks, several side by side: `Task` -> one `Part`, keyed by run.

    A task whose artefact exists is not performed again. Nothing that a task does can fail the
    pipeline: a failure is a Part, too.

    Args:
      makers: What to do, by stage.
    """

    studio: StudioConfig
    makers: Mapping[Stage, Maker]

    def expand(self, tasks: PCollection[bytes]) -> PCollection[tuple[str, bytes]]:
        return tasks | "Perform" >> beam.ParDo(_PerformFn(self.studio, dict(self.makers)))


def perform(task: Task, studio: Studio, maker: Maker) -> Part:
    """Makes what a task asks for, or finds it made; tells the ledger."""
    stage = task.stage.value
    with (
        about(job=task.run.job_id, run=task.run.run_id, stage=stage, trace=task.run.trace),
        studio.tracing.span(stage, task.run.trace, job=task.run.job_id, task=task.task_id) as step,
    ):
        part = _performed(task, studio, maker)
        step.note(status=part.status.value)
        if part.problem:
            step.fail(part.problem.code.value)
    return part


def _performed(task: Task, studio: Studio, maker: Maker) -> Part:
    started = time.monotonic()
    status, problem, key, provider, model = PartStatus.DONE, None, task.key, "", ""
    left: list[Left] = []
    try:
        if studio.ledger.is_stopped(task.run):
            raise Cancelled("stopped by the user")
        for choice in _choices(task, studio):
            key = task.run.slate.key(task.stage, choice.params)
            try:
                if refusal := choice.params.get("refused"):
                    raise RightsRefused(refusal)
                if studio.artefacts.find(task.stage, key):
                    status = PartStatus.CACHED
                else:
                    surviving_kills(partial(_make, choice, key, studio, maker), task.task_id)
            except FAILOVERS as error:
                if choice.is_last:
                    raise
                left.append(_left(task, choice, error))
                continue
            provider = str(choice.params.get("provider", ""))
            model = str(choice.params.get("model", ""))
            break
    except Cancelled:
        status = PartStatus.CANCELLED
    except Exception as error:  # a raised element would be retried for ever on a streaming runner
        status, problem = PartStatus.FAILED, explain(task.stage.value, task.label, error)
    part = Part(
        task.run,
        task.task_id,
        task.stage,
        task.total,
        task.required,
        task.key if problem else key,
        task.plan,
        status,
        round(time.monotonic() - started, 3),
        problem,
        tuple(left),
        provider,
        model,
    )
    studio.parts.note(part)
    return part


@dataclass(frozen=True)
class _Choice:
    """A task as one of those sees it who may perform it."""

    task: Task
    is_last: bool

    @property
    def params(self) -> dict[str, Any]:
        return self.task.params


def _choices(task: Task, studio: Studio) -> list[_Choice]:
    """The task with the parameters of each provider that may perform it, in order."""
    if name := task.params.get("choices_in"):
        found = json.loads(studio.blobs.read(name) or b"[]")
    else:
        found = task.params.get("choices", [task.params])
    last = len(found) - 1
    return [_Choice(replace(task, params=one), n == last) for n, one in enumerate(found)]


def _asks_services(task: Task) -> bool:
    """Whether a service may be asked: then most of its time is waiting."""
    choices = task.params.get("choices", ())
    return "choices_in" in task.params or any(
        choice.get("provider", "local") not in LOCAL for choice in choices
    )


def _left(task: Task, choice: _Choice, error: AiprodError) -> Left:
    provider = str(choice.params.get("provider", ""))
    # Its words are for the manifest alone: services may quote the prompt.
    LOG.warning("%s: %s is left: %s", task.task_id, provider, error.code.value)
    return Left(provider, error.code, error.message[:300])


def _make(choice: _Choice, key: str, studio: Studio, maker: Maker) -> None:
    task, started = choice.task, time.monotonic()
    stage = task.stage.value
    with studio.space(task.run) as space:
        crash_point(f"{stage}.before_make")
        made = maker(task, studio, space)
        seconds = time.monotonic() - started
        crash_point(f"{stage}.before_keep")
        studio.artefacts.keep(task.stage, key, made.origin, made.media, made.facts, seconds)
        crash_point(f"{stage}.after_keep")


def explain(stage: str, label: str, error: Exception) -> Problem:
    """Turns whatever was raised into a problem; what nobody foresaw is logged with its trace."""
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        error = ResourceLimit("the disk is full")
    elif isinstance(error, MemoryError):
        error = ResourceLimit("there is not enough memory")
    if isinstance(error, AiprodError):
        if error.code in OUTAGES:  # whose words are about hosts and paths of ours
            LOG.warning("%s %s: %s", stage, label, error.message)
            return Problem(stage, error.code, OUTAGES[error.code], retryable=True)
        found = Problem.of(stage, error)
        message = f"{label}: {found.message}" if label else found.message
        return replace(found, message=message)
    LOG.error("unexpected failure of %s %s", stage, label, exc_info=error)
    return Problem(
        stage, ErrorCode.INTERNAL, f"{label}: {type(error).__name__}: {error}"[:1000], False
    )


class _PerformFn(beam.DoFn):
    """Runs the tasks of a bundle in a pool of threads: their work is FFmpeg, NumPy or waiting."""

    def __init__(self, config: StudioConfig, makers: dict[Stage, Maker]) -> None:
        self._config = config
        self._makers = makers

    def setup(self) -> None:
        self._studio = self._config.open()

    def start_bundle(self) -> None:
        self._running: list[tuple[Future[Part], Any, Any]] = []

    def process(
        self,
        element: bytes,
        timestamp: Any = beam.DoFn.TimestampParam,
        window: Any = beam.DoFn.WindowParam,
    ) -> Iterator[tuple[str, bytes]]:
        task = Task.from_bytes(element)
        pool = self._studio.waiting if _asks_services(task) else self._studio.pool
        future = pool.submit(perform, task, self._studio, self._makers[task.stage])
        self._running.append((future, timestamp, window))
        return iter(())

    def finish_bundle(self) -> Iterator[WindowedValue]:
        for future, timestamp, window in self._running:
            part = future.result()
            # Counted here: Beam loses what other threads count.
            Metrics.counter("aiprod", f"{part.stage.value}_{part.status.value}").inc()
            Metrics.distribution("aiprod", f"{part.stage.value}_ms").update(
                round(part.seconds * 1000)
            )
            yield WindowedValue((part.run.run_id, part.to_bytes()), timestamp, (window,))

    def teardown(self) -> None:
        self._studio.close()
