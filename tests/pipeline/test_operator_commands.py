from collections.abc import Iterator
from contextlib import closing

import pytest

from jobs.elements import DeadLetter
from storage.api_keys import ApiKeys
from storage.audit import AuditLog
from storage.database import open_database
from storage.outbox import Outbox
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
    letter = letters.record(DeadLetter.of("it is no JSON", "decode", b"\x1b[2Jgone")).id
    binary = letters.record(DeadLetter.of("it is no JSON", "decode", b"\xff")).id

    listed = office.run("dlq", "list").out
    shown = office.run("dlq", "show", letter)
    ran = office.run("dlq", "replay", letter)
    refused = office.run("dlq", "replay", binary)
    listed_after = office.run("dlq", "list").out
    shown_after = office.run("dlq", "show", letter).out

    assert letter in listed.splitlines()
    assert "it is no JSON" in listed
    assert "it is no JSON" in shown.out
    assert "\\x1b[2Jgone" in shown.out
    assert "\x1b" not in shown.out
    assert ran.out == f"{letter}: sent again\n"
    assert "sent again, not come back since, given up in decode" in listed_after
    assert "sent again, not come back since" in shown_after
    assert "came 0" not in listed_after + shown_after
    (sent,) = Outbox(office.service.services.database).take(10, 30)
    assert sent.payload == b"\x1b[2Jgone"
    assert "cannot be sent again" in office.run("dlq", "show", binary).out
    assert (refused.code, refused.out) == (2, "")
    assert "is not kept as it came" in refused.err


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


def test_the_first_key_of_a_tenant_needs_no_service_and_no_key(
    desk: Desk, empty_database_url: str
) -> None:
    nothing = {"ENVIRONMENT": "production", "DATABASE_URL": empty_database_url}

    first = desk.run_cold("keys", "open-tenant", "acme", "--days", "7", **nothing)
    second = desk.run("keys", "open-tenant", "acme", "--json", **nothing)
    operator = desk.run(
        "keys", "open-tenant", "ops", "--scope", "operator", "--name", "me", **nothing
    )

    with closing(open_database(empty_database_url)) as database:
        keys = ApiKeys(database)
        found = [keys.find(text) for text in (first.out.strip(), operator.out.strip())]
        rows = keys.page("acme")
        noted = AuditLog(database).page("acme", 10)
    assert [(one.tenant, sorted(one.scopes)) for one in found if one] == [
        ("acme", ["admin", "jobs:read", "jobs:write"]),
        ("ops", ["operator"]),
    ]
    assert "of tenant acme; in " in first.err
    assert (second.json["is_new"], second.json["key"][:4]) == (False, "aip_")
    assert [row.expires_at is None for row in sorted(rows, key=lambda row: row.created_at)] == [
        False, True,
    ]  # fmt: skip
    assert [(row.actor, row.action) for row in noted] == [("operator", "key.made")] * 2
    assert not [text for text in (first.err, operator.err) if "aip_" in text]


@pytest.mark.parametrize(
    ("arguments", "environment", "code", "said"),
    [
        pytest.param(("Acme!",), {}, 2, "tenant: give 1 to 80", id="no tenant"),
        pytest.param(("acme", "--scope", "root"), {}, 2, "scopes: give", id="no scope"),
        pytest.param(
            ("acme",),
            {"DATABASE_URL": "postgresql://u:hidden@127.0.0.1:9/db"},
            1,
            "the ledger 127.0.0.1 cannot be used",
            id="no database there",
        ),
    ],
)
def test_a_key_that_cannot_be_made_is_explained(
    desk: Desk, arguments: tuple[str, ...], environment: dict[str, str], code: int, said: str
) -> None:
    ran = desk.run("keys", "open-tenant", *arguments, **environment)

    assert (ran.code, ran.out) == (code, "")
    assert said in ran.err
    assert "hidden" not in ran.err
