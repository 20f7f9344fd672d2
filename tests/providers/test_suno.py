import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from jobs.errors import (
    Charged,
    ContentRefused,
    ProviderAccess,
    ProviderError,
    ProviderRejected,
    ProviderUnavailable,
    ProviderUnusable,
)
from providers.remote import LONGEST_WISH_S
from providers.service import NEXT_RUN_S, Access, Call
from providers.suno import Suno, SunoSession
from providers.takes import Music, Sound
from tests.fakes.films import song_mp3
from tests.fakes.service import Fault
from tests.fakes.suno import STEPS, FakeSuno
from tests.providers.desk import CALL_ID, HTML, Desk
from tests.providers.reading import read

PIANO = Music("calm piano", 30.0)


@pytest.fixture(scope="module")
def service() -> Iterator[FakeSuno]:
    with FakeSuno().rehearsed().serving() as found:
        yield found


@pytest.fixture
def fake(service: FakeSuno) -> FakeSuno:
    service.clear()
    return service


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def opened(fake: FakeSuno, desk: Desk) -> Iterator[Callable[..., SunoSession]]:
    sessions = []

    def build(**changes: Any) -> SunoSession:
        access = Access(desk.access.key, desk.access.renew, read)
        sessions.append(Suno(fake.url, **changes).open(access))
        return sessions[-1]

    yield build
    for session in sessions:
        session.close()


def compose(
    session: SunoSession, desk: Desk, music: Music = PIANO, remote_id: str | None = None
) -> Sound:
    return session.compose(music, desk.call(remote_id))


def test_two_songs_are_ordered_and_the_one_that_fits_is_taken(
    fake: FakeSuno, desk: Desk, opened: Callable[..., SunoSession]
) -> None:
    sound = compose(opened(), desk)

    order, *questions = (one for one in fake.journal if one.path.startswith("/api"))
    assert (order.method, order.path) == ("POST", "/api/v1/generate")
    assert order.headers["authorization"] == "Bearer fake-key"
    assert order.json == {
        "customMode": True,
        "instrumental": True,
        "model": "V5",
        "callBackUrl": "https://aiprod.invalid/",
        "style": "calm piano",
        "title": "calm piano",
    }
    assert [one.query for one in questions] == [{"taskId": "task00000000"}] * len(STEPS)
    assert desk.started == ["task00000000"]
    assert desk.pauses == [10.0] * (len(STEPS) - 1)
    assert sound.data == song_mp3(33.0)
    assert (sound.title, sound.request_id, sound.is_verified) == ("Song 2", "task00000000", False)
    assert [other.data for other in sound.others] == [song_mp3(21.0)]
    assert len(fake.charges) == 1


def test_the_address_for_callbacks_ends_with_the_id_of_the_call(
    fake: FakeSuno, desk: Desk, opened: Callable[..., SunoSession]
) -> None:
    config = Suno.configured(
        {"AIPROD_SUNO_CALLBACK_URL": "https://api.example.com/callbacks/suno/"}
    )

    compose(opened(callback_url=config.callback_url), desk)

    told = fake.journal[0].json["callBackUrl"]
    assert told == f"https://api.example.com/callbacks/suno/{CALL_ID}"


def test_a_pause_that_a_callback_ends_counts_as_long_as_it_was(
    fake: FakeSuno, desk: Desk, opened: Callable[..., SunoSession]
) -> None:
    fake.plan(Fault(path="record-info", body=record("PENDING")), times=100)
    waits = [1.0] * 24 + [10.0] * 4  # more than a minute in all with the last one

    with pytest.raises(ProviderUnavailable, match="not ready after 60 s"):
        opened(at_most_s=60.0).compose(
            PIANO, Call(CALL_ID, None, desk.started.append, lambda _: waits.pop(0))
        )

    assert waits == []


@pytest.mark.parametrize(
    ("wanted_s", "taken_s"),
    [
        pytest.param(10.0, 21.0, id="the shorter one is long enough"),
        pytest.param(30.0, 33.0, id="only the longer one is"),
        pytest.param(90.0, 33.0, id="none is: the longer one"),
    ],
)
def test_the_song_is_taken_that_leaves_least_to_do(
    wanted_s: float, taken_s: float, desk: Desk, opened: Callable[..., SunoSession]
) -> None:
    assert compose(opened(), desk, Music("piano", wanted_s)).data == song_mp3(taken_s)


def test_a_callback_that_nobody_answered_does_no_harm(
    desk: Desk, opened: Callable[..., SunoSession]
) -> None:
    sound = compose(opened(), desk, Music("late piano", 30.0))

    assert (sound.data, len(sound.others)) == (song_mp3(33.0), 1)


def record(status: str, *songs: Any) -> str:
    """An answer to a question."""
    data = {"status": status, "response": {"sunoData": list(songs)}}
    return json.dumps({"code": 200, "msg": "success", "data": data})


def test_both_songs_are_waited_for_after_a_callback_that_nobody_answered(
    fake: FakeSuno, desk: Desk, opened: Callable[..., SunoSession]
) -> None:
    one = {"audioUrl": f"{fake.url}/files/x-21.0.mp3", "duration": 21.0}
    fake.plan(Fault(path="record-info", body=record("CALLBACK_EXCEPTION", one)), times=2)

    sound = compose(opened(), desk)

    assert (sound.data, len(sound.others)) == (song_mp3(33.0), 1)


@pytest.mark.parametrize("count", [0, 1])
def test_what_is_there_in_the_end_is_taken_after_a_callback_that_nobody_answered(
    count: int, fake: FakeSuno, desk: Desk, opened: Callable[..., SunoSession]
) -> None:
    one = {"audioUrl": f"{fake.url}/files/x-21.0.mp3", "duration": 21.0}
    fake.plan(Fault(path="record-info", body=record("CALLBACK_EXCEPTION", *[one] * count)))
    session = opened(at_most_s=0.0)

    if count:
        assert compose(session, desk).data == song_mp3(21.0)
        return
    with pytest.raises(ProviderUnusable, match="ended without a song") as caught:
        compose(session, desk)
    assert (caught.value.charged, caught.value.is_over) == (Charged.YES, True)


@pytest.mark.parametrize(
    "length",
    [
        pytest.param("long", id="a word"),
        pytest.param([], id="a list"),
        pytest.param(None, id="none"),
        pytest.param(float("nan"), id="no number"),
        pytest.param(float("inf"), id="for ever"),
        pytest.param(10**400, id="too many digits"),
        pytest.param(-5, id="below nothing"),
    ],
)
def test_a_song_of_unknown_length_is_taken_last(
    length: Any, fake: FakeSuno, desk: Desk, opened: Callable[..., SunoSession]
) -> None:
    odd = {"audioUrl": f"{fake.url}/files/x-33.0.mp3", "duration": length}
    known = {"audioUrl": f"{fake.url}/files/x-21.0.mp3", "duration": 21.0}
    fake.plan(Fault(path="record-info", body=record("SUCCESS", odd, None, {}, known)))

    sound = compose(opened(), desk)

    assert sound.data == song_mp3(21.0)
    assert [other.data for other in sound.others] == [song_mp3(33.0)]


@pytest.mark.parametrize(
    ("prompt", "kind"), [("forbidden words", ContentRefused), ("broken", ProviderUnusable)]
)
def test_what_cannot_be_made_is_over_and_may_have_been_charged(
    prompt: str, kind: type[ProviderError], desk: Desk, opened: Callable[..., SunoSession]
) -> None:
    with pytest.raises(kind) as caught:
        compose(opened(), desk, Music(prompt, 30.0))

    assert (caught.value.charged, caught.value.is_over) == (Charged.YES, True)
    assert prompt not in caught.value.message


def test_songs_that_were_deleted_are_paid_for_and_gone(
    fake: FakeSuno, desk: Desk, opened: Callable[..., SunoSession]
) -> None:
    fake.are_expired = True

    with pytest.raises(ProviderUnusable, match="suno has deleted the song, or") as caught:
        compose(opened(), desk)

    assert (caught.value.charged, caught.value.is_over) == (Charged.YES, True)


def test_the_other_song_may_be_missing(
    fake: FakeSuno, desk: Desk, opened: Callable[..., SunoSession]
) -> None:
    fake.plan(Fault(path="21.0.mp3", status=404))

    sound = compose(opened(), desk)

    assert (sound.data, sound.others) == (song_mp3(33.0), ())


@pytest.mark.parametrize("data", ["null", "[]", "{}", '{"status": null}'])
def test_an_answer_without_a_status_is_asked_for_again(
    data: str, fake: FakeSuno, desk: Desk, opened: Callable[..., SunoSession]
) -> None:
    fake.plan(Fault(path="record-info", body=f'{{"code": 200, "data": {data}}}'))

    assert compose(opened(), desk).data == song_mp3(33.0)
    assert len(fake.charges) == 1


def test_nobody_waits_for_ever(desk: Desk, opened: Callable[..., SunoSession]) -> None:
    with pytest.raises(ProviderUnavailable, match="not ready after 0 s") as caught:
        compose(opened(at_most_s=0.0), desk)

    assert (caught.value.charged, caught.value.is_over) == (Charged.UNKNOWN, False)
    assert caught.value.retry_after_s == NEXT_RUN_S > LONGEST_WISH_S  # not again in this run


def envelope(code: int) -> str:
    return f'{{"code": {code}, "msg": "Sorry.", "data": null}}'


@pytest.mark.parametrize(
    ("code", "kind", "charged"),
    [
        (400, ProviderRejected, Charged.NO),
        (401, ProviderAccess, Charged.NO),
        (404, ProviderRejected, Charged.NO),
        (405, ProviderUnavailable, Charged.NO),
        (413, ProviderRejected, Charged.NO),
        (429, ProviderAccess, Charged.NO),
        (430, ProviderUnavailable, Charged.NO),
        (451, ProviderRejected, Charged.NO),
        (455, ProviderUnavailable, Charged.NO),
        (500, ProviderUnavailable, Charged.UNKNOWN),
    ],
)
def test_the_code_in_the_answer_counts_and_not_that_of_http(
    code: int,
    kind: type[ProviderError],
    charged: Charged,
    fake: FakeSuno,
    desk: Desk,
    opened: Callable[..., SunoSession],
) -> None:
    fake.plan(Fault(body=envelope(code)), times=2)

    with pytest.raises(ProviderError) as caught:
        compose(opened(), desk)

    assert type(caught.value) is kind
    assert caught.value.charged is charged
    assert caught.value.message == f"suno answered {code}: Sorry."
    assert desk.started == []


def test_an_account_without_credits_is_for_the_operator(
    fake: FakeSuno, desk: Desk, opened: Callable[..., SunoSession]
) -> None:
    fake.credits = 11

    with pytest.raises(ProviderAccess, match="suno answered 429: Insufficient credits"):
        compose(opened(), desk)


def test_a_gateway_that_asks_for_patience_is_no_account_without_credits(
    fake: FakeSuno, desk: Desk, opened: Callable[..., SunoSession]
) -> None:
    fake.plan(Fault(status=429, body=HTML, headers={"Retry-After": "7"}))

    with pytest.raises(ProviderUnavailable, match="suno answered 429") as caught:
        compose(opened(), desk)

    assert (caught.value.charged, caught.value.retry_after_s) == (Charged.NO, 7.0)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param('{"code": "200"}', id="no number"),
        pytest.param('{"code": true}', id="true"),
        pytest.param('{"code": 0}', id="unknown code"),
        pytest.param("[" * 100_000, id="deep"),
        pytest.param('{"code": 200}', id="no data"),
        pytest.param('{"code": 200, "data": {"taskId": ""}}', id="no name"),
    ],
)
def test_an_answer_to_an_order_that_names_no_order_is_paid_and_unusable(
    body: str, fake: FakeSuno, desk: Desk, opened: Callable[..., SunoSession]
) -> None:
    fake.plan(Fault(body=body))

    with pytest.raises(ProviderUnusable) as caught:
        compose(opened(), desk)

    assert caught.value.charged is Charged.YES


def test_a_success_is_none_when_http_says_otherwise(
    fake: FakeSuno, desk: Desk, opened: Callable[..., SunoSession]
) -> None:
    fake.plan(Fault(status=502, body='{"code": 200}'))

    with pytest.raises(ProviderUnavailable, match="suno answered 502") as caught:
        compose(opened(), desk)

    assert caught.value.charged is Charged.UNKNOWN


def test_a_key_that_is_repeated_is_not_told(
    fake: FakeSuno, desk: Desk, opened: Callable[..., SunoSession]
) -> None:
    fake.plan(Fault(body='{"code": 400, "msg": "your key fake-key is odd"}'))

    with pytest.raises(ProviderRejected, match=r"your key \*\*\* is odd") as caught:
        compose(opened(), desk)

    assert "fake-key" not in str(caught.value)


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(Fault(path="record-info", body=envelope(430)), id="too often"),
        pytest.param(Fault(path="record-info", lost=True), id="lost"),
        pytest.param(Fault(path="record-info", body=record("NOVELTY")), id="new status"),
    ],
)
def test_what_goes_wrong_with_a_question_leaves_the_order_open(
    fault: Fault, fake: FakeSuno, desk: Desk, opened: Callable[..., SunoSession]
) -> None:
    fake.plan(fault)
    with pytest.raises(ProviderError) as caught:
        compose(opened(), desk)

    assert caught.value.retryable
    assert not caught.value.is_over
    assert caught.value.charged is not Charged.YES
    assert compose(opened(), desk, remote_id=desk.started[0]).data == song_mp3(33.0)
    assert len(fake.charges) == 1


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        pytest.param(Fault(body=envelope(401)), ProviderAccess, id="key refused, in the answer"),
        pytest.param(Fault(body=envelope(429)), ProviderAccess, id="no credits"),
        pytest.param(Fault(body=envelope(404)), ProviderRejected, id="no such path"),
    ],
)
def test_an_order_that_cannot_be_asked_for_may_have_been_charged(
    fault: Fault,
    kind: type[ProviderError],
    fake: FakeSuno,
    desk: Desk,
    opened: Callable[..., SunoSession],
) -> None:
    fake.plan(replace(fault, path="record-info"), times=2)

    with pytest.raises(kind) as caught:
        compose(opened(), desk)

    assert len(fake.charges) == 1
    assert caught.value.charged is Charged.UNKNOWN


def test_a_reseller_may_have_paths_of_its_own(desk: Desk) -> None:
    with FakeSuno(prefix="/suno/v2").serving() as other:
        config = Suno.configured({"AIPROD_SUNO_URL": other.url, "AIPROD_SUNO_PREFIX": "/suno/v2/"})
        session = config.open(Access(desk.access.key, desk.access.renew, read))
        sound = compose(session, desk)
        session.close()

    assert sound.data == song_mp3(33.0)
