"""`aiprod reprocess` over jobs that were rendered."""

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import create_engine, select, update

from jobs.slate import LOCAL_TENANT
from jobs.submission import InputFile
from pipeline.alone import alone
from storage.catalogue import Catalogue
from storage.database import sqlite_url
from storage.directory import DirectoryBlobs
from storage.tables import JOB_EVENTS, JOBS
from tests.chaos.reprocessing import document
from tests.pipeline.past import Past

LOUDER = ("--set", "output.loudness=ebu")
IDS = ("job-1", "job-2", "job-3")


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Past:
    """Three jobs that are done. Nobody changes them: `past` is a copy."""
    past = Past(tmp_path_factory.mktemp("rendered"))
    past.make({job_id: document(number) for number, job_id in enumerate(IDS, 1)})
    return past


@pytest.fixture
def past(rendered: Past, tmp_path: Path) -> Past:
    return rendered.copy(tmp_path / "past")


@pytest.fixture(scope="module")
def louder(rendered: Past, tmp_path_factory: pytest.TempPathFactory) -> tuple[Past, list[Any]]:
    """The three jobs, one reprocessed as a canary and then the others; what was told."""
    past = rendered.copy(tmp_path_factory.mktemp("louder") / "past")
    first = past.told("--status", "done", *LOUDER, "--canary", "1")
    canary = past.jobs(), past.shown("job-1"), past.shown("job-2")
    again = past.told("--status", "done", *LOUDER)
    rest = past.told("--continue", first["id"])
    return past, [first, canary, again, rest]


def test_a_canary_is_run_and_shown_and_nothing_else(louder: tuple[Past, list[Any]]) -> None:
    past, (first, canary, *_) = louder
    sheet = past.folder / "out" / first["id"] / "job-1.jpg"

    assert (first["jobs"], first["done"], first["waiting"]) == (3, 1, 2)
    assert canary == (
        {"job-1": ("done", 2), "job-2": ("done", 1), "job-3": ("done", 1)}, (2, 2), (1, 1),
    )  # fmt: skip
    with Image.open(sheet) as picture:
        assert picture.height == 2 * 240 + 4


def test_a_canary_that_is_all_there_is_is_shown_too(past: Past) -> None:
    result = past.run("job-1", "--set", "title=New", "--canary", "5", "--yes")

    assert result.exit_code == 0, result.stderr
    *_, compared, sheet, back = result.stdout.splitlines()
    assert compared.startswith("  job-1: ")
    assert compared.endswith("; 1 part made, 4 reused")
    assert Path(sheet.strip()).name == "job-1.jpg"
    assert back.startswith("  show the videos of before:  aiprod reprocess --rollback re-")


def test_a_canary_of_a_list_counts_what_is_left_without_broken_lines(past: Past) -> None:
    (past.folder / "jobs.jsonl").write_text("job-1\njob-2\n{\n")

    told = past.run("--from", "jobs.jsonl", "--set", "title=New", "--canary", "1", "--yes").stdout

    assert "  2 of 3: 1 waiting, 1 done, 1 refused\n" in told
    assert "  run the 1 that is left:     aiprod reprocess --continue re-" in told


def test_a_run_of_all_jobs_draws_no_pictures(past: Past) -> None:
    result = past.run("job-1", "--set", "title=New", "--yes")

    assert result.exit_code == 0, result.stderr
    assert result.stdout.splitlines()[-1].endswith(".jsonl")
    assert list((past.folder / "out").glob("re-*/*")) == []


def test_the_same_command_after_a_canary_begins_nothing_new(
    louder: tuple[Past, list[Any]],
) -> None:
    _, (first, _, again, _) = louder

    assert again == first


def test_continue_does_the_rest(louder: tuple[Past, list[Any]]) -> None:
    past, (first, *_, rest) = louder

    assert (rest["id"], rest["done"], rest["waiting"]) == (first["id"], 3, 0)
    lines = past.report(rest)
    assert [(line["id"], line["state"], line["run"]) for line in lines] == [
        (job_id, "done", 2) for job_id in IDS
    ]
    for line in lines:
        assert line["after"]["lufs"] == pytest.approx(-23.0, abs=0.5)
        assert line["before"]["lufs"] > line["after"]["lufs"] + 5
        assert line["reused"] >= 3  # voice, picture, chunk
    assert {past.shown(job_id) for job_id in IDS} == {(2, 2)}


def test_nothing_is_made_twice(louder: tuple[Past, list[Any]]) -> None:
    past, _ = louder

    assert past.made_twice() == []


def test_a_rollback_shows_the_videos_of_before_however_often(
    louder: tuple[Past, list[Any]], tmp_path: Path
) -> None:
    past, (first, *_) = louder
    past = past.copy(tmp_path / "past")

    once = past.told("--rollback", first["id"])
    shown = {job_id: past.shown(job_id) for job_id in IDS}
    ledger, _ = past.contents()
    twice = past.told("--rollback", first["id"])

    assert once == twice == {"id": first["id"], "rolled_back": 3, "not_rolled_back": {}}
    assert shown == dict.fromkeys(IDS, (1, 1))
    assert past.contents()[0] == ledger


def test_a_rollback_leaves_a_job_that_was_run_again_since(
    louder: tuple[Past, list[Any]], tmp_path: Path
) -> None:
    past, (first, *_) = louder
    past = past.copy(tmp_path / "past")
    past.told("job-2", "--set", "title=New")

    result = past.run("--rollback", first["id"])

    assert result.exit_code == 1
    assert "2 jobs show the video of before again" in result.stdout
    assert "job-2: not rolled back: another run has delivered since" in result.stdout
    assert (past.shown("job-1"), past.shown("job-2")) == ((1, 1), (3, 3))


def test_a_rollback_leaves_a_job_whose_video_of_before_is_gone(
    louder: tuple[Past, list[Any]], tmp_path: Path
) -> None:
    past, (first, *_) = louder
    past = past.copy(tmp_path / "past")
    with past.database() as database:
        before = Catalogue(database).video(LOCAL_TENANT, "job-2", 1)
    assert before is not None
    (past.data / before.files["final.mp4"]).unlink()

    result = past.run("--rollback", first["id"])

    assert result.exit_code == 1
    assert "job-2: not rolled back: files of the video of before are gone" in result.stdout
    assert (past.shown("job-1"), past.shown("job-2")) == ((1, 1), (2, 2))


def test_a_job_that_was_rolled_back_is_run_again_from_what_it_shows(
    louder: tuple[Past, list[Any]], tmp_path: Path
) -> None:
    past, (first, *_) = louder
    past = past.copy(tmp_path / "past")
    past.told("--rollback", first["id"])

    told = past.told("job-1", "--set", "title=New")

    (line,) = past.report(told)
    assert (line["state"], line["run"], line["before"]["run"]) == ("done", 3, 1)
    assert line["after"]["lufs"] == pytest.approx(line["before"]["lufs"], abs=0.1)
    assert past.shown("job-1") == (3, 3)


def test_the_next_job_begins_when_one_ends_however_long_another_takes(past: Past) -> None:
    scene = {"duration_s": 12, "visual": {"type": "title", "text": "Wait"}}
    long = {"scenes": [scene], "output": {"height": 480, "quality": "standard"}}
    lines = [{"id": "job-1", "patch": long}, {"id": "job-2"}, {"id": "job-3"}]
    (past.folder / "jobs.jsonl").write_text("\n".join(map(json.dumps, lines)))

    told = past.told("--from", "jobs.jsonl", *LOUDER, "--side-by-side", "2")

    events = select(JOB_EVENTS.c.job_id, JOB_EVENTS.c.kind).where(JOB_EVENTS.c.generation == 2)
    with closing(create_engine(sqlite_url(past.data)).connect()) as connection:
        order = [tuple(row) for row in connection.execute(events.order_by(JOB_EVENTS.c.at))]
    assert told["done"] == 3
    assert order.index(("job-2", "done")) < order.index(("job-3", "planning"))
    assert order.index(("job-3", "planning")) < order.index(("job-1", "done"))


def test_a_dry_run_changes_nothing(past: Past) -> None:
    before = past.contents()

    result = past.run("--status", "done", "--set", "scenes[0].narration=New.", "--dry-run")

    assert result.exit_code == 0, result.output
    assert "3 would be run again" in result.stdout
    assert past.contents() == before
    assert not (past.folder / "out" / "job-1.jpg").exists()


def test_what_is_asked_without_yes_and_without_a_terminal_is_not_begun(past: Past) -> None:
    before = past.contents()

    result = past.run("--status", "done", *LOUDER)

    assert result.exit_code == 2
    assert past.contents() == before


def test_a_request_that_changes_nothing_runs_nothing(past: Past) -> None:
    told = past.told()

    assert (told["jobs"], told["unchanged"], told["done"]) == (3, 3, 0)
    assert set(past.jobs().values()) == {("done", 1)}


def test_only_refuses_jobs_of_which_more_would_be_made(past: Past) -> None:
    patch = {"scenes": [{"narration": "New.", "visual": {"type": "color", "color": "#204060"}}]}
    lines = [{"id": "job-1", "patch": patch}, {"id": "job-2"}]
    (past.folder / "jobs.jsonl").write_text("\n".join(map(json.dumps, lines)))

    told = past.told("--from", "jobs.jsonl", "--only", "mix")

    one, two = past.report(told)
    assert one["state"] == "refused"
    assert "voice/000" in one["why"]
    assert "only mix may be" in one["why"]
    assert (two["state"], two["made"]) == ("done", 2)  # and what is finished from it
    assert past.jobs()["job-1"] == ("done", 1)


def test_the_first_refusals_are_told_with_their_reasons(past: Past) -> None:
    ids = ["job-9", "job-8", "job-7", "job-6"]

    result = past.run(*ids, *LOUDER, "--yes")

    assert result.exit_code == 1
    assert "  job-9: there is no job job-9\n" in result.stdout
    assert "  and 1 more, in the report\n" in result.stdout


def test_refusals_of_a_canary_are_told_once_and_there_is_no_way_back(past: Past) -> None:
    result = past.run("job-1", "--set", "output.height=7", "--set", "output.fps=7", "--yes",
                      "--canary", "1")  # fmt: skip

    *_, first, second, third, report = result.stdout.splitlines()
    assert first.startswith("  job-1: job job-1: 2 mistakes")
    assert second.startswith("      output.height is 7")
    assert third.startswith("      output.fps is 7")
    assert report.endswith(".jsonl")


def test_why_a_job_failed_is_told(past: Past) -> None:
    patch = {"scenes": [{"duration_s": 1, "visual": {"type": "image", "uri": "https://[::1]/a"}}]}
    (past.folder / "patch.json").write_text(json.dumps(patch))

    result = past.run("job-1", "--patch", "patch.json", "--yes")

    assert result.exit_code == 1
    assert "  job-1: scenes[0].visual.uri" in result.stdout


def test_a_dry_run_names_the_line_of_a_job_that_there_is_not(past: Past) -> None:
    (past.folder / "jobs.jsonl").write_text("job-1\njob-9\n")

    result = past.run("--from", "jobs.jsonl", *LOUDER, "--dry-run")

    assert "  refused: jobs.jsonl:2: there is no job job-9\n" in result.stdout


def test_jobs_that_cannot_be_run_are_told_and_the_others_run(past: Past) -> None:
    with closing(create_engine(sqlite_url(past.data)).connect()) as connection:
        connection.execute(update(JOBS).where(JOBS.c.id == "job-3").values(tenant="acme"))
        connection.commit()
    lines = [
        '{"id": "job-1", "patch": {"output": {"height": 7}}}', "{", "job-3", "job-9", "job-2",
        "job-2",
    ]  # fmt: skip
    (past.folder / "jobs.jsonl").write_text("\n".join(lines))

    result = past.run("--from", "jobs.jsonl", *LOUDER, "--yes", "--json")

    assert result.exit_code == 1
    found = {line["id"]: line for line in past.report(json.loads(result.stdout))}
    states = {job_id: line["state"] for job_id, line in found.items()}
    assert states == {
        "job-1": "refused", "jobs.jsonl:2": "refused", "job-3": "refused", "job-9": "refused",
        "job-2": "done",
    }  # fmt: skip
    assert "output.height" in found["job-1"]["why"]
    assert found["job-3"]["why"] == "there is no job job-3"
    assert found["job-9"]["place"] == "jobs.jsonl:4"


def test_two_that_give_the_same_command_do_not_work_beside_each_other(past: Past) -> None:
    first = past.told("--status", "done", *LOUDER, "--canary", "1")

    with alone(past.data, first["id"], "it is worked on"):
        result = past.run("--status", "done", *LOUDER, "--yes")

    assert result.exit_code == 1
    assert result.stderr == f"aiprod: {first['id']} is being worked on by another process\n"


def test_what_was_made_of_a_picture_that_is_gone_is_used(tmp_path: Path) -> None:
    past = Past(tmp_path / "past")
    picture = tmp_path / "tide.png"
    Image.new("RGB", (64, 36), "navy").save(picture)
    past.data.mkdir(parents=True)
    name = f"media/aa/{'a' * 64}.png"
    DirectoryBlobs(past.data).create(name, picture.read_bytes())
    scene = {"narration": "One.", "visual": {"type": "image", "uri": "tide.png"}}
    job = {**document(1), "scenes": [scene]}
    past.make({"job-1": job}, [InputFile(name, "tide.png", "image")])
    (past.data / name).unlink()

    told = past.told("job-1", *LOUDER)

    assert past.report(told)[0].get("problems") is None
    assert told["done"] == 1


def test_a_render_of_the_file_of_a_reprocessed_job_shows_the_new_video(tmp_path: Path) -> None:
    past = Past(tmp_path)
    file = past.desk.write("tide.json", document(1))
    job_id = json.loads(past.invoke("render", str(file), "--json").stdout)["id"]
    past.told(job_id, *LOUDER)
    after = past.shown(job_id)

    again = json.loads(past.invoke("render", str(file), "--json").stdout)

    assert (again["id"], again["status"], again["made"]) == (job_id, "done", 0)
    assert (after, past.shown(job_id)) == ((2, 2), (3, 3))
    with closing(create_engine(sqlite_url(past.data)).connect()) as connection:
        kinds = connection.scalars(select(JOB_EVENTS.c.kind)).all()
    assert kinds.count("done") == 3
