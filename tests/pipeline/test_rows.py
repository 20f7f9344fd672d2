"""A template with rows: all are checked before one is made, and each is told how it ended."""

import io
import json
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.pipeline.conftest import Desk

Build = Callable[..., dict[str, Any]]

CARD = {"prompt": "Hello {{ name }}.", "budget_usd": "{{ budget }}"}


def tiny(build: Build) -> dict[str, Any]:
    scene = {"duration_s": "{{ seconds }}", "visual": {"type": "color", "color": "{{ color }}"}}
    return build(title="Card for {{ id }}", scenes=[scene], captions={"burn_in": False})


def results(desk: Desk, name: str = "card-rows") -> list[dict[str, Any]]:
    lines = (desk.folder / "out" / f"{name}.results.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in lines.splitlines()]


def test_each_row_becomes_a_video(desk: Desk, small_job: Build) -> None:
    card = str(desk.write("card.json", tiny(small_job)))
    rows = str(desk.write("rows.csv", b"id,seconds,color\none,0.5,#204060\ntwo,1,#602040\n"))

    ran = desk.run("render", card, "--rows", rows, "--json")
    again = desk.run("render", card, "--rows", rows)

    assert (ran.code, again.code) == (0, 0)
    assert (ran.json["rows"], ran.json["statuses"]) == (2, {"done": 2})
    assert ran.json["results"] == "out/card-rows.results.jsonl"
    found = results(desk)
    assert [(one["row"], one["line"], one["name"]) for one in found] == [
        (1, 2, "one"), (2, 3, "two"),
    ]  # fmt: skip
    assert all((desk.folder / one["video"]).is_file() for one in found)
    assert all(one["id"].startswith(f"{one['name']}-") for one in found)
    assert [(one["made"], one["status"]) for one in found] == [(0, "done")] * 2
    assert "job one-" not in again.out  # found finished: nothing was started


def test_a_damaged_video_is_made_again(desk: Desk, small_job: Build) -> None:
    card = str(desk.write("card.json", tiny(small_job)))
    rows = str(desk.write("rows.csv", b"id,seconds,color\none,0.5,#204060\n"))
    desk.run("render", card, "--rows", rows)
    video = desk.folder / results(desk)[0]["video"]
    whole = video.read_bytes()
    video.unlink()
    video.write_bytes(whole[:-1])

    desk.run("render", card, "--rows", rows)

    assert video.read_bytes() == whole


def test_after_a_kill_the_rows_go_on_and_the_results_are_complete(
    desk: Desk, small_job: Build
) -> None:
    card = str(desk.write("card.json", tiny(small_job)))
    lines = [b"id,seconds,color", *(b"r%d,%d,#204060" % (n, n) for n in range(1, 4))]
    rows = str(desk.write("rows.csv", b"\n".join(lines)))
    with desk.start("render", card, "--rows", rows) as process:
        assert process.stdout is not None
        for said in process.stdout:
            if "job r2-" in said:
                break
        os.kill(process.pid, signal.SIGKILL)
        process.communicate(timeout=60)
    before = results(desk)

    ran = desk.run("render", card, "--rows", rows, "--json")

    assert [one["name"] for one in before] == ["r1"]
    assert ran.json["statuses"] == {"done": 3}
    assert "job r1-" not in ran.err
    assert [(one["name"], one["status"]) for one in results(desk)] == [
        ("r1", "done"), ("r2", "done"), ("r3", "done"),
    ]  # fmt: skip


def test_a_job_that_fails_does_not_stop_the_next_row(desk: Desk, small_job: Build) -> None:
    card = str(desk.write("card.json", tiny(small_job)))
    desk.write("rows.csv", b"id,seconds,color\nlong,31,#204060\ngood,0.5,#204060\n")
    arguments = ("--rows", str(desk.folder / "rows.csv"), "--set", "preset=quick_social")

    ran = desk.run("render", card, *arguments, "--json")

    assert ran.code == 1
    assert [(one["name"], one["status"]) for one in results(desk)] == [
        ("long", "failed"), ("good", "done"),
    ]  # fmt: skip
    assert results(desk)[0]["problems"]


def test_a_picture_that_is_gone_when_its_turn_comes_is_told(desk: Desk, small_job: Build) -> None:
    scene = {"duration_s": 1, "visual": {"type": "image", "uri": "{{ picture }}"}}
    card = str(desk.write("card.json", small_job(scenes=[scene], captions={"burn_in": False})))
    for name in ("a.png", "b.png"):
        buffer = io.BytesIO()
        Image.new("RGB", (160, 90)).save(buffer, "PNG")
        desk.write(name, buffer.getvalue())
    rows = str(desk.write("rows.csv", b"picture\na.png\nb.png\n"))

    with desk.start("render", card, "--rows", rows) as process:
        assert process.stdout is not None
        process.stdout.readline()  # all rows were checked
        (desk.folder / "b.png").unlink()
        _out, err = process.communicate(timeout=60)

    assert process.returncode == 1
    assert "aiprod: card.json rows.csv:3: b.png cannot be read: No such file" in err
    assert [one["status"] for one in results(desk)] == ["done", "invalid"]


@pytest.mark.parametrize("command", ["render", "plan", "validate"])
def test_a_wrong_row_stops_everything_and_is_told_by_line_and_column(
    desk: Desk, command: str
) -> None:
    card = str(desk.write("card.json", CARD))
    rows = desk.write("rows.csv", b"name,budget\nAnn,1\nBob,much\n,2\nEve\n")

    ran = desk.run(command, card, "--rows", str(rows))

    head, *told = ran.err.splitlines()
    assert ran.code == 2
    assert head.startswith(f"aiprod: {rows}: 2 mistakes in 2 of 4 rows; ")
    assert told == [
        f'  {rows}:3: column budget: budget_usd is "much": give a number from 0 to 1,000,000.',
        f"  {rows}:5: the row has 1 cell, the header has 2: give as many; a cell with a comma or "
        "a line break in it stands in quotes.",
    ]
    assert not (desk.folder / "out").exists()
    assert not (desk.folder / "data").exists()


def test_wrong_rows_are_left_out_when_asked_for(desk: Desk, small_job: Build) -> None:
    card = str(desk.write("card.json", tiny(small_job)))
    rows = str(desk.write("rows.csv", b"id,seconds,color\none,long,#204060\ntwo,0.5,#602040\n"))

    ran = desk.run("render", card, "--rows", rows, "--skip-wrong-rows", "--json")

    wrong, good = results(desk)
    assert ran.code == 0
    assert "column seconds" in ran.err
    assert (wrong["status"], wrong["id"], good["status"]) == ("invalid", None, "done")
    assert wrong["mistakes"] == [
        {
            "columns": ["seconds"],
            "path": "scenes[0].duration_s",
            "message": 'scenes[0].duration_s is "long": give a number from 0.1 to 600.',
        }
    ]


def test_when_every_row_is_wrong_nothing_is_left_to_make(desk: Desk) -> None:
    card = str(desk.write("card.json", CARD))
    rows = str(desk.write("rows.csv", b"name,budget\nAnn,much\n"))

    ran = desk.run("render", card, "--rows", rows, "--skip-wrong-rows", "--json")

    assert (ran.code, ran.json["status"], ran.json["wrong_rows"]) == (2, "invalid", 1)


def test_json_of_validate_tells_rows_columns_and_places(desk: Desk) -> None:
    card = str(desk.write("card.json", CARD))
    rows = str(desk.write("rows.jsonl", b'{"name": "Ann", "budget": 1}\n{"name": "Bob"}\n'))

    ran = desk.run("validate", card, "--rows", rows, "--json")

    assert ran.code == 2
    assert ran.json == {
        "valid": False, "rows": 2, "wrong_rows": 1, "more": 0, "notes": [],
        "mistakes": [
            {
                "row": 2,
                "line": 2,
                "columns": ["budget"],
                "path": "budget_usd",
                "message": "is missing: budget_usd needs it; give null to leave it empty.",
            }
        ],
    }  # fmt: skip


def test_what_is_wrong_in_every_row_is_told_once(desk: Desk) -> None:
    card = str(desk.write("card.json", {**CARD, "colour": "red"}))
    rows = desk.write("rows.csv", b"name,budget\n" + b"Ann,1\n" * 500)

    ran = desk.run("validate", card, "--rows", str(rows))

    _, only = ran.err.splitlines()
    assert only.startswith(f"  {rows}:2: colour is not a known field")
    assert only.endswith("(also in 499 more rows)")


def test_a_file_that_is_wrong_throughout_is_told_in_a_page(desk: Desk) -> None:
    card = str(desk.write("card.json", CARD))
    rows = desk.write("rows.csv", b"name,budget\n" + b"Ann,much\n" * 1000)

    ran = desk.run("validate", card, "--rows", str(rows))

    assert len(ran.err.splitlines()) == 202
    assert ran.err.splitlines()[-1] == "  ... and 800 more mistakes."


def test_plan_adds_up_the_rows(desk: Desk, small_job: Build) -> None:
    card = str(desk.write("card.json", tiny(small_job)))
    rows = str(desk.write("rows.csv", b"id,seconds,color\none,1,#204060\ntwo,2,#602040\n"))

    ran = desk.run("plan", card, "--rows", rows, "--json")

    assert (ran.json["rows"], ran.json["length_s"], ran.json["frames"]) == (2, 3.0, 72)
    assert not (desk.folder / "data").exists()


def test_uris_in_rows_start_at_the_template(desk: Desk) -> None:
    scene = {"duration_s": 1, "visual": {"type": "image", "uri": "{{ picture }}"}}
    card = str(desk.write("cards/card.json", {"scenes": [scene]}))
    rows = desk.write("rows.csv", b"picture\ngone.jpg\n")

    ran = desk.run("validate", card, "--rows", str(rows))

    says = "column picture: scenes[0].visual.uri: there is no file gone.jpg (looked for"
    assert f"{rows}:2: {says} {desk.folder}/cards/gone.jpg)" in ran.err


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        pytest.param("rows.csv", b"", "rows.csv: empty", id="empty"),
        pytest.param("rows.csv", b"name,budget\n", "rows.csv: there are no rows", id="header only"),
        pytest.param("rows.jsonl", b"\n", "rows.jsonl: there are no rows", id="no lines"),
        pytest.param("rows.csv", b"names\nAnn\n", "2 columns are missing", id="columns"),
        pytest.param("rows.csv", None, "rows.csv: cannot be read: No such file", id="gone"),
        pytest.param("rows.xlsx", b"PK", "give a file called .csv or .jsonl", id="a workbook"),
        pytest.param(
            "rows.csv", b"id,name,budget\n7,A,1\n7,B,1\n",
            "rows.csv:3: column id: 7 is in line 2 already", id="an id twice",
        ),
    ],
)  # fmt: skip
def test_rows_that_cannot_be_used(desk: Desk, name: str, content: bytes | None, says: str) -> None:
    card = str(desk.write("card.json", CARD))
    if content is not None:
        desk.write(name, content)

    ran = desk.run("render", card, "--rows", name)

    assert ran.code == 2
    assert says in ran.err
    assert "Traceback" not in ran.err


def test_unused_columns_are_only_noted(desk: Desk) -> None:
    card = str(desk.write("card.json", CARD))
    desk.write("rows.csv", b"id,name,budget,nmae\n1,Ann,1,x\n")

    ran = desk.run("validate", card, "--rows", "rows.csv")

    assert ran.code == 0
    assert ran.err == (
        "aiprod: note: rows.csv: column nmae (did you mean name?): not used by the template\n"
    )


def test_set_may_place_a_column(desk: Desk) -> None:
    desk.write("card.json", {"prompt": "Hello."})
    desk.write("rows.csv", b"name\nAnn\n")

    ran = desk.run("validate", "card.json", "--rows", "rows.csv", "--set", "title={{ name }}")

    assert ran.code == 0


def test_rows_go_with_one_template(desk: Desk) -> None:
    ran = desk.run("render", "a.json", "b.json", "--rows", "rows.csv")

    assert (ran.code, ran.err) == (
        2, "aiprod: --rows goes with one template, and there are 2 files\n",
    )  # fmt: skip


def test_the_example_is_valid() -> None:
    from pipeline.row_check import tally_of
    from pipeline.row_jobs import RowJobs

    folder = Path(__file__).parents[2] / "examples" / "templates"
    jobs = RowJobs(folder / "greeting.json", folder / "greeting.csv")

    tally = tally_of(jobs)

    assert (tally.rows, tally.told, jobs.notes) == (3, [], [])
