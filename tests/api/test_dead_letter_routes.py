import threading

import pytest

from api.background import Relay
from jobs.elements import DeadLetter
from storage.outbox import Outbox
from tests.api.service import Service
from tests.pipeline.workers import until


def recorded(service: Service, message: bytes) -> str:
    return service.services.dead_letters.record(DeadLetter.of("not JSON", "decode", message)).id


def test_dead_letters_are_listed_newest_first(service: Service) -> None:
    made = [recorded(service, f"message {n}".encode()) for n in range(3)]

    first = service.client.get("/v1/dead-letters?limit=2").json()
    second = service.client.get(
        "/v1/dead-letters", params={"limit": 2, "cursor": first["next_cursor"]}
    ).json()

    listed = first["dead_letters"] + second["dead_letters"]
    times = [one["last_at"] for one in listed]
    assert sorted(one["id"] for one in listed) == sorted(made)
    assert times == sorted(times, reverse=True)  # several may come in one millisecond
    assert second["next_cursor"] is None


def test_a_dead_letter_is_handed_to_the_outbox_once(service: Service) -> None:
    letter = recorded(service, b"a message")

    before = service.client.get(f"/v1/dead-letters/{letter}").json()
    answers = [service.client.post(f"/v1/dead-letters/{letter}/replay") for _ in range(2)]

    (posted,) = Outbox(service.services.database).take(10, 30)
    assert (before["reason"], before["attempts"], before["replayed_at"]) == ("not JSON", 1, None)
    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].json() == answers[1].json()
    assert (answers[0].json()["attempts"], before["is_whole"]) == (0, True)
    assert posted.payload == b"a message"
    assert service.rings.commits == 2
    assert [row.action for row in service.services.audit.page("acme", 2)] == [
        "dead_letter.replayed", "key.made",
    ]  # fmt: skip


def test_a_dead_letter_is_sent_when_pubsub_answers_again(service: Service) -> None:
    letter = recorded(service, b"a message")
    relay, stop = Relay(Outbox(service.services.database), service.rings), threading.Event()
    service.rings.is_away = True

    answer = service.client.post(f"/v1/dead-letters/{letter}/replay")
    service.rings.is_away = False
    thread = threading.Thread(target=relay.run, args=(stop,))
    thread.start()
    until(lambda: service.rings.published, "the message")
    stop.set()
    relay.wake()
    thread.join()

    assert answer.status_code == 202
    assert service.rings.published == [b"a message"]


def test_a_dead_letter_that_is_not_kept_as_it_came_is_refused(service: Service) -> None:
    letter = recorded(service, b"x" * 9000)

    answer = service.client.post(f"/v1/dead-letters/{letter}/replay")

    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    assert "longer than the 8,192 bytes that are kept" in answer.json()["detail"]
    assert service.client.get(f"/v1/dead-letters/{letter}").json()["is_whole"] is False
    assert Outbox(service.services.database).take(10, 30) == ()


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
