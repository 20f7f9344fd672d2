"""Which parts of a run are there already, and why the others are made."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import cached_property

from api.estimate import ComparedWith, JobPlan, PlannedPart
from api.forecast import Anchor, Desk, Forecast, Foreseen
from jobs.changes import Change, Comparison, Version, compare
from jobs.elements import PartStatus
from jobs.errors import InvalidInput
from jobs.stages import GENERATION, POST_PRODUCTION, VERSIONS, Stage
from jobs.submission import Submission
from storage.catalogue import Catalogue
from storage.reruns import Base
from storage.rows import PartRow, RunRow

_MADE = frozenset({PartStatus.DONE.value, PartStatus.CACHED.value})
_TOLD = 3  # parts that are named one by one; of more, their stages
FILES_GONE = "its files are gone"
FAILED = "it was not made last time"
ELSEWHERE = "AIPROD, FFmpeg or the fonts of this machine are others than they were"


class Fate(Enum):
    """What a run does about a part."""

    REUSED = "reused"
    AGAIN = "made_again"
    NEW = "new"

    @property
    def told(self) -> str:
        """As people read it."""
        return self.value.replace("_", " ")


@dataclass(frozen=True)
class PartPlan:
    """What a run would do about one part.

    Attributes:
      because: Sentences without a full stop: `scenes[3].narration changed`. None for what is
        reused, and for what is new because nothing like it was made before.
    """

    task_id: str
    stage: Stage
    fate: Fate
    because: tuple[str, ...] = ()

    @property
    def told(self) -> str:
        """`made again because scenes[3].narration changed`."""
        reasons = ", ".join(self.because)
        return f"{self.fate.told} because {reasons}" if reasons else self.fate.told


@dataclass(frozen=True)
class Earlier:
    """A run to compare with, and its parts by task id."""

    run: RunRow
    parts: Mapping[str, PartRow] = field(hash=False)


def earlier_of(job_id: str, base: Base, catalogue: Catalogue) -> Earlier:
    """The run of a job whose video is shown, or its newest one when none is."""
    number = base.generation if base.shown is None else base.shown
    rows = catalogue.parts(base.tenant, job_id, number)
    run = RunRow(job_id, number, base.submission, base.takes)
    return Earlier(run, {row.task_id: row for row in rows})


def explained(
    planned: JobPlan,
    desk: Desk,
    submission: Submission,
    earlier: Earlier | None,
    most_keys: int | None = None,
) -> tuple[JobPlan, tuple[PartPlan, ...]]:
    """A plan with what would become of each part, and why; and these parts.

    An earlier run that is no longer understood is not compared with, which a note says.

    Raises:
      InvalidInput, ToolMissing: As `plan_parts`.
    """
    notes = planned.notes
    try:
        parts = plan_parts(desk, submission, earlier, most_keys)
    except InvalidInput as error:
        if earlier is None:
            raise
        # The job itself has been planned: it is the earlier one that is no longer understood.
        why = error.message.splitlines()[-1]
        notes = (*notes, f"not compared with {earlier.run.job_id}: {why}")
        earlier, parts = None, plan_parts(desk, submission, None)
    compared = ComparedWith(earlier.run.job_id, earlier.run.generation) if earlier else None
    told = tuple(
        PlannedPart(part.task_id, part.stage.value, part.fate.value, part.because) for part in parts
    )
    return replace(planned, notes=notes, compared_with=compared, parts=told), parts


def plan_parts(
    desk: Desk, submission: Submission, earlier: Earlier | None, most_keys: int | None = None
) -> tuple[PartPlan, ...]:
    """What a run of this submission would do about each of its parts, in the order of stages.

    Whatever is there is reused, whoever made it. Reasons come from comparing with one earlier run:
    each difference between the documents is applied to the earlier one alone, and a part is made
    again because of those that alone change its key.

    While narrations are not spoken, their lengths are guesses, and so is how scenes that are
    shorter than a chunk are put together.

    Args:
      most_keys: If trying each difference took more keys than that, each part that differs is told
        all of them. None: they are tried, however long that takes.

    Raises:
      InvalidInput: A document is not valid, or names a provider that is not configured.
      ToolMissing: There is no font on this machine.
    """
    comparison = compare(earlier.run.submission if earlier else submission, submission)
    now = desk.forecast(comparison.after)
    later = now if now.is_exact else desk.forecast(comparison.after, later_frames=1)
    certain = {part.key for part in later.parts.values()}
    fresh = [
        part
        for part in now.parts.values()
        if part.key not in certain or not desk.shelf.has(part.stage, part.key)
    ]
    is_tried = most_keys is None or len(comparison.changes) * len(now.parts) <= most_keys
    why = _Why(desk, comparison, now, earlier, fresh, is_tried=is_tried) if earlier else None
    missing = {part.task_id for part in fresh}
    plans = [
        (why.plan(part) if why else _first(desk, part))
        if part.task_id in missing
        else PartPlan(part.task_id, part.stage, Fate.REUSED)
        for part in now.parts.values()
    ]
    order = list(Stage)
    return tuple(sorted(plans, key=lambda part: (order.index(part.stage), part.task_id)))


def _first(desk: Desk, part: Foreseen) -> PartPlan:
    """Of a part that is not there, when nothing is known of earlier runs."""
    if desk.shelf.recall(part.stage, part.key):
        return PartPlan(part.task_id, part.stage, Fate.AGAIN, (FILES_GONE,))
    return PartPlan(part.task_id, part.stage, Fate.NEW)


class _Why:
    """Why parts are made, as compared with an earlier run."""

    def __init__(
        self,
        desk: Desk,
        comparison: Comparison,
        now: Forecast,
        earlier: Earlier,
        fresh: Sequence[Foreseen],
        *,
        is_tried: bool,
    ) -> None:
        self._desk, self._comparison, self._now = desk, comparison, now
        self._earlier, self._fresh, self._is_tried = earlier, fresh, is_tried
        self._before = desk.forecast(comparison.before)

    def plan(self, part: Foreseen) -> PartPlan:
        if self._desk.shelf.recall(part.stage, part.key) and not self._is_there(part):
            return PartPlan(part.task_id, part.stage, Fate.AGAIN, (FILES_GONE,))
        rows = self._rows(part)
        changed = self._changed(part)
        if not rows:
            return PartPlan(part.task_id, part.stage, Fate.NEW, changed)
        if not self._was_made(part):
            return PartPlan(part.task_id, part.stage, Fate.NEW, (FAILED, *changed))
        because = (*self._anew(part, rows), *changed) or (self._otherwise(part, rows),)
        return PartPlan(part.task_id, part.stage, Fate.AGAIN, because)

    def _is_there(self, part: Foreseen) -> bool:
        return self._desk.shelf.has(part.stage, part.key)

    def _rows(self, part: Foreseen) -> list[PartRow]:
        """What the earlier run had about the same things."""
        about = set(part.anchors)
        alike = (one for one in self._before.parts.values() if about & set(one.anchors))
        found = (self._earlier.parts.get(one.task_id) for one in alike)
        return [row for row in found if row]

    def _was_made(self, part: Foreseen) -> bool:
        return any(row.status in _MADE for row in self._rows(part))

    def _changed(self, part: Foreseen) -> tuple[str, ...]:
        """The differences that alone make this part another one; all when none does alone."""
        found = tuple(
            told
            for tolds, keys in self._trials
            if any(self._before.keys.get(one) != keys.get(one) for one in part.anchors)
            for told in tolds
        )
        if found or not any(
            self._before.keys.get(one) != self._now.keys.get(one) for one in part.anchors
        ):
            return found
        return tuple(change.told for change in self._comparison.changes)

    def _anew(self, part: Foreseen, rows: Sequence[PartRow]) -> Iterator[str]:
        stage, run = part.stage, self._earlier.run
        made = (self._desk.shelf.recall(stage, row.key) for row in rows)
        if any(one and one.stage_version != VERSIONS[stage] for one in made):
            yield f"stage {stage.value} is now version {VERSIONS[stage]}"
        takes = self._desk.slate.takes
        if takes.get(stage.value, 0) != run.takes.get(stage.value, 0):
            yield f"stage {stage.value} is made anew"

    def _otherwise(self, part: Foreseen, rows: Sequence[PartRow]) -> str:
        """Why a part is made again although nothing in the document has to do with it."""
        if any(row.key == part.key for row in rows):
            return FILES_GONE
        asked = part.offer.get("provider")
        makers = {
            record.origin.provider
            for row in rows
            if (record := self._desk.shelf.recall(part.stage, row.key))
        }
        if asked and makers and asked not in makers:
            return f"{asked} is asked, and {sorted(makers)[0]} made it last time"
        if used := self._used(part):
            names = [one.task_id for one in used]
            if len(names) > _TOLD:
                names = [stage.value for stage in Stage if any(one.stage is stage for one in used)]
            # What failed may fail again, and then this part is found as it was made without it.
            verb = "made" if any(self._was_made(one) for one in used) else "tried"
            return f"{', '.join(names)} {'is' if len(names) == 1 else 'are'} {verb} again"
        return ELSEWHERE

    def _used(self, part: Foreseen) -> list[Foreseen]:
        """Parts that it uses and that are not there either."""
        variants = {name for _, name, _ in part.anchors}

        def of(one: Foreseen) -> bool:
            return any(name in variants for _, name, _ in one.anchors)

        if part.stage in (Stage.FINISH, Stage.FORMAT):
            return [one for one in self._fresh if one.stage in POST_PRODUCTION and of(one)]
        if part.stage is Stage.MIX:
            return [one for one in self._fresh if one.stage in GENERATION and of(one)]
        if part.stage is Stage.RENDER:
            about = {anchor[1:] for anchor in part.anchors}
            return [
                one
                for one in self._fresh
                if one.stage in (Stage.VOICE, Stage.VISUAL)
                and any(anchor[1:] in about for anchor in one.anchors)
            ]
        return [one for one in self._fresh if one.stage is Stage.SCRIPT]

    @cached_property
    def _trials(self) -> tuple[tuple[tuple[str, ...], Mapping[Anchor, str]], ...]:
        """Differences, and the keys there would be with these alone."""
        return tuple(self._tried(self._comparison.changes)) if self._is_tried else ()

    def _tried(
        self, changes: Sequence[Change]
    ) -> Iterator[tuple[tuple[str, ...], Mapping[Anchor, str]]]:
        if len(changes) == 1:
            yield (changes[0].told,), self._now.keys
            return
        bound: dict[object, list[Change]] = {}
        for change in changes:
            if keys := self._keys(self._comparison.with_only([change])):
                yield (change.told,), keys
            else:
                bound.setdefault(change.unit, []).append(change)
        # What is not valid alone may be together: a narration, and the word that calls its effect.
        for unit, together in bound.items():
            whole = [change for change in changes if change.unit == unit]
            for group in (together, whole):
                if keys := self._keys(self._comparison.with_only(group)):
                    yield _tolds(together), keys
                    break

    def _keys(self, version: Version) -> Mapping[Anchor, str] | None:
        try:
            return self._desk.forecast(version).keys
        except InvalidInput:
            return None


def _tolds(changes: Iterable[Change]) -> tuple[str, ...]:
    return tuple(change.told for change in changes)
