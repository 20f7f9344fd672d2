import pytest

from jobs.elements import DeadLetter
from tests.api.service import Service


def test_dead_letters_are_listed_newest_first(service: Service) -> None:
    made = [
        service.services.dead_letters.record(DeadLetter("not JSON", "decode", f"message {n}"))
        for n in range(3)
    ]

    first = service.client.get("/v1/dead-letters?limit=2").json()
    second = service.client.get(
        "/v1/dead-letters", params={"limit": 2, "cursor": first["next_cursor"]}
    ).json()

    listed = first["dead_letters"] + second["dead_letters"]
    times = [one["last_at"] for one in listed]
    assert sorted(one["id"] for one in listed) == sorted(made)
    assert times == sorted(times, reverse=True)  # several may come in one millisecond
    assert second["next_cursor"] is None


def test_a_dead_letter_is_sent_again(service: Service) -> None:
    letter = service.services.dead_letters.record(DeadLetter("not JSON", "decode", "a message"))

    before = service.client.get(f"/v1/dead-letters/{letter}").json()
    answer = service.client.post(f"/v1/dead-letters/{letter}/replay")

    assert (before["reason"], before["attempts"], before["replayed_at"]) == ("not JSON", 1, None)
    assert answer.status_code == 202
    assert answer.json()["replayed_at"]
    assert service.rings.published == [b"a message"]
    assert service.services.audit.page("acme", 1)[0].action == "dead_letter.replayed"


def test_a_dead_letter_that_cannot_be_sent_stays(service: Service) -> None:
    letter = service.services.dead_letters.record(DeadLetter("not JSON", "decode", "a message"))
    service.rings.is_away = True

    answer = service.client.post(f"/v1/dead-letters/{letter}/replay")

    assert answer.status_code == 503
    assert service.client.get(f"/v1/dead-letters/{letter}").json()["replayed_at"] is None


@pytest.mark.parametrize(
    ("method", "address"),
    [
        ("GET", "/v1/dead-letters"),
        ("GET", f"/v1/dead-letters/{'0' * 64}"),
        ("POST", f"/v1/dead-letters/{'0' * 64}/replay"),
        ("GET", "/metrics"),
    ],
)
def test_what_concerns_all_tenants_is_for_operators(
    service: Service, method: str, address: str
) -> None:
    admin = service.client_with("admin")

    answer = admin.request(method, address)

    assert (answer.status_code, answer.json()["scope"]) == (403, "operator")


def test_a_dead_letter_that_never_was_is_not_there(service: Service) -> None:
    assert service.client.get(f"/v1/dead-letters/{'0' * 64}").status_code == 404
