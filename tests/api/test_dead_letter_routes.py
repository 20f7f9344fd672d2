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

    listed = [one["id"] for one in first["dead_letters"] + second["dead_letters"]]
    assert listed == made[::-1]
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


def test_dead_letters_are_for_operators(service: Service) -> None:
    writer = service.client_with("jobs:read", "jobs:write")

    assert writer.get("/v1/dead-letters").status_code == 403
    assert service.client.get(f"/v1/dead-letters/{'0' * 64}").status_code == 404
