"""A selection of jobs as a query of the ledger."""

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.sql.elements import SQLColumnExpression

from jobs.reprocessing import Measure, Selection
from jobs.stages import VERSIONS
from jobs.states import TERMINAL
from storage.tables import JOBS, PARTS, VIDEOS

_ENDED = [status.value for status in TERMINAL]
MADE = ("done", "cached")


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
    return query.order_by(JOBS.c.created_at, JOBS.c.id)


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
        # In the canonical JSON of a submission, where a text cannot hold a bare quotation mark.
        wanted.append(JOBS.c.submission.contains(f'"preset":"{selection.preset}"', autoescape=True))
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
