from collections.abc import Iterator

import pytest

from jobs.elements import DeadLetter
from tests.pipeline.conftest import Desk
from tests.pipeline.office import Office, open_office


@pytest.fixture
def office(desk: Desk) -> Iterator[Office]:
    with open_office(desk) as opened:
        yield opened


def test_keys_are_made_listed_replaced_and_ended(office: Office) -> None:
    made = office.run("keys", "make", "render farm", "--scope", "jobs:read", "--days", "7")
    key = made.out.strip()
    listed = office.run("keys", "list", "--json").json
    farm = next(one for one in listed if one["name"] == "render farm")

    works = office.run("jobs", "list", AIPROD_API_KEY=key)
    rotated = office.run("keys", "rotate", farm["id"], "--json").json
    revoked = office.run("keys", "revoke", rotated["id"])
    table = office.run("keys", "list").out
    refused = office.run("jobs", "list", AIPROD_API_KEY=rotated["key"])

    assert works.code == 0
    assert rotated["rotated_from"] == farm["id"]
    assert revoked.out == f"{rotated['id']}: revoked\n"
    assert [line.split()[1] for line in table.splitlines() if rotated["id"] in line] == ["revoked"]
    assert key not in table
    assert refused.code == 2


def test_dead_letters_are_shown_as_text_and_sent_again(office: Office) -> None:
    letters = office.service.services.dead_letters
    letter = letters.record(DeadLetter("decode", "it is no JSON", "\x1b[2Jgone"))

    listed = office.run("dlq", "list").out
    shown = office.run("dlq", "show", letter)
    ran = office.run("dlq", "replay", letter)

    assert listed.splitlines()[0] == letter
    assert "it is no JSON" in listed
    assert "it is no JSON" in shown.out
    assert "\\x1b[2Jgone" in shown.out
    assert "\x1b" not in shown.out
    assert ran.out == f"{letter}: sent again\n"
    assert office.service.rings.published == [b"\x1b[2Jgone"]


def test_webhooks_are_listed_and_sent_again(office: Office) -> None:
    job_id = office.submitted(
        scenes=[{"narration": "One."}], webhook_url="https://example.com/hook"
    )
    office.service.client.post(f"/v1/jobs/{job_id}/cancel")

    listed = office.run("webhooks", "log", job_id, "--json").json
    table = office.run("webhooks", "log", job_id).out
    ran = office.run("webhooks", "replay", listed[0]["id"])

    assert [(one["kind"], one["status"]) for one in listed] == [("job.cancelled", "pending")]
    assert "not sent yet" in table
    assert ran.out == f"{listed[0]['id']}: pending\n"


def test_the_secret_of_webhooks_is_replaced_and_printed_once(office: Office) -> None:
    first = office.run("webhooks", "rotate-secret").out
    second = office.run("webhooks", "rotate-secret", "--json").json["secret"]

    assert first.startswith("whsec_")
    assert second.startswith("whsec_")
    assert first.strip() != second
