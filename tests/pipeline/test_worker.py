"""The resident worker as a process: what it makes, and what its end leaves behind."""

import json
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from jobs.slate import LOCAL_TENANT
from jobs.stages import Stage
from jobs.states import Status
from storage.intake import Intake
from tests.pipeline.workers import Shop, WorkerProcess, open_shop, until

Build = Callable[..., dict[str, Any]]

# Where a worker may die, and what must then have been kept. One job after the other comes to the
# places of a line; a job that five workers have died of is given up. What is made side by side
# has lines of its own: it may be there already when a place of another is reached.
CRASHES = (
    ("admit.after_claim", "script.before_step", "script.after_step", "inputs.before_step"),
    ("inputs.after_step", "plan.before_step", "plan.after_step", "voice.before_make"),
    ("voice.before_keep", "voice.after_keep", "timeline.before_step", "timeline.after_step"),
    ("visual.before_keep", "visual.after_keep", "mix.before_keep", "mix.after_keep"),
    ("effect.after_keep", "render.before_keep", "render.after_keep"),
    ("music.before_keep", "finish.before_step", "finish.before_deliver", "finish.after_deliver"),
    ("settle.before", "settle.after"),
)
TOLD_TO_STOP_S = 20  # ten are promised; this machine may be slow
LONG = {"scenes": [{"duration_s": 120, "visual": {"type": "title", "text": "Long"}}]}


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with open_shop(tmp_path / "data") as opened:
        yield opened


def long_job(build: Build) -> dict[str, Any]:
    """A video that FFmpeg encodes for a good while: moving, large, and two minutes long."""
    return build(**LONG, output={"height": 1080, "fps": 30, "quality": "standard"})


def test_a_job_that_is_rung_is_made(shop: Shop, small_job: Build) -> None:
    with shop.worker() as worker:
        job_id = shop.submit(small_job())
        worker.ring()

        row = shop.ended(job_id)

    assert (row.status, row.problems) == (Status.DONE, ())
    assert shop.kinds(job_id)[:4] == ["queued", "planning", "generating", "part_done"]
    video = shop.catalogue.video(LOCAL_TENANT, job_id)
    assert video is not None
    assert set(video.files) >= {"final.mp4", "poster.jpg", "captions.vtt", "credits.txt"}
    assert (shop.folder / video.files["final.mp4"]).stat().st_size > 1000
    assert (shop.folder / "out" / job_id / "final.mp4").exists()


def test_what_was_left_behind_is_found_without_a_ring(shop: Shop, small_job: Build) -> None:
    job_id = shop.submit(small_job())

    with shop.worker():
        assert shop.ended(job_id).status is Status.DONE


def test_jobs_are_worked_on_side_by_side(shop: Shop, small_job: Build) -> None:
    with shop.worker(AIPROD_JOBS="2", AIPROD_WORKERS="2") as worker:
        long, short = shop.submit(long_job(small_job)), shop.submit(small_job())
        worker.ring()

        assert shop.ended(short).status is Status.DONE
        assert shop.job(long).status is not Status.DONE


@pytest.mark.parametrize("how", ["end of the bell", "SIGTERM"])
def test_a_worker_that_is_told_to_stop_gives_its_job_back(
    shop: Shop, small_job: Build, how: str
) -> None:
    with shop.worker() as worker:
        job_id = shop.submit(long_job(small_job))
        worker.ring()
        encoders = until(worker.ffmpegs, "an encoder")

        if how == "SIGTERM":
            worker.send(signal.SIGTERM)
        else:
            worker.hang_up()

        assert worker.process.wait(TOLD_TO_STOP_S) == 0
        assert shop.job(job_id).status is Status.QUEUED
        until(lambda: not any(map(psutil.Process.is_running, encoders)), "its encoders to be gone")
        assert list((shop.folder / "work").glob("*")) == []


def test_cancelling_stops_a_running_encoder(shop: Shop, small_job: Build) -> None:
    with shop.worker() as worker:
        job_id = shop.submit(long_job(small_job))
        worker.ring()
        encoders = until(worker.ffmpegs, "an encoder")

        Intake(shop.database).cancel(LOCAL_TENANT, job_id)
        until(lambda: not any(map(psutil.Process.is_running, encoders)), "its encoders to be gone")

        assert shop.ended(job_id).status is Status.CANCELLED


def test_a_killed_worker_takes_its_encoders_along(shop: Shop, small_job: Build) -> None:
    with shop.worker() as worker:
        shop.submit(long_job(small_job))
        worker.ring()
        encoders = until(worker.ffmpegs, "an encoder")

        worker.kill()

    until(lambda: not any(map(psutil.Process.is_running, encoders)), "its encoders to be gone")


def kill_encoder(worker: WorkerProcess) -> bool:
    """Whether there was one; it may end by itself between the look and the blow."""
    for encoder in worker.ffmpegs():
        with suppress(psutil.NoSuchProcess):
            encoder.kill()
            return True
    return False


def test_a_killed_encoder_is_started_again(shop: Shop, small_job: Build) -> None:
    scenes = [{"duration_s": 4, "visual": {"type": "title", "text": "Long"}}]
    with shop.worker() as worker:
        job_id = shop.submit(small_job(scenes=scenes, output={"height": 720, "quality": "draft"}))
        worker.ring()
        until(lambda: kill_encoder(worker), "an encoder that works")

        assert shop.ended(job_id).status is Status.DONE


def test_a_worker_frozen_past_its_lease_changes_nothing_when_it_wakes(
    shop: Shop, small_job: Build
) -> None:
    with shop.worker() as frozen:
        job_id = shop.submit(long_job(small_job))
        frozen.ring()
        until(frozen.ffmpegs, "an encoder")
        frozen.freeze(shop)
        shop.let_leases_run_out()

        with shop.worker() as other:
            until(other.ffmpegs, "an encoder of the one who took over")
            made = shop.kinds(job_id).count("part_done")
            frozen.send(signal.SIGCONT)
            until(lambda: not frozen.ffmpegs(), "the end of the encoders of the frozen one")

            assert shop.kinds(job_id).count("part_done") == made
            assert shop.job(job_id).attempts == 2
            follow_up = shop.submit(small_job())
            frozen.ring()
            assert shop.ended(follow_up).status is Status.DONE


def test_a_worker_whose_database_hangs_stops_all_the_same(shop: Shop, small_job: Build) -> None:
    with shop.worker() as worker:
        shop.submit(long_job(small_job))
        worker.ring()
        until(worker.ffmpegs, "an encoder")

        with shop.database.begin():  # others cannot write until this ends
            worker.send(signal.SIGTERM)

            assert worker.process.wait(TOLD_TO_STOP_S) == 1


def test_a_stage_made_anew_leaves_what_others_have_made(shop: Shop, small_job: Build) -> None:
    with shop.worker() as worker:
        first, second = shop.submit(small_job()), shop.submit(small_job())
        worker.ring()
        shop.ended(first)
        shop.ended(second)
        for job_id, stage in ((first, Stage.VOICE), (second, None)):
            Intake(shop.database).retry(LOCAL_TENANT, job_id, stage)
        worker.ring()

        assert shop.ended(first).status is Status.DONE
        assert shop.ended(second).status is Status.DONE
    parts = {job: shop.catalogue.parts(LOCAL_TENANT, job, 2) for job in (first, second)}
    anew = {part.stage for part in parts[first] if part.status == "done"}
    assert anew == {"voice", "render", "mix", "finish"}
    assert {part.status for part in parts[second]} == {"cached"}


def test_a_job_that_kills_its_workers_is_given_up(shop: Shop, small_job: Build) -> None:
    job_id = shop.submit(small_job())

    for _ in range(5):
        with shop.worker(AIPROD_CRASH_POINT="script.before_step") as worker:
            assert worker.wait() == -signal.SIGKILL
        shop.let_leases_run_out()
    with shop.worker():
        row = shop.ended(job_id)

    assert row.status is Status.FAILED
    assert "5 workers have died" in row.problems[0].message


@pytest.mark.parametrize(
    "preset",
    [
        pytest.param({"preset": "premium_spot"}, id="the video"),
        pytest.param({"variants": {"presets": ["quick_social", "premium_spot"]}}, id="a variant"),
    ],
)
def test_a_video_that_needs_review_waits_for_it(
    shop: Shop, small_job: Build, preset: dict[str, Any]
) -> None:
    job_id = shop.submit(small_job(**preset))

    with shop.worker() as worker:
        shop.reached(job_id, Status.AWAITING_REVIEW)
        stages = {part.stage for part in shop.catalogue.parts(LOCAL_TENANT, job_id, 1)}
        Intake(shop.database).approve(LOCAL_TENANT, job_id)
        worker.ring()

        assert stages == {"voice", "visual", "effect"}
        assert shop.ended(job_id).status is Status.DONE
        assert "awaiting_review" in shop.kinds(job_id)


@pytest.fixture(scope="module")
def crashed(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Shop, dict[tuple[str, ...], str]]]:
    """A job per line of crash points: its workers died there, then one that works made them all."""
    with open_shop(tmp_path_factory.mktemp("crashed") / "data") as shop:
        jobs = {}
        for number, points in enumerate(CRASHES):
            document = json.loads(json.dumps(_SMALL))
            # Every job is made of parts of its own.
            document["scenes"][0]["visual"]["color"] = f"#{number + 1:02x}4060"
            document["scenes"][0]["narration"] = f"Wave {number}."
            document["scenes"][0]["effects"][0]["gain_db"] = -6 - number / 4
            document["scenes"][0]["effects"][0]["query"] = _SOUNDS[number]
            if "music.before_keep" in points:
                document["music"] = {"prompt": "calm piano"}
            jobs[points] = shop.submit(document)
            for point in points:
                with shop.worker(
                    AIPROD_CRASH_POINT=point, AIPROD_JOBS="1", AIPROD_LEASE_S="3600"
                ) as worker:
                    code = worker.wait()
                assert code == -signal.SIGKILL, f"{point} was not hit"
                if point != points[-1]:
                    shop.let_leases_run_out(jobs[points])
        shop.let_leases_run_out()
        with shop.worker():
            for job_id in jobs.values():
                shop.ended(job_id)
        yield shop, jobs


@pytest.mark.parametrize(
    ("points", "point"),
    [pytest.param(points, point, id=point) for points in CRASHES for point in points],
)
def test_a_job_whose_worker_died_there_is_done(
    crashed: tuple[Shop, dict[tuple[str, ...], str]], points: tuple[str, ...], point: str
) -> None:
    shop, jobs = crashed
    job_id = jobs[points]

    row = shop.job(job_id)
    kinds = shop.kinds(job_id)
    parts = shop.catalogue.parts(LOCAL_TENANT, job_id, 1)

    assert (row.status, row.problems) == (Status.DONE, ())
    # Who dies when the job is settled leaves nothing to do.
    assert row.attempts == len(points) + (points[-1] != "settle.after")
    assert kinds.count("done") == 1
    assert all(part.status in ("done", "cached") for part in parts)
    stage, _, where = point.partition(".")
    if where == "after_keep":  # what was kept is not made again
        assert any(part.status == "cached" for part in parts if part.stage == stage)


def test_dead_workers_leave_no_scratch_folders(
    crashed: tuple[Shop, dict[tuple[str, ...], str]],
) -> None:
    shop, _jobs = crashed

    assert list((shop.folder / "work").glob("*")) == []


_SMALL = {
    "scenes": [
        {
            "narration": "Wave.",
            "visual": {"type": "color", "color": "#204060"},
            "effects": [{"query": "ocean waves", "at": {"offset_s": 0.1}}],
        }
    ],
    "music": None,
    "output": {"height": 144, "fps": 24, "quality": "draft"},
}
_SOUNDS = ("ocean waves", "door bell", "glass", "car horn", "whistle", "drum", "message pop")
