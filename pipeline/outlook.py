"""What a reprocessing would do, before it does anything."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select

from api.estimate import estimate, survey
from api.forecast import Desk
from api.reuse import Fate, earlier_of, plan_parts
from api.shelf import Shelf
from jobs.casting import Casting
from jobs.document import job_from
from jobs.errors import InvalidInput
from jobs.reprocessing import Request, State
from jobs.slate import Slate
from jobs.stages import Stage
from jobs.states import TERMINAL
from media.run import ffmpeg_version, find_ffmpeg
from pipeline.options import Settings
from pipeline.renderings import Renderings
from pipeline.telling import indented
from storage.artefacts import Artefacts
from storage.catalogue import Catalogue
from storage.database import Database
from storage.reprocessings import Item, Listed
from storage.reruns import Base, Reruns
from storage.selecting import matching
from storage.tables import PARTS
from transforms.rerun import changed, is_unchanged, known

MOST_PLANNED = 200  # jobs that are planned part by part; of more, as many evenly spaced ones
_REASONS = 3
_MISTAKES = 20
BUSY = "somebody works on it; it is run when that has ended"


@dataclass
class Outlook:
    """What would become of the jobs.

    Attributes:
      jobs: How many match.
      planned: How many of them were looked at; all the other numbers are of these.
      fates: By stage, how many parts would be reused, made again, or are new.
      reasons: By stage, why.
      cost_usd: What services would be paid, if whoever is asked first makes everything.
      seconds: Of work, by what such parts have taken before; stages run side by side.
      refused: Jobs that cannot be run so, and why.
    """

    jobs: int
    planned: int = 0
    states: Counter[str] = field(default_factory=Counter)
    fates: dict[str, Counter[str]] = field(default_factory=dict)
    reasons: dict[str, Counter[str]] = field(default_factory=dict)
    cost_usd: float = 0.0
    seconds: float = 0.0
    refused: list[tuple[str, str]] = field(default_factory=list)

    @property
    def share(self) -> float:
        """How many jobs one that was looked at stands for."""
        return self.jobs / self.planned if self.planned else 0.0

    @property
    def is_idle(self) -> bool:
        """Whether it is known that no job would be run."""
        would_stay = (State.REFUSED.value, _TOLD[State.UNCHANGED])
        return self.planned == self.jobs and set(self.states) <= set(would_stay)

    def as_json(self) -> dict[str, Any]:
        """What `--json` prints."""
        return {
            "jobs": self.jobs,
            "planned": self.planned,
            "states": dict(self.states),
            "parts": {stage: dict(fates) for stage, fates in self.fates.items()},
            "because": {stage: dict(found) for stage, found in self.reasons.items()},
            "cost_usd": round(self.cost_usd * self.share, 4),
            "seconds": round(self.seconds * self.share, 1),
            "refused": [{"id": job_id, "why": why} for job_id, why in self.refused],
        }

    def lines(self) -> Iterator[str]:
        """As people read it."""
        yield jobs_told(self.jobs)
        if self.planned < self.jobs:
            yield f"  planned {self.planned:,} of them, evenly spaced; the numbers are of these"
        for state, count in self.states.items():
            yield f"  {count:,} {state}"
        for stage in Stage:
            fates = self.fates.get(stage.value)
            if fates:
                # Reused ones first: the reasons are those of the others.
                told = ", ".join(
                    f"{count:,} {fate}" for fate, count in sorted(fates.items(), reverse=True)
                )
                why = ", ".join(
                    reason for reason, _ in self.reasons[stage.value].most_common(_REASONS)
                )
                yield f"  {stage.value:<8} {told}" + (f" because {why}" if why else "")
        yield (
            f"  all together: about {self.cost_usd * self.share:.2f} USD, "
            f"{_duration(self.seconds * self.share)} of work"
        )
        for job_id, why in self.refused[:_MISTAKES]:
            yield f"  refused: {indented(why if job_id in why else f'{job_id}: {why}')}"
        if len(self.refused) > _MISTAKES:
            yield f"  ... and {len(self.refused) - _MISTAKES} more"


def jobs_told(count: int) -> str:
    """`1 job`, `2,000 jobs`."""
    return f"{count:,} job{'' if count == 1 else 's'}"


def outlook(
    request: Request,
    listed: Sequence[Listed] | None,
    settings: Settings,
    database: Database,
    artefacts: Artefacts,
) -> Outlook:
    """Plans the jobs that are meant now, each or some of them. Changes nothing.

    Raises:
      ToolMissing: This machine lacks FFmpeg, or fonts.
    """
    items, count = _items(request, listed, database)
    found = Outlook(count)
    planner = _Planner(request, settings, database, artefacts, found)
    for item in items:
        planner.add(item)
    return found


def _items(
    request: Request, listed: Sequence[Listed] | None, database: Database
) -> tuple[list[Item], int]:
    if listed is None:
        with database.reading() as connection:
            wanted = matching(request.tenant, request.selection)
            listed = [Listed(row.id) for row in connection.execute(wanted)]
    else:
        listed = list({one.job_id: one for one in reversed(listed)}.values())[::-1]
    step = max(1, -(-len(listed) // MOST_PLANNED))
    some = listed[::step]
    items = [
        Item(number, one.job_id, one.place, one.patch, State.WAITING, None, None, one.why)
        for number, one in enumerate(some, 1)
    ]
    return items, len(listed)


class _Planner:
    """Plans job after job into an outlook."""

    def __init__(
        self,
        request: Request,
        settings: Settings,
        database: Database,
        artefacts: Artefacts,
        found: Outlook,
    ) -> None:
        self._request, self._database, self._found = request, database, found
        self._artefacts, self._roster = artefacts, settings.roster
        self._casting: Casting = settings.roster.casting()
        self._renderings = Renderings(ffmpeg_version(find_ffmpeg(settings.ffmpeg)), artefacts.blobs)
        self._usual_s = _usual_seconds(database)

    def add(self, item: Item) -> None:
        """Plans one job."""
        found, change = self._found, self._request.change
        found.planned += 1
        reruns = Reruns(self._database)
        try:
            if item.why:
                raise InvalidInput(item.why)
            base = known(reruns.base(self._request.tenant, item.job_id), item.job_id)
            submission = changed(change, item, base, self._artefacts, self._casting)
            state = State.UNCHANGED if is_unchanged(change, base, submission) else State.WAITING
            if state is State.WAITING:
                self._add_parts(item, base, submission)
        except InvalidInput as error:
            found.states[State.REFUSED.value] += 1
            place = f"{item.place}: " if item.place else ""
            found.refused.append((item.job_id, f"{place}{error.message}"))
            return
        is_busy = state is State.WAITING and base.status not in TERMINAL
        found.states[BUSY if is_busy else _TOLD[state]] += 1

    def _add_parts(self, item: Item, base: Base, submission: Any) -> None:
        found = self._found
        takes = self._request.change.takes(base.takes, base.generation + 1)
        slate = Slate(base.tenant, takes)
        shelf = Shelf(self._artefacts)
        desk = Desk(shelf, slate, self._casting, self._renderings)
        catalogue = Catalogue(self._database)
        earlier = None if base.shown is None else earlier_of(item.job_id, base, catalogue)
        for part in plan_parts(desk, submission, earlier):
            stage = part.stage.value
            found.fates.setdefault(stage, Counter())[part.fate.told] += 1
            found.reasons.setdefault(stage, Counter()).update(part.because)
            if part.fate is not Fate.REUSED:
                found.seconds += self._usual_s.get(stage, 0.0)
        job = job_from(submission.document)
        wanted = survey(job, submission, shelf, slate, self._roster)
        found.cost_usd += estimate(wanted, self._roster).cost_usd


_TOLD = {
    State.WAITING: "would be run again",
    State.UNCHANGED: "would stay as they are: the change changes nothing about them",
}


def _usual_seconds(database: Database) -> Mapping[str, float]:
    """What making a part of each stage has taken here, on the average."""
    query = (
        select(PARTS.c.stage, func.avg(PARTS.c.seconds))
        .where(PARTS.c.status == "done")
        .group_by(PARTS.c.stage)
    )
    with database.reading() as connection:
        return {stage: float(seconds) for stage, seconds in connection.execute(query)}


def _duration(seconds: float) -> str:
    for unit, size in (("days", 86_400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.0f} s"
