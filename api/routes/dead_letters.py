"""Messages that were no jobs: for the operator."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import Field

from api.cursor import cursor_after, position_of
from api.deps import Operator, ServicesDep
from api.links import letter_links, page_link
from api.openapi import problems
from api.problems import not_found
from api.schemas import Answer, Time, rfc3339
from storage.dead_letters import DeadLetterRow

router = APIRouter(prefix="/v1/dead-letters", tags=["dead letters"])

_EXAMPLE = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"  # of the message {}
LetterId = Annotated[
    str,
    Path(pattern=r"^[0-9a-f]{64}$", description="Id of a dead letter.", examples=[_EXAMPLE]),
]


class DeadLetterView(Answer):
    """A message that could not be taken for a job."""

    id: str
    stage: str = Field(description="Where it was given up.")
    reason: str
    message: str = Field(description="Its first 8 kB, as text.")
    is_whole: bool = Field(
        description="Whether that is the message as it came. Else it cannot be sent again."
    )
    attempts: int = Field(description="How often it came, since it was last sent again.")
    first_at: Time
    last_at: Time
    replayed_at: Time | None

    @classmethod
    def of(cls, row: DeadLetterRow) -> "DeadLetterView":
        return cls(
            id=row.id,
            stage=row.stage,
            reason=row.reason,
            message=row.message,
            is_whole=row.is_whole,
            attempts=row.attempts,
            first_at=rfc3339(row.first_at),
            last_at=rfc3339(row.last_at),
            replayed_at=None if row.replayed_at is None else rfc3339(row.replayed_at),
        )


class DeadLetterPage(Answer):
    """Dead letters, the ones that came last first."""

    dead_letters: list[DeadLetterView]
    next_cursor: str | None


@router.get(
    "",
    operation_id="list_dead_letters",
    summary="List dead letters",
    responses={
        200: {"links": {**letter_links("/dead_letters/0/id"), **page_link("list_dead_letters")}},
        **problems(),
    },
)
def list_dead_letters(
    services: ServicesDep,
    _caller: Operator,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    cursor: Annotated[str | None, Query(max_length=300)] = None,
) -> DeadLetterPage:
    """A page of the dead letters of the whole service."""
    before = position_of(cursor) if cursor is not None else None
    rows = services.dead_letters.page(limit + 1, before)
    shown = rows[:limit]
    more = len(rows) > limit
    return DeadLetterPage(
        dead_letters=[DeadLetterView.of(row) for row in shown],
        next_cursor=cursor_after(shown[-1].last_at, shown[-1].id) if more else None,
    )


@router.get(
    "/{letter_id}",
    operation_id="get_dead_letter",
    summary="Show a dead letter",
    responses={200: {"links": letter_links()}, **problems(404)},
)
def get_dead_letter(
    services: ServicesDep, _caller: Operator, letter_id: LetterId
) -> DeadLetterView:
    """The message and the reason it was given up for."""
    return DeadLetterView.of(_there(services.dead_letters.get(letter_id)))


@router.post(
    "/{letter_id}/replay",
    status_code=202,
    operation_id="replay_dead_letter",
    summary="Send a dead letter again",
    responses={202: {"links": letter_links()}, **problems(404, 409)},
)
def replay_dead_letter(
    services: ServicesDep, caller: Operator, letter_id: LetterId
) -> DeadLetterView:
    """Publishes the message once more; one that is still wrong comes back here.

    Until it has come back, repeating this sends nothing.
    """
    row = _there(services.dead_letters.replay(letter_id, caller.tenant, caller.key_id))
    services.after_commit()
    return DeadLetterView.of(row)


def _there(row: DeadLetterRow | None) -> DeadLetterRow:
    if row is None:
        raise not_found()
    return row
