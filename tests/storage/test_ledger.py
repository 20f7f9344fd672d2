import threading
from collections.abc import Callable
from dataclasses import replace

import pytest

from jobs.elements import Ending, Outcome, Part, PartStatus, Problem, Run, Task, Video
from jobs.errors import ErrorCode
from jobs.stages import Stage
from jobs.states import FOLLOWERS, TERMINAL, Status
from storage.calls import Calls, Intent
from storage.catalogue import Catalogue
from storage.database import Database
from storage.intake import SERVICE_QUEUE, Intake
from storage.ledger import MAX_ATTEMPTS, Claim, Ledger
from storage.parts import Parts

PROBLEM = Problem("voice", ErrorCode.TOOL_FAILED, "the voice died", True, "tail")
VIDEO = Video("media/manifest.json", {"final.mp4": "media/final.mp4"}, 90, 3.0, {"final.mp4": 7})
Submit = Callable[..., str]
Claimed = Callable[..., Run]


@pytest.fixture
def ledger(database: Database) -> Ledger:
    return Ledger(database, patience_s=0)


@pytest.fixture
def frozen(database: Database) -> Ledger:
    """A ledger of a worker whose claims run out at once, as if it had been frozen since."""
    return Ledger(database, lease_s=-1.0, patience_s=0)


def status(database: Database, job_id: str) -> Status:
    row = Catalogue(database).job("acme", job_id)
    assert row is not None
    return row.status


def kinds(database: Database, job_id: str) -> list[str]:
    return [event.kind for event in Catalogue(database).events("acme", job_id)]


def test_a_queued_job_is_claimed_once(ledger: Ledger, submit: Submit) -> None:
    submit("job-a")

    first, second = ledger.claim("job-a"), ledger.claim("job-a")

    assert first is not None
    assert (first.generation, '"One."' in first.submission, second) == (1, True, None)


def test_jobs_are_claimed_in_the_order_they_came(ledger: Ledger, submit: Submit) -> None:
    for name in ("job-c", "job-a", "job-b"):
        submit(name)

    claims = [ledger.claim_next(SERVICE_QUEUE) for _ in range(4)]

    assert [claim and claim.job_id for claim in claims] == ["job-c", "job-a", "job-b", None]


def test_of_many_workers_each_job_goes_to_one(database: Database, submit: Submit) -> None:
    for number in range(20):
        submit(f"job-{number}")
    barrier = threading.Barrier(8)
    claims: list[Claim] = []

    def work() -> None:
        ledger = Ledger(database, patience_s=0)
        barrier.wait()
        while claim := ledger.claim_next(SERVICE_QUEUE):
            claims.append(claim)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(claim.job_id for claim in claims) == sorted(f"job-{n}" for n in range(20))


def test_jobs_of_another_queue_are_left_alone(database: Database, ledger: Ledger) -> None:
    from jobs.submission import Submission

    Intake(database).put("rendered-here", Submission({}), None)

    assert ledger.claim_next(SERVICE_QUEUE) is None
    assert ledger.claim("rendered-here") is not None


def test_an_unknown_job_is_not_claimed(ledger: Ledger) -> None:
    assert ledger.claim("nobody") is None
    assert not ledger.knows("nobody")


@pytest.mark.parametrize("following", list(Status), ids=lambda s: s.value)
def test_a_run_moves_only_to_states_that_may_follow(
    ledger: Ledger, claimed: Claimed, following: Status
) -> None:
    run = claimed()

    assert ledger.advance(run, following) is (following in FOLLOWERS[Status.PLANNING])


@pytest.mark.parametrize("ending", [Ending.DONE, Ending.FAILED, Ending.CANCELLED])
def test_the_end_of_a_run_is_final(
    database: Database, ledger: Ledger, claimed: Claimed, ending: Ending
) -> None:
    run = claimed()
    ledger.advance(run, Status.GENERATING)
    ledger.advance(run, Status.RENDERING)
    assert ledger.settle(Outcome(run, ending, (PROBLEM,)))

    assert not ledger.settle(Outcome(run, Ending.DONE))
    assert not any(ledger.advance(run, following) for following in Status)
    assert ledger.claim(run.job_id) is None
    row = Catalogue(database).job("acme", run.job_id)
    assert row is not None
    assert row.status in TERMINAL
    assert row.problems == (PROBLEM,)


def test_a_delivered_run_has_its_video(
    database: Database, ledger: Ledger, claimed: Claimed
) -> None:
    run = claimed()
    ledger.advance(run, Status.GENERATING)
    ledger.advance(run, Status.RENDERING)

    ledger.settle(Outcome(run, Ending.DONE, video=VIDEO))

    video = Catalogue(database).video("acme", run.job_id)
    assert video is not None
    assert (video.manifest, video.files, video.frames) == (VIDEO.manifest, VIDEO.files, 90)
    assert video.sizes == {"final.mp4": 7}


def test_a_worker_that_was_frozen_past_its_lease_can_write_no_more(
    database: Database, frozen: Ledger, ledger: Ledger, claimed: Claimed
) -> None:
    old = claimed(ledger=frozen)
    task = Task(old, "mix/0", Stage.MIX, 1, True, "key", "plan", "label", {})
    part = Part(old, "mix/0", Stage.MIX, 1, True, "key", "plan", PartStatus.FAILED, 2.5, PROBLEM)
    Parts(frozen.database, patience_s=0).plan([(task, 9)])

    new = ledger.claim_next(SERVICE_QUEUE)

    assert new is not None
    assert new.token > old.token
    assert not frozen.renew(old)
    assert not frozen.advance(old, Status.GENERATING)
    assert not frozen.settle(Outcome(old, Ending.FAILED, (PROBLEM,)))
    assert not frozen.release(old.job_id, old.token)
    Parts(frozen.database, patience_s=0).note_progress(task, 5)
    Parts(frozen.database, patience_s=0).note(part)
    assert frozen.is_stopped(old)
    (row,) = Catalogue(database).parts("acme", old.job_id, 1)
    assert (row.status, row.units_done) == ("planned", 0)
    assert kinds(database, old.job_id) == ["queued", "planning", "planning"]


def test_a_live_lease_keeps_others_away(ledger: Ledger, claimed: Claimed) -> None:
    run = claimed()

    assert ledger.claim(run.job_id) is None
    assert ledger.claim_next(SERVICE_QUEUE) is None


def test_a_renewed_lease_lasts(
    database: Database, frozen: Ledger, ledger: Ledger, claimed: Claimed
) -> None:
    run = claimed(ledger=frozen)

    assert ledger.renew(run)

    assert ledger.standing(run).lease_s == pytest.approx(ledger.lease_s, abs=10)
    assert ledger.claim(run.job_id) is None


def test_asking_whether_to_go_on_keeps_the_lease(
    frozen: Ledger, ledger: Ledger, claimed: Claimed
) -> None:
    run = claimed(ledger=frozen)

    assert not ledger.is_stopped(run)

    assert ledger.standing(run).lease_s > ledger.lease_s * 2 / 3


def test_whoever_waits_for_a_call_sees_when_it_was_called_back_about(
    database: Database, ledger: Ledger, claimed: Claimed
) -> None:
    run, calls = claimed(), Calls(database, patience_s=0)
    calls.open("call-1", run, Intent("k" * 64, Stage.MUSIC, "suno", "V5", 0.06), (), 10)

    before = ledger.watch(run, "call-1").told_at
    calls.hear("call-1")
    (call,) = calls.of_run(run)

    assert before is None
    assert ledger.watch(run, "call-1").told_at == call.told_at > 0


def test_a_ring_with_a_token_finds_its_claim_until_that_is_lost(
    ledger: Ledger, claimed: Claimed
) -> None:
    run = claimed()

    held = ledger.claimed(run.job_id, run.token)
    ledger.release(run.job_id, run.token)

    assert held is not None
    assert held.token == run.token
    assert ledger.claimed(run.job_id, run.token) is None


def test_a_released_job_is_claimed_again_and_has_lost_no_attempt(
    database: Database, ledger: Ledger, claimed: Claimed
) -> None:
    run = claimed()

    assert ledger.release(run.job_id, run.token)

    assert status(database, run.job_id) is Status.QUEUED
    assert ledger.claim(run.job_id) is not None
    row = Catalogue(database).job("acme", run.job_id)
    assert row is not None
    assert row.attempts == 1


def test_a_job_released_for_later_waits(ledger: Ledger, claimed: Claimed) -> None:
    run = claimed()

    ledger.release(run.job_id, run.token, after_s=3600)

    assert ledger.claim(run.job_id) is None


def test_a_job_whose_workers_die_again_and_again_fails(
    database: Database, frozen: Ledger, claimed: Claimed
) -> None:
    run = claimed(ledger=frozen)
    for _ in range(MAX_ATTEMPTS - 1):
        assert frozen.claim(run.job_id) is not None

    assert frozen.claim(run.job_id) is None

    row = Catalogue(database).job("acme", run.job_id)
    assert row is not None
    assert row.status is Status.FAILED
    assert "5 workers have died" in row.problems[0].message


def test_an_incomplete_run_gives_the_job_back(ledger: Ledger, claimed: Claimed) -> None:
    run = claimed()
    ledger.advance(run, Status.GENERATING)

    ledger.settle(Outcome(run, Ending.INCOMPLETE))

    again = ledger.claim(run.job_id)
    assert again is not None
    assert (again.generation, again.token > run.token) == (run.generation, True)


def test_a_run_that_met_an_outage_comes_again_and_has_lost_no_attempt(
    database: Database, ledger: Ledger, claimed: Claimed
) -> None:
    run = claimed()
    outage = Problem("voice", ErrorCode.STORE_UNAVAILABLE, "the store is away", True)

    ledger.settle(Outcome(run, Ending.POSTPONED, (outage,)))

    row = Catalogue(database).job("acme", run.job_id)
    assert row is not None
    assert (row.status, row.attempts, row.problems) == (Status.QUEUED, 0, ())
    assert ledger.claim(run.job_id) is None  # not at once


def test_everything_that_a_worker_holds_is_renewed_together(
    database: Database, submit: Submit
) -> None:
    mine = Ledger(database, lease_s=-1.0, patience_s=0, worker="pipeline-1")
    others = replace(mine, worker="pipeline-2")
    for job_id, holder in (("job-a", mine), ("job-b", mine), ("job-c", others)):
        submit(job_id)
        holder.claim(job_id)

    renewed = replace(mine, lease_s=60.0).renew_all(3600)

    assert renewed == 2
    assert [mine.claim(job_id) is None for job_id in ("job-a", "job-b", "job-c")] == [
        True, True, False,
    ]  # fmt: skip


def test_a_run_that_hangs_is_left_to_its_lease(ledger: Ledger, claimed: Claimed) -> None:
    claimed()

    assert ledger.renew_all(most_s=-1.0) == 0


def test_a_job_that_was_cancelled_does_not_wait_for_review(
    database: Database, ledger: Ledger, claimed: Claimed
) -> None:
    run = claimed()
    ledger.advance(run, Status.GENERATING)
    Intake(database).cancel("acme", run.job_id)

    ledger.settle(Outcome(run, Ending.REVIEW))

    assert status(database, run.job_id) is Status.CANCELLED


def test_a_job_in_review_waits_for_its_owner(
    database: Database, ledger: Ledger, claimed: Claimed
) -> None:
    run = claimed()
    ledger.advance(run, Status.GENERATING)
    ledger.settle(Outcome(run, Ending.REVIEW))
    assert ledger.claim(run.job_id) is None
    assert ledger.is_stopped(run)

    Intake(database).approve("acme", run.job_id)

    again = ledger.claim(run.job_id)
    assert again is not None
    assert again.approved
    assert again.generation == run.generation


def test_progress_and_ends_of_parts_are_kept(
    database: Database, ledger: Ledger, claimed: Claimed
) -> None:
    run = claimed()
    task = Task(run, "render/0", Stage.RENDER, 1, True, "key", "plan", "label", {})
    part = Part(run, "render/0", Stage.RENDER, 1, True, "key", "plan", PartStatus.DONE, 2.5)
    Parts(ledger.database, patience_s=0).plan([(task, 90)])
    Parts(ledger.database, patience_s=0).plan([(task, 90)])

    Parts(ledger.database, patience_s=0).note_progress(task, 30)
    half_way = Catalogue(database).parts("acme", run.job_id, 1)
    Parts(ledger.database, patience_s=0).note(part)
    Parts(ledger.database, patience_s=0).note_progress(task, 60)
    ended = Catalogue(database).parts("acme", run.job_id, 1)

    assert [(p.status, p.units_done, p.units) for p in half_way] == [("running", 30, 90)]
    assert [(p.status, p.units_done, p.seconds) for p in ended] == [("done", 90, 2.5)]


def test_events_tell_the_story_of_a_job_without_gaps(
    database: Database, ledger: Ledger, claimed: Claimed
) -> None:
    run = claimed()
    ledger.advance(run, Status.GENERATING)
    ledger.settle(Outcome(run, Ending.FAILED, (PROBLEM,)))

    events = Catalogue(database).events("acme", run.job_id)

    assert [event.kind for event in events] == ["queued", "planning", "generating", "failed"]
    assert [event.number for event in events] == [1, 2, 3, 4]
    assert Catalogue(database).events("acme", run.job_id, after=2) == events[2:]


def test_events_that_are_written_at_once_are_numbered_without_gaps(
    database: Database, ledger: Ledger, claimed: Claimed
) -> None:
    run = claimed()
    names = [f"voice/{number:03}" for number in range(12)]
    Parts(ledger.database, patience_s=0).plan(
        (Task(run, name, Stage.VOICE, 12, True, "key", "plan", "label", {}), 1) for name in names
    )

    def note(name: str) -> None:
        Parts(ledger.database, patience_s=0).note(
            Part(run, name, Stage.VOICE, 12, True, "key", "plan", PartStatus.DONE, 0.1)
        )

    threads = [threading.Thread(target=note, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    events = Catalogue(database).events("acme", run.job_id)
    assert [event.number for event in events] == list(range(1, 15))
    assert {event.data["task"] for event in events[2:]} == set(names)
