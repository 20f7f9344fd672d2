import hashlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from jobs.elements import Ending, Problem
from jobs.errors import ErrorCode
from tests.pipeline.conftest import Desk
from tests.pipeline.office import Office, open_office
from tests.warm import REPOSITORY, Process

FILES = {"final.mp4": b"moving pictures", "captions.srt": b"1\n"}


@pytest.fixture
def office(desk: Desk) -> Iterator[Office]:
    with open_office(desk) as opened:
        yield opened


def id_in(process: Process) -> str:
    """Id of the job that a command waits for, once it follows it."""
    assert process.stdout is not None
    job_id = ""
    for line in process.stdout:
        if ": job " in line:
            job_id = line.split()[-1]
        if "waits for a worker" in line:
            return job_id
    raise AssertionError("the command ended without waiting for a job")


def scene(uri: str) -> dict[str, Any]:
    return {"narration": "Look.", "visual": {"type": "image", "uri": uri}}


def test_submit_uploads_each_content_once_and_prints_the_id(office: Office) -> None:
    office.picture("media/a.png")
    office.picture("media/same.png")
    job = office.file(scenes=[scene("media/a.png"), scene("media/same.png"), scene("media/a.png")])

    ran = office.run("submit", job)

    document = office.job(ran.out.strip())["document"]
    uris = {one["visual"]["uri"] for one in document["scenes"]}
    assert ran.code == 0
    assert len(uris) == 1
    assert uris.pop().startswith("upload://up-")
    assert ran.err.count("uploading") == 1


def test_waiting_fetches_the_files_and_prints_where_the_video_is(office: Office) -> None:
    with office.start("submit", office.file(), "--wait") as process:
        job_id = id_in(process)
        office.service.finish(job_id, FILES)
        out, err = process.communicate(timeout=60)

    folder = office.desk.folder / "out" / job_id
    assert (process.returncode, err) == (0, "")
    assert out.splitlines()[-1] == f"  out/{job_id}/final.mp4"
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {
        **FILES, "manifest.json": b'{"id": "made"}',
    }  # fmt: skip


def test_films_of_variants_are_fetched_into_folders_of_their_own(office: Office) -> None:
    names = ("ar-9x16/final.mp4", "fr-9x16/final.mp4")
    job_id = office.submitted()
    office.service.finish(job_id, {name: name.encode() for name in names})

    ran = office.run("jobs", "watch", job_id, "--out", "films")

    folder = office.desk.folder / "films" / job_id
    assert [(folder / name).read_bytes().decode() for name in names] == [*names]
    assert ran.out.splitlines()[-2:] == [f"  films/{job_id}/{name}" for name in names]


def test_json_of_waiting_has_the_members_of_render(office: Office) -> None:
    job_id = office.submitted()
    office.service.finish(job_id, FILES)

    ran = office.run("jobs", "watch", job_id, "--out", "films", "--json")

    *events, ended = [json.loads(line) for line in ran.out.splitlines()]
    assert [event["event"] for event in events if "number" in event] == [
        "queued", "planning", "generating", "rendering", "done",
    ]  # fmt: skip
    assert {
        "id", "status", "video", "videos", "manifest", "seconds", "problems"
    } == ended.keys()  # fmt: skip
    assert ended["video"] == f"films/{job_id}/final.mp4"
    video = (office.desk.folder / ended["video"]).read_bytes()
    assert hashlib.sha256(video).hexdigest() == hashlib.sha256(FILES["final.mp4"]).hexdigest()


def test_a_job_that_fails_ends_with_one_and_its_problem(office: Office) -> None:
    problem = Problem("voice", ErrorCode.TOOL_FAILED, "the voice broke", True)

    with office.start("submit", office.file(), "--wait") as process:
        job_id = id_in(process)
        office.service.end(job_id, Ending.FAILED, problem)
        __, err = process.communicate(timeout=60)

    assert process.returncode == 1
    assert err == "  failed\n  voice: the voice broke [tool_failed]\n"
    assert not (office.desk.folder / "out" / job_id).exists()
    shown = office.run("jobs", "show", job_id).out
    assert "voice: the voice broke [tool_failed]" in shown
    assert f"  reproduce aiprod jobs retry {job_id} --from voice\n" in shown
    assert f"aiprod jobs show {job_id} --document" in shown


def test_ctrl_c_leaves_the_job_alone_and_says_how_to_come_back(office: Office) -> None:
    with office.start("submit", office.file(), "--wait", "--out", "films") as process:
        job_id = id_in(process)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)

    assert process.returncode == 130
    assert f"aiprod jobs watch {job_id} --out films\n" in err
    assert f"aiprod jobs cancel {job_id}\n" in err
    assert "Traceback" not in err
    assert office.job(job_id)["status"] == "queued"


def test_addresses_in_a_job_stay_as_they_are(office: Office) -> None:
    job = office.file(scenes=[scene("https://example.com/pool.jpg")])

    ran = office.run("submit", job)

    submitted = office.job(ran.out.strip())["document"]
    assert submitted["scenes"][0]["visual"]["uri"] == "https://example.com/pool.jpg"
    assert ran.err == ""


def test_the_same_idempotency_key_makes_one_job(office: Office) -> None:
    first = office.run("submit", office.file(), "--idempotency-key", "order-1")
    again = office.run("submit", office.file(), "--idempotency-key", "order-1")
    other = office.run("submit", office.file(prompt="Tea."), "--idempotency-key", "order-1")

    assert (first.code, again.code, other.code) == (0, 0, 2)
    assert first.out == again.out
    assert "was used for another request" in other.err


def test_each_run_of_submit_makes_a_job(office: Office) -> None:
    assert office.run("submit", office.file()).out != office.run("submit", office.file()).out


def test_a_bad_job_file_does_not_keep_the_others_back(office: Office) -> None:
    bad = office.file("bad.json", prompt="Tea.", colour="red")
    good = office.file("good.json")

    ran = office.run("submit", bad, good, "--json")

    refused, accepted = ran.json
    assert ran.code == 2
    assert (refused["id"], refused["status"]) == (None, "invalid")
    assert "colour" in refused["error"]
    assert accepted == {"file": good, "id": office.jobs()[0]["id"], "status": "queued"}


def test_one_idempotency_key_for_two_files_is_refused(office: Office) -> None:
    ran = office.run("submit", office.file(), office.file("b.json"), "--idempotency-key", "k")

    assert ran.code == 2
    assert "--idempotency-key stands for one job" in ran.err
    assert office.jobs() == []


def test_a_folder_that_cannot_be_written_is_told_before_the_job_is_made(office: Office) -> None:
    office.desk.write("taken", b"a file")

    ran = office.run("submit", office.file(), "--wait", "--out", "taken")

    assert ran.code == 2
    assert "cannot write into taken" in ran.err
    assert office.jobs() == []


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(("submit", "job.json"), id="submit"),
        pytest.param(("jobs", "list"), id="jobs"),
        pytest.param(("keys", "list"), id="keys"),
        pytest.param(("dlq", "list"), id="dlq"),
        pytest.param(("webhooks", "log", "job-1"), id="webhooks"),
    ],
)
def test_without_a_service_one_sentence_says_so(desk: Desk, command: tuple[str, ...]) -> None:
    desk.write("job.json", {"prompt": "Tea."})

    ran = desk.run_cold(*command, AIPROD_URL="http://127.0.0.1:9", AIPROD_API_KEY="")

    assert ran.code == 1
    assert ran.err.count("\n") == 1
    assert "there is no service at http://127.0.0.1:9" in ran.err
    assert "make serve" in ran.err


def test_a_key_that_does_not_work_is_told_with_where_it_came_from(office: Office) -> None:
    key = f"aip_{'0' * 16}_{'x' * 43}"

    ran = office.run("submit", office.file(), office.file("b.json"), AIPROD_API_KEY=key)

    assert ran.code == 2
    assert ran.err.count("refuses the API key from AIPROD_API_KEY") == 1  # not once per file
    assert key not in ran.err


def test_the_key_of_this_machine_needs_no_setting(office: Office) -> None:
    key = office.service.client.headers["Authorization"].removeprefix("Bearer ")
    office.desk.write("data/api-key", f"{key}\n".encode())

    assert office.run("jobs", "list", AIPROD_API_KEY="").out == "no jobs\n"


def test_a_scope_that_is_missing_is_named(office: Office) -> None:
    reader = office.service.client_with("jobs:read").headers["Authorization"]

    ran = office.run("submit", office.file(), AIPROD_API_KEY=reader.removeprefix("Bearer "))

    assert ran.code == 2
    assert "lacks the scope jobs:write" in ran.err


def test_jobs_are_listed_newest_first_and_by_state(office: Office) -> None:
    first = office.submitted(title="[bold]One", scenes=[{"narration": "One."}])
    second = office.submitted()
    office.service.end(second, Ending.FAILED, Problem("voice", ErrorCode.TIMEOUT, "Slow.", True))

    listed = office.run("jobs", "list").out.splitlines()
    failed = office.run("jobs", "list", "--status", "failed", "--json").json
    newest = office.run("jobs", "list", "--limit", "1", "--json").json

    assert [line.split()[0] for line in listed] == ["ID", second, first]
    assert "queued" in listed[2]
    assert listed[2].rstrip().endswith("[bold]One")
    assert listed[1].rstrip().endswith("Slow.")
    assert [job["id"] for job in failed] == [second]
    assert [job["id"] for job in newest] == [second]


def test_lists_go_on_over_several_pages(office: Office) -> None:
    ids = [office.submitted() for _ in range(103)]

    listed = office.run("jobs", "list", "--limit", "102", "--json").json

    assert [job["id"] for job in listed] == ids[:0:-1]


def test_a_state_that_does_not_exist_is_told_with_those_that_do(office: Office) -> None:
    ran = office.run("jobs", "list", "--status", "broken")

    assert ran.code == 2
    assert "awaiting_review" in ran.err


def test_the_document_of_a_job_can_be_submitted_again(office: Office) -> None:
    job_id = office.submitted(title="Tea", scenes=[{"narration": "One."}])
    document = office.run("jobs", "show", job_id, "--document").out
    path = office.desk.write("again.json", document.encode())

    again = office.run("submit", str(path))

    assert office.job(again.out.strip())["document"] == office.job(job_id)["document"]


def test_jobs_are_cancelled_by_name(office: Office) -> None:
    job_id = office.submitted()

    ran = office.run("jobs", "cancel", job_id)
    unknown = office.run("jobs", "cancel", "job-none", "--json")

    assert ran.out == f"{job_id}: cancelled (run 1)\n"
    assert unknown.code == 2
    assert "there is no job job-none" in unknown.json["error"]


def test_jobs_queued_since_before_a_time_are_cancelled_together(office: Office) -> None:
    waiting = [office.submitted(), office.submitted()]
    running_job = office.submitted()
    office.service.begin(running_job)
    soon = (datetime.now(UTC) + timedelta(minutes=1)).isoformat()
    earlier = (datetime.now(UTC) - timedelta(hours=1)).isoformat()

    none = office.run("jobs", "cancel", "--before", earlier, "--yes")
    unasked = office.run("jobs", "cancel", "--before", soon)
    states_before = {job["status"] for job in office.jobs()}
    ran = office.run("jobs", "cancel", "--before", soon, "--yes", "--json")

    assert (none.code, none.out) == (0, "")
    assert unasked.code == 2
    assert "give --yes to cancel 2 queued jobs" in unasked.err
    assert states_before == {"queued", "generating"}
    assert {job["id"] for job in ran.json} == set(waiting)
    assert office.job(running_job)["cancel_requested"] is False


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        pytest.param((), "name the jobs to cancel, or give --before", id="neither"),
        pytest.param(("job-1", "--before", "2026-03-01"), "or give --before", id="both"),
        pytest.param(("--before", "yesterday"), "'yesterday' is not a time", id="no time"),
        pytest.param(("../keys",), "is not the id of a job", id="a path"),
    ],
)
def test_what_to_cancel_must_be_clear(
    office: Office, arguments: tuple[str, ...], says: str
) -> None:
    ran = office.run("jobs", "cancel", *arguments)

    assert ran.code == 2
    assert says in ran.err


def test_a_job_that_has_ended_can_be_run_again_from_a_stage(office: Office) -> None:
    job_id = office.submitted()
    early = office.run("jobs", "retry", job_id)
    office.service.end(job_id, Ending.CANCELLED)

    wrong = office.run("jobs", "retry", job_id, "--from", "singing")
    ran = office.run("jobs", "retry", job_id, "--from", "voice")

    assert (early.code, wrong.code, ran.code) == (2, 2, 0)
    assert "it has not ended" in early.err
    assert "voice" in wrong.err
    assert ran.out == f"{job_id}: queued (run 2)\n"


def test_a_job_that_does_not_wait_for_review_is_not_approved(office: Office) -> None:
    ran = office.run("jobs", "approve", office.submitted())

    assert ran.code == 2
    assert "does not wait for review" in ran.err


@pytest.mark.parametrize("command", [("--help",), ("jobs", "--help"), ("submit", "--help")])
def test_help_loads_nothing_that_takes_long(desk: Desk, command: tuple[str, ...]) -> None:
    slow = ("apache_beam", "fastapi", "sqlalchemy", "httpx")
    program = (
        "import sys; from pipeline.cli import app\n"
        f"app({list(command)!r}, standalone_mode=False)\n"
        f"sys.exit(', '.join(name for name in {slow!r} if name in sys.modules) or 0)"
    )

    ran = subprocess.run(
        [sys.executable, "-c", program],
        env=desk.environment(PYTHONPATH=str(REPOSITORY)),
        capture_output=True,
        text=True,
        check=False,
    )

    assert (ran.returncode, ran.stderr) == (0, "")


@pytest.mark.parametrize("command", ["list", "watch"])
def test_talking_to_a_service_loads_neither_beam_nor_the_service(
    office: Office, command: str
) -> None:
    job_id = office.submitted()
    office.service.end(job_id, Ending.CANCELLED)
    arguments = ["jobs", command, *([job_id] if command == "watch" else [])]
    slow = ("apache_beam", "fastapi")
    program = (
        "import sys; from pipeline.cli import app\n"
        f"app({arguments!r}, standalone_mode=False)\n"
        f"sys.exit(', '.join(name for name in {slow!r} if name in sys.modules) or 0)"
    )
    key = office.service.client.headers["Authorization"].removeprefix("Bearer ")

    ran = subprocess.run(
        [sys.executable, "-c", program],
        env={
            **os.environ,
            "PYTHONPATH": str(REPOSITORY),
            "AIPROD_URL": office.service.url,
            "AIPROD_API_KEY": key,
        },
        cwd=office.desk.folder,
        capture_output=True,
        text=True,
        check=False,
    )

    assert not any(name in ran.stderr for name in slow)
    assert job_id in ran.stdout
