import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest
from PIL import Image

from tests.kin import descendants
from tests.pipeline.conftest import Desk
from tests.warm import REPOSITORY, Process

Build = Callable[..., dict[str, Any]]
# What turns the long job into one that is soon done; its narrations are the same.
SMALLER = (
    "--set", "output.height=144", "--set", "output.quality=draft",
    "--set", "scenes[0].duration_s=1", "--set", "scenes[1].duration_s=1",
)  # fmt: skip


def long_job(build: Build) -> dict[str, Any]:
    """Enough frames that a signal arrives while they are being made."""
    scene = {"narration": "One.", "duration_s": 12, "visual": {"type": "title", "text": "Wait"}}
    output = {"height": 720, "fps": 30, "quality": "standard"}
    return build(scenes=[scene, {**scene, "narration": "Two."}], output=output)


def wait_for(process: Process, line: str) -> None:
    assert process.stderr is not None
    for said in process.stderr:
        if line in said:
            return
    raise AssertionError(f"the command ended without saying {line!r}")


def leftovers(desk: Desk) -> list[str]:
    return [
        str(path.relative_to(desk.folder))
        for path in desk.folder.rglob("*")
        if path.is_file() and (".new-" in path.name or "/work/" in str(path))
    ]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda n: n.name)
def test_a_signal_stops_the_job_and_running_again_goes_on(
    desk: Desk, small_job: Build, number: signal.Signals
) -> None:
    job = str(desk.write("job.json", long_job(small_job)))
    with desk.start("render", job, "--json") as process:
        wait_for(process, "Video frames")
        children = descendants(process.pid)
        sent = time.monotonic()
        process.send_signal(number)
        out, _ = process.communicate(timeout=60)

    assert process.returncode == 130
    assert json.loads(out)["status"] == "cancelled"
    assert time.monotonic() - sent < 30
    _gone, alive = psutil.wait_procs(children, 5)
    assert not alive
    assert leftovers(desk) == []
    assert not list((desk.folder / "out").rglob("*.mp4"))

    again = desk.run("render", job, "--json", *SMALLER)
    assert again.json["status"] == "done"
    assert again.json["reused"] >= 2  # the narrations


def test_after_kill_nine_the_job_is_finished_from_what_was_made(
    desk: Desk, small_job: Build
) -> None:
    job = str(desk.write("job.json", long_job(small_job)))
    with desk.start("render", job) as process:
        assert process.stdout is not None
        for said in process.stdout:
            if "Video frames" in said:
                break
        children = descendants(process.pid)
        os.kill(process.pid, signal.SIGKILL)
        process.communicate(timeout=60)
    _gone, alive = psutil.wait_procs(children, 10)
    assert not alive

    again = desk.run("render", job, "--json", *SMALLER)

    assert again.json["status"] == "done"
    assert again.json["reused"] >= 2
    assert leftovers(desk) == []


def test_render_says_where_the_video_is_and_then_that_nothing_is_left_to_do(
    desk: Desk, small_job: Build
) -> None:
    job = str(desk.write("job.json", small_job()))

    first = desk.run("render", job)
    second = desk.run("render", job)

    video = Path(first.out.splitlines()[-1].strip())
    assert (first.code, second.code) == (0, 0)
    assert (desk.folder / video).stat().st_size > 10_000
    assert "nothing to make" in second.out


def test_a_strict_job_fails_of_what_others_are_told_of(desk: Desk, small_job: Build) -> None:
    Image.new("RGB", (64, 36), (40, 90, 120)).save(desk.folder / "plain.png")
    visual = {"type": "image", "uri": "plain.png"}
    scene = {"duration_s": 3, "visual": visual, "motion": "zoom_in"}
    job = str(desk.write("job.json", small_job(scenes=[scene], music=None)))

    strict = desk.run("render", job, "--set", "output.strict=true")
    told = desk.run("render", job, "--json")

    assert strict.code == 1
    assert "a picture that stands still from 0.0 to 3.0 s" in strict.err
    manifest = json.loads((desk.folder / told.json["video"]).with_name("manifest.json").read_text())
    assert [note["message"] for note in manifest["notes"] if "stands still" in note["message"]]


def test_a_folder_with_a_later_run_of_a_history_that_is_gone_is_written_anew(
    desk: Desk, small_job: Build
) -> None:
    job = str(desk.write("job.json", small_job()))
    where = Path(desk.run("render", job, "--json").json["video"]).parent
    manifest = desk.folder / where / "manifest.json"
    told = json.loads(manifest.read_text())
    manifest.write_text(json.dumps({**told, "run": 7}))

    again = desk.run("render", job, "--json", AIPROD_DATA=str(desk.folder / "new"))

    assert (again.code, again.json["status"]) == (0, "done")
    assert json.loads(manifest.read_text())["run"] == 1


def test_the_same_job_gives_the_same_file_in_any_data_folder(desk: Desk, small_job: Build) -> None:
    job = str(desk.write("job.json", small_job()))

    first = desk.run("render", job, "--out", "a", "--json")
    other = str(desk.folder / "other")
    second = desk.run_cold("render", job, "--out", "b", "--json", AIPROD_DATA=other)

    assert first.json["id"] == second.json["id"]
    videos = [Path(desk.folder / result.json["video"]).read_bytes() for result in (first, second)]
    assert videos[0] == videos[1]


def generated(plan: dict[str, Any]) -> list[dict[str, Any]]:
    """Stages of a plan whose parts are known before anything has been made."""
    following = ("render", "mix", "finish")
    return [stage for stage in plan["stages"] if stage["stage"] not in following]


def test_plan_tells_what_is_there_and_makes_nothing(desk: Desk, small_job: Build) -> None:
    job = str(desk.write("job.json", small_job()))

    before = desk.run("plan", job, "--json").json
    made_by_planning = (desk.folder / "data").exists()
    rendered = desk.run("render", job, "--json").json
    after = desk.run("plan", job, "--json").json

    assert not made_by_planning
    assert [stage["cached"] for stage in generated(before)] == [0, 0, 0]
    assert all(stage["cached"] == stage["parts"] for stage in generated(after))
    assert (before["length_is_exact"], after["length_is_exact"]) == (False, True)
    manifest = json.loads((desk.folder / rendered["manifest"]).read_text())
    assert after["frames"] == manifest["quality"]["frames"]


def test_plan_counts_the_stages_that_follow(desk: Desk, small_job: Build) -> None:
    scenes = [{"narration": "One.", "duration_s": 5}, {"narration": "Two.", "duration_s": 5}]
    job = str(desk.write("job.json", small_job(scenes=scenes)))

    planned = desk.run_cold("plan", job, "--json").json

    following = [(row["stage"], row["parts"], row["cached"]) for row in planned["stages"][-3:]]
    assert following == [("render", 2, 0), ("mix", 1, 0), ("finish", 1, 0)]


def test_plan_says_why_parts_are_made_again(desk: Desk, small_job: Build) -> None:
    job = str(desk.write("My job.json", small_job()))
    before = desk.run("plan", job)
    rendered = desk.run("render", job, "--json").json

    after = desk.run("plan", job, "--set", "title=New", "--parts")
    as_json = desk.run("plan", job, "--set", "title=New", "--json").json

    assert "compared with" not in before.out
    assert "  render      1 by aiprod: new\n" in before.out
    assert f"  compared with {rendered['id']}, run 1\n" in after.out
    assert "  voice       2 by espeak: reused\n" in after.out
    assert "  finish      1 by aiprod: made again because title changed\n" in after.out
    assert "       render/0000      reused\n" in after.out
    assert as_json["compared_with"] == {"id": rendered["id"], "run": 1}
    assert as_json["stages"][-1]["cached"] == 0
    assert as_json["parts"][-1] == {
        "task": "finish/000",
        "stage": "finish",
        "status": "made_again",
        "because": ["title changed"],
    }
    assert {part["status"] for part in as_json["parts"][:-1]} == {"reused"}


def test_plan_goes_on_without_an_earlier_job_that_cannot_be_planned_any_more(
    desk: Desk, small_job: Build
) -> None:
    job = str(desk.write("job.json", small_job()))
    rendered = desk.run("render", job, "--json").json
    with contextlib.closing(sqlite3.connect(desk.folder / "data" / "aiprod.db")) as database:
        database.execute("UPDATE jobs SET submission = replace(submission, 'cut', 'leap')")
        database.commit()

    ran = desk.run("plan", job)

    assert ran.code == 0
    assert "finish      1 by aiprod: reused" in ran.out
    assert f"note: not compared with {rendered['id']}: " in ran.out


def test_plan_says_that_ffmpeg_is_missing(desk: Desk, small_job: Build) -> None:
    job = str(desk.write("job.json", small_job()))

    ran = desk.run("plan", job, AIPROD_FFMPEG="/nowhere/ffmpeg")

    assert ran.code == 1
    assert "/nowhere/ffmpeg" in ran.err


def test_plan_warns_of_a_video_that_its_preset_would_refuse(desk: Desk, small_job: Build) -> None:
    silent = {"visual": {"type": "color", "color": "#204060"}, "duration_s": 40}
    exact = small_job(scenes=[silent], preset="quick_social")
    guessed = small_job(scenes=[{**silent, "narration": "One."}], preset="quick_social")

    says = "the video would last {}40.0 s, the preset allows 30 s"
    assert says.format("") in desk.run("plan", str(desk.write("a.json", exact))).out
    assert says.format("about ") in desk.run("plan", str(desk.write("b.json", guessed))).out


def test_plan_says_that_nobody_is_asked_for_a_review(desk: Desk, small_job: Build) -> None:
    job = str(desk.write("job.json", small_job(preset="premium_spot")))

    assert "`aiprod submit` waits for it, `aiprod render` does not" in desk.run("plan", job).out


def test_cores_are_counted_where_a_process_cannot_be_tied_to_some(desk: Desk) -> None:
    program = (
        "import os; del os.sched_getaffinity\n"  # as on macOS
        "from pipeline.options import Settings; print(Settings.from_environment({}).workers)"
    )

    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )

    assert ran.stdout == f"{os.cpu_count()}\n"


def test_plan_says_what_a_prompt_needs_for_a_script(desk: Desk) -> None:
    job = str(desk.write("job.json", {"prompt": "The history of tea."}))

    assert "needs Gemini" in desk.run("plan", job).out


def test_set_changes_a_field(desk: Desk, small_job: Build) -> None:
    job = str(desk.write("job.json", small_job()))

    good = desk.run("plan", job, "--set", "scenes[0].duration_s=20", "--json")
    bad = desk.run("plan", job, "--set", "output.quality=best")

    assert good.json["length_s"] > 20
    assert bad.code == 2
    assert "output.quality" in bad.err


@pytest.mark.parametrize("command", [("--help",), ("validate", "job.json"), ("plan", "job.json")])
def test_quick_commands_do_not_load_beam(
    desk: Desk, small_job: Build, command: tuple[str, ...]
) -> None:
    desk.write("job.json", small_job())
    program = (
        "import sys; from pipeline.cli import app\n"
        f"code = app({list(command)!r}, standalone_mode=False)\n"
        "sys.exit('apache_beam' in sys.modules)"
    )

    ran = subprocess.run(
        [sys.executable, "-c", program],
        cwd=desk.folder,
        env=desk.environment(PYTHONPATH=os.pathsep.join([str(Path(__file__).parents[2])])),
        capture_output=True,
        check=False,
    )

    assert ran.returncode == 0, ran.stderr


def test_doctor_finds_what_the_local_product_needs(desk: Desk) -> None:
    ran = desk.run_cold("doctor", "--json")

    needed = [finding for finding in ran.json if finding["is_needed"]]
    assert ran.code == 0
    assert {"Python", "FFmpeg", "FFmpeg parts", "Voice", "Font: Latin"} <= {
        finding["name"] for finding in needed if finding["is_good"]
    }


def test_doctor_says_how_to_get_what_is_missing(desk: Desk) -> None:
    ran = desk.run("doctor", AIPROD_FFMPEG="/nowhere/ffmpeg")

    assert ran.code == 1
    assert "MISSING FFmpeg" in ran.out
    assert "-> make setup" in ran.out


def test_version_is_printed(desk: Desk) -> None:
    from jobs.version import VERSION

    assert desk.run_cold("--version").out == f"aiprod {VERSION}\n"


def test_a_job_is_rendered_by_one_process_at_a_time(desk: Desk, small_job: Build) -> None:
    job = str(desk.write("job.json", long_job(small_job)))
    with desk.start("render", job, "--json") as first:
        wait_for(first, "Video frames")

        second = desk.run("render", job)

        first.send_signal(signal.SIGINT)
        first.communicate(timeout=60)

    assert second.code == 1
    assert "is being rendered by another process" in second.err
    assert first.returncode == 130
