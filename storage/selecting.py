"""A selection of jobs as a query of the ledger."""

from sqlalchemy import JSON, ColumnElement, Select, Text, and_, cast, exists, func, or_, select
from sqlalchemy.sql.elements import SQLColumnExpression

from jobs.reprocessing import Measure, Selection
from jobs.stages import VERSIONS
from jobs.states import TERMINAL
from storage.tables import JOBS, PARTS, VIDEOS

_ENDED = [status.value for status in TERMINAL]
MADE = ("done", "cached")
OLDEST_FIRST = (JOBS.c.created_at, JOBS.c.id)
# PostgreSQL looks into a value that is JSON, SQLite into a text.
_SUBMISSION = cast(JOBS.c.submission, JSON().with_variant(Text, "sqlite"))


def matching(tenant: str, selection: Selection) -> Select[tuple[str]]:
    """Ids of the jobs of a tenant that a selection means, oldest first."""
    shown = and_(VIDEOS.c.job_id == JOBS.c.id, VIDEOS.c.generation == current())
    query = select(JOBS.c.id).where(JOBS.c.tenant == tenant, *_of_jobs(selection))
    of_video = [_measured(measure) for measure in selection.measures]
    if wanted := _of_parts(selection):
        of_video += [
            exists().where(
                PARTS.c.job_id == JOBS.c.id, PARTS.c.generation == VIDEOS.c.generation, one
            )
            for one in wanted
        ]
    if of_video:
        query = query.join(VIDEOS, shown).where(*of_video)
    return query.order_by(*OLDEST_FIRST)


def current() -> ColumnElement[int]:
    """The run whose video a job shows: the one chosen, or else the newest that was delivered."""
    newest = (
        select(func.max(VIDEOS.c.generation))
        .where(VIDEOS.c.job_id == JOBS.c.id)
        .correlate(JOBS)
        .scalar_subquery()
    )
    return func.coalesce(JOBS.c.current, newest)


def _of_jobs(selection: Selection) -> list[ColumnElement[bool]]:
    status = selection.status
    wanted = [JOBS.c.status == status.value if status else JOBS.c.status.in_(_ENDED)]
    if selection.ids:
        wanted.append(JOBS.c.id.in_(selection.ids))
    if selection.since_s is not None:
        wanted.append(JOBS.c.created_at >= selection.since_s)
    if selection.until_s is not None:
        wanted.append(JOBS.c.created_at < selection.until_s)
    if selection.preset is not None:
        # Every document is read for it: there is no index of what documents say.
        preset = _SUBMISSION["document", "preset"].as_string()
        wanted.append(preset == selection.preset)
    return wanted


def _of_parts(selection: Selection) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    is_made = PARTS.c.status.in_(MADE)
    if selection.provider is not None:
        wanted.append(and_(PARTS.c.provider == selection.provider, is_made))
    if selection.model is not None:
        wanted.append(and_(PARTS.c.model == selection.model, is_made))
    if selection.missing is not None:
        wanted.append(and_(PARTS.c.stage == selection.missing.value, PARTS.c.status == "failed"))
    if selection.is_stale:
        wanted.append(is_stale())
    return wanted


def is_stale() -> ColumnElement[bool]:
    """Whether a part is of an older version of its stage."""
    return or_(
        *(
            and_(PARTS.c.stage == stage.value, PARTS.c.version < version)
            for stage, version in VERSIONS.items()
        )
    )


def _measured(measure: Measure) -> ColumnElement[bool]:
    value: SQLColumnExpression[float] = VIDEOS.c.quality[measure.name].as_float()
    return value < measure.value if measure.sign == "<" else value > measure.value
