from collections.abc import Iterator
from dataclasses import dataclass, field
from io import StringIO

import pytest

from jobs.states import Status
from pipeline.answers import Job
from pipeline.event_stream import Event
from pipeline.progress import Lines
from pipeline.refusals import Refused, ServiceUnavailable
from pipeline.watching import PATIENCE_S, follow
from tests.pipeline.scripted_service import (
    Caller,
    Reply,
    ScriptedService,
    answer,
    calling,
    event,
    job,
    problem,
    scripted_service,
    stream,
)


@pytest.fixture
def service() -> Iterator[ScriptedService]:
    with scripted_service() as running:
        yield running


@pytest.fixture
def caller(service: ScriptedService) -> Iterator[Caller]:
    with calling(service.url) as found:
        yield found


@dataclass
class Follower:
    """Follows job-1 and keeps what was shown."""

    caller: Caller
    shown: StringIO = field(default_factory=StringIO)
    told: list[Event] = field(default_factory=list)

    def follow(self) -> Job:
        return follow(self.caller.client, "job-1", Lines(self.shown), self.told.append)


def test_after_a_cut_the_events_go_on_where_they_were_cut(
    service: ScriptedService, caller: Caller
) -> None:
    service.answers(
        answer(job("queued")),
        stream(event("queued", 1), event("planning", 2), cut=True),
        stream(event("rendering", 3), event("done", 4)),
        answer(job("done")),
    )
    follower = Follower(caller)

    found = follower.follow()

    assert found.status is Status.DONE
    assert [told.number for told in follower.told] == [1, 2, 3, 4]
    assert [asked.headers.get("last-event-id") for asked in service.requests[1:3]] == ["0", "2"]
    assert caller.said[-1] == "the service answers again"


def test_a_stream_that_ends_before_the_job_is_opened_again(
    service: ScriptedService, caller: Caller
) -> None:
    service.answers(
        answer(job("generating")),
        stream(event("generating", 1)),
        answer(job("generating")),
        stream(event("failed", 2)),
        answer(job("failed")),
    )
    follower = Follower(caller)

    found = follower.follow()

    assert found.status is Status.FAILED
    assert [told.number for told in follower.told] == [1, 2]
    assert caller.said == []  # a service that is being restarted says goodbye


def test_a_cut_after_the_last_event_loses_nothing(service: ScriptedService, caller: Caller) -> None:
    service.answers(
        answer(job("rendering")),
        stream(event("done", 4), cut=True),
        Reply(204),
        answer(job("done")),
    )

    assert Follower(caller).follow().status is Status.DONE
    assert caller.waits == [0.5]


def test_the_end_of_an_earlier_run_is_not_the_end(service: ScriptedService, caller: Caller) -> None:
    service.answers(
        answer(job("queued", generation=2)),
        stream(event("failed", 5), event("queued", 6)),
        answer(job("queued", generation=2)),
        stream(event("done", 7)),
        answer(job("done", generation=2)),
    )

    assert Follower(caller).follow().status is Status.DONE


def test_a_service_that_is_away_for_ten_minutes_is_given_up(
    service: ScriptedService, caller: Caller
) -> None:
    away = problem(503, "Soon.")
    service.answers(answer(job("queued")), *[away] * 45)

    with pytest.raises(ServiceUnavailable, match="answers 503"):
        Follower(caller).follow()

    assert PATIENCE_S <= sum(caller.waits) < PATIENCE_S + 15
    service.replies.clear()


def test_what_was_over_before_is_not_told_as_if_it_were_so(
    service: ScriptedService, caller: Caller
) -> None:
    service.answers(
        answer(job("rendering", updated_at="2026-03-01T09:31:00.000Z")),
        stream(
            event("queued", 1, "2026-03-01T09:30:00.000Z"),
            event("awaiting_review", 2, "2026-03-01T09:30:10.000Z"),
            event("rendering", 3, "2026-03-01T09:31:00.000Z"),
            event("cancel_requested", 4, "2026-03-01T09:32:00.000Z"),
        ),
        answer(job("cancelled")),
    )
    follower = Follower(caller)

    follower.follow()

    assert follower.shown.getvalue() == "  is asked to stop\n"
    assert [told.number for told in follower.told] == [1, 2, 3, 4]


def test_a_job_that_waits_for_review_is_said_to(service: ScriptedService, caller: Caller) -> None:
    service.answers(
        answer(job("awaiting_review")),
        stream(event("awaiting_review", 2), event("done", 3)),
        answer(job("done")),
    )
    follower = Follower(caller)

    follower.follow()

    assert follower.shown.getvalue().startswith("  waits for review: aiprod jobs approve job-1")


def test_a_key_that_is_revoked_meanwhile_ends_the_watch(
    service: ScriptedService, caller: Caller
) -> None:
    service.answers(answer(job("queued")), problem(401, "Revoked."))

    with pytest.raises(Refused, match="refuses the API key"):
        Follower(caller).follow()


def test_progress_is_shown(service: ScriptedService, caller: Caller) -> None:
    stages = {"render": {"parts": 2, "parts_done": 1, "units": 100, "units_done": 60}}
    service.answers(
        answer(job("rendering")),
        stream(event("progress", status="rendering", stages=stages), event("done", 1)),
        answer(job("done")),
    )
    follower = Follower(caller)

    follower.follow()

    assert follower.shown.getvalue() == "  Video frames: 60 of 100\n"
