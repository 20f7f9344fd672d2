"""Rows handed to the service: once each, however often the command is run."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.pipeline.conftest import Desk
from tests.pipeline.office import Office, open_office

FILES = {"final.mp4": b"moving pictures"}
CARD = {"title": "{{ name }}", "scenes": [{"narration": "Hello {{ name }}."}]}


@pytest.fixture
def office(desk: Desk) -> Iterator[Office]:
    with open_office(desk) as opened:
        opened.desk.write("card.json", CARD)
        opened.desk.write("rows.csv", b"name\nAnn\nBob\n")
        yield opened


def submit(office: Office, *arguments: str) -> list[str]:
    ran = office.run("submit", "card.json", "--rows", "rows.csv", *arguments)
    assert ran.code == 0, ran.err
    return ran.out.split()


def results(office: Office) -> list[dict[str, Any]]:
    path = office.desk.folder / "out" / "card-rows.results.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_each_row_is_submitted_and_its_id_printed(office: Office) -> None:
    ids = submit(office)

    assert [office.job(one)["title"] for one in ids] == ["Ann", "Bob"]
    assert [(one["row"], one["id"], one["status"]) for one in results(office)] == [
        (1, ids[0], "queued"), (2, ids[1], "queued"),
    ]  # fmt: skip


def test_running_it_again_submits_only_what_is_new(office: Office) -> None:
    first = submit(office)
    office.desk.write("rows.csv", b"name\nEve\nAnn\nBob\n")

    second = submit(office)

    assert second[1:] == first
    assert len(office.jobs()) == 3


def test_a_picture_that_changed_makes_another_job(office: Office) -> None:
    scene = {"duration_s": 1, "visual": {"type": "image", "uri": "{{ name }}.png"}}
    office.desk.write("card.json", {"scenes": [scene]})
    office.picture("Ann.png")
    office.picture("Bob.png")
    first, again = submit(office), submit(office)
    picture = (office.desk.folder / "Ann.png").read_bytes()
    office.desk.write("Ann.png", picture + b"more")

    changed = submit(office)

    assert again == first
    assert (changed[0] == first[0], changed[1] == first[1]) == (False, True)


def test_another_key_makes_other_jobs_of_the_same_rows(office: Office) -> None:
    first, second = submit(office), submit(office, "--idempotency-key", "again")

    assert len({*first, *second}) == 4


def test_waiting_fetches_the_video_of_each_row(office: Office) -> None:
    for job_id in submit(office):
        office.service.finish(job_id, FILES)

    ran = office.run("submit", "card.json", "--rows", "rows.csv", "--wait", "--json")

    assert (ran.code, ran.json["statuses"]) == (0, {"done": 2})
    for one in results(office):
        assert (office.desk.folder / one["video"]).read_bytes() == FILES["final.mp4"]


def test_a_wrong_row_submits_nothing(office: Office) -> None:
    office.desk.write("rows.csv", b"name\nAnn\n" + b"x" * 300 + b"\n")

    ran = office.run("submit", "card.json", "--rows", "rows.csv")

    assert ran.code == 2
    assert "rows.csv:3: column name: title has 300 characters" in ran.err
    assert "nothing was submitted" in ran.err
    assert office.jobs() == []


def test_a_row_that_the_service_refuses_does_not_stop_the_next(office: Office) -> None:
    office.desk.write("card.json", {**CARD, "webhook_url": "https://{{ name }}/"})
    office.desk.write("rows.csv", b"name\n127.0.0.1\nexample.com\n")

    ran = office.run("submit", "card.json", "--rows", "rows.csv")

    assert ran.code == 2
    assert "card.json rows.csv:2 127.0.0.1: " in ran.err
    assert [(one["row"], one["status"]) for one in results(office)] == [
        (1, "invalid"), (2, "queued"),
    ]  # fmt: skip
    assert len(office.jobs()) == 1


def test_rows_go_with_one_template(office: Office) -> None:
    ran = office.run("submit", "card.json", "card.json", "--rows", "rows.csv", "--json")

    assert (ran.code, "one template" in ran.json["error"]) == (2, True)
