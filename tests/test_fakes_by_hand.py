"""What the stand-ins of paid services say to who tries the product by hand."""

from collections.abc import Iterator

import httpx
import pytest

from tests.fakes.suno import FakeSuno


@pytest.fixture
def by_hand() -> Iterator[httpx.Client]:
    fake = FakeSuno("fake-key")
    with fake.serving(), httpx.Client(base_url=fake.url, timeout=10) as client:
        yield client


def test_the_journal_has_what_was_asked(by_hand: httpx.Client) -> None:
    by_hand.post("/api/v1/generate", json={"style": "calm"})

    (asked,) = by_hand.get("/-/journal").json()
    assert (asked["path"], asked["body"]) == ("/api/v1/generate", '{"style":"calm"}')


def test_faults_by_hand_happen_in_their_order(by_hand: httpx.Client) -> None:
    to_come = by_hand.post("/-/faults", json=[{"status": 503}, {"status": 429}]).json()
    met = [by_hand.post("/api/v1/generate").status_code for _ in range(2)]

    assert [fault["status"] for fault in to_come] == met == [503, 429]
    assert by_hand.get("/-/faults").json() == []


@pytest.mark.parametrize("body", ['[{"bogus": 1}]', '{"status": 503}', "no JSON", "7"])
def test_a_fault_that_is_not_understood_is_told_what_it_may_have(
    by_hand: httpx.Client, body: str
) -> None:
    refused = by_hand.post("/-/faults", content=body)

    assert refused.status_code == 422
    assert "give a JSON list of objects with some of path, status," in refused.json()["error"]
