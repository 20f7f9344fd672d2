import io
import wave
from collections.abc import Callable, Iterator
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
from providers.account import Account
from providers.elevenlabs.client import ATTRIBUTION, ElevenLabs, ElevenLabsSession, music_s
from providers.takes import Line, Music, Sound
from tests.fakes.elevenlabs import DEFAULT_VOICE, SECONDS_A_CHARACTER, VOICES, FakeElevenLabs
from tests.fakes.films import song_mp3
from tests.fakes.service import Fault
from tests.providers.desk import Desk

TEXT = "Twice a day."
LINE = Line(TEXT, "en", None, 1.0)
DETAIL = '{{"detail": {{"code": "{0}", "status": "{0}", "message": "Sorry."}}}}'


@pytest.fixture
def fake() -> Iterator[FakeElevenLabs]:
    with FakeElevenLabs().serving() as service:
        yield service


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def opened(fake: FakeElevenLabs, desk: Desk) -> Iterator[Callable[..., ElevenLabsSession]]:
    """Sessions on the free plan unless the test says another: then no plan is looked up."""
    sessions = []

    def build(plan: str = "free", **changes: Any) -> ElevenLabsSession:
        sessions.append(ElevenLabs(fake.url, plan, **changes).open(desk.access))
        return sessions[-1]

    yield build
    for session in sessions:
        session.close()


def seconds(sound: Sound) -> float:
    with wave.open(io.BytesIO(sound.data)) as file:
        return file.getnframes() / file.getframerate()


def test_speech_comes_with_a_mark_for_every_character(
    fake: FakeElevenLabs, opened: Callable[..., ElevenLabsSession]
) -> None:
    line = Line(TEXT, "en-GB", VOICES[3], 0.8, "Before.", "After.")

    sound = opened(speech_model="eleven_flash_v2_5").speak(line)

    (asked,) = fake.journal
    assert (asked.method, asked.path) == (
        "POST", f"/v1/text-to-speech/{VOICES[3]}/with-timestamps",
    )  # fmt: skip
    assert asked.query == {"output_format": "pcm_24000"}
    assert asked.headers["xi-api-key"] == "fake-key"
    assert asked.json == {
        "text": TEXT,
        "model_id": "eleven_flash_v2_5",
        "language_code": "en",
        "voice_settings": {"speed": 0.8},
        "previous_text": "Before.",
        "next_text": "After.",
    }
    length_s = len(TEXT) * SECONDS_A_CHARACTER / 0.8
    assert seconds(sound) == pytest.approx(length_s, abs=0.001)
    assert [at for at, _ in sound.marks] == list(range(len(TEXT)))
    assert sound.marks[6][1] == pytest.approx(length_s / 2, abs=0.001)
    assert (sound.suffix, sound.request_id) == (".wav", "req-1")
    assert sound.cost_usd == pytest.approx(0.05 * len(TEXT) / 1000)


def test_a_model_that_knows_no_language_codes_is_sent_none(
    fake: FakeElevenLabs, opened: Callable[..., ElevenLabsSession]
) -> None:
    opened().speak(LINE)

    assert fake.journal[0].path == f"/v1/text-to-speech/{DEFAULT_VOICE}/with-timestamps"
    assert fake.journal[0].json == {
        "text": TEXT,
        "model_id": "eleven_multilingual_v2",
        "voice_settings": {"speed": 1.0},
    }


@pytest.mark.parametrize(
    "alignment",
    [
        pytest.param("null", id="none"),
        pytest.param(
            '{"characters": ["H"], "character_start_times_seconds": [0.0]}', id="of another text"
        ),
        pytest.param(
            '{"characters": ["H", "i"], "character_start_times_seconds": [0.5, 0.1]}',
            id="that goes back",
        ),
        pytest.param(
            '{"characters": ["H", "i"], "character_start_times_seconds": [0.0]}', id="too short"
        ),
        pytest.param(
            '{"characters": ["H", "i"], "character_start_times_seconds": [0, NaN]}', id="no number"
        ),
    ],
)
def test_an_alignment_that_cannot_be_right_is_left_out(
    alignment: str, fake: FakeElevenLabs, opened: Callable[..., ElevenLabsSession]
) -> None:
    fake.plan(Fault(body=f'{{"audio_base64": "AAAAAA==", "alignment": {alignment}}}'))

    assert opened().speak(Line("Hi", "en", None, 1.0)).marks == ()


def test_a_sound_is_made(fake: FakeElevenLabs, opened: Callable[..., ElevenLabsSession]) -> None:
    sound = opened().effect({"query": "ocean waves"})

    (asked,) = fake.journal
    assert (asked.path, asked.query) == (
        "/v1/sound-generation", {"output_format": "mp3_44100_128"},
    )  # fmt: skip
    assert asked.json == {"text": "ocean waves", "model_id": "eleven_text_to_sound_v2"}
    assert (sound.data, sound.suffix, sound.request_id) == (song_mp3(2.0), ".mp3", "req-1")


def test_music_is_composed_as_long_as_it_is_needed(
    fake: FakeElevenLabs, desk: Desk, opened: Callable[..., ElevenLabsSession]
) -> None:
    sound = opened().compose(Music("calm piano", 12.2), desk.call())

    (asked,) = fake.journal
    assert asked.path == "/v1/music"
    assert asked.json == {
        "prompt": "calm piano",
        "music_length_ms": 13_000,
        "force_instrumental": True,
        "model_id": "music_v2",
    }
    assert sound.data == song_mp3(13.0)
    assert (desk.started, desk.pauses) == ([], [])


@pytest.mark.parametrize(("wanted_s", "ordered_s"), [(0.5, 3), (3.0, 3), (59.1, 60), (9000, 600)])
def test_music_has_a_shortest_and_a_longest(wanted_s: float, ordered_s: int) -> None:
    assert music_s(wanted_s) == ordered_s


def test_an_account_says_what_it_has_and_pays_nothing_for_it(
    fake: FakeElevenLabs, opened: Callable[..., ElevenLabsSession]
) -> None:
    found = opened("creator", speech_model="eleven_flash_v2_5").account()

    assert found == Account(
        "creator plan, 100,000 characters left, 10 calls at once; George speaks",
        frozenset(VOICES), (), 100_000, 0.5,
    )  # fmt: skip
    assert fake.charges == []


@pytest.mark.parametrize(
    ("tier", "changes", "said"),
    [
        pytest.param("free", {}, "is on the free plan, AIPROD_ELEVENLABS_PLAN says", id="plan"),
        pytest.param("scale_2024_08_10", {"plan": "scale"}, None, id="a plan with a date"),
        pytest.param("growing_business", {}, None, id="a tier that nobody knows"),
        pytest.param("creator", {"voice_id": "bob"}, "has no voice bob (AIPROD", id="voice"),
        pytest.param(
            "creator", {"speech_model": "eleven_v9"}, "has no model eleven_v9", id="model"
        ),
    ],
)
def test_an_account_warns_of_what_does_not_fit_it(
    tier: str,
    changes: dict[str, Any],
    said: str | None,
    fake: FakeElevenLabs,
    opened: Callable[..., ElevenLabsSession],
) -> None:
    fake.tier = tier

    warnings = opened(**{"plan": "creator", **changes}).account().warnings

    assert [said is not None and said in one for one in warnings] == ([True] if said else [])


def test_an_account_that_is_free_is_not_used_as_one_that_is_paid_for(
    fake: FakeElevenLabs, opened: Callable[..., ElevenLabsSession]
) -> None:
    fake.tier = "free"

    with pytest.raises(ProviderAccess, match=r"on the free plan, .*_PLAN says creator") as caught:
        opened("creator").speak(LINE)

    assert caught.value.charged is Charged.NO
    assert fake.charges == []
    assert opened("free").speak(LINE).marks


@pytest.mark.parametrize(("plan", "said"), [("free", (ATTRIBUTION,)), ("creator", ())])
def test_the_free_plan_asks_for_attribution(
    plan: str, said: tuple[str, ...], desk: Desk, opened: Callable[..., ElevenLabsSession]
) -> None:
    session = opened(plan)

    made = [
        session.speak(LINE),
        session.effect({"query": "rain"}),
        session.compose(Music("piano", 3.0), desk.call()),
    ]

    assert [sound.attribution for sound in made] == [said] * 3


def test_the_plan_is_looked_at_once(
    fake: FakeElevenLabs, opened: Callable[..., ElevenLabsSession]
) -> None:
    session = opened("creator")

    for _ in range(2):
        session.speak(LINE)
    session.effect({"query": "rain"})

    assert [asked.method for asked in fake.journal] == ["GET", "POST", "POST", "POST"]


def test_a_key_that_may_not_see_the_plan_is_believed(
    fake: FakeElevenLabs, opened: Callable[..., ElevenLabsSession]
) -> None:
    fake.plan(Fault("/v1/user/subscription", 401, DETAIL.format("missing_permissions")))

    assert opened("creator").speak(LINE).marks


def test_nothing_is_bought_while_the_plan_cannot_be_told(
    fake: FakeElevenLabs, opened: Callable[..., ElevenLabsSession]
) -> None:
    fake.plan(Fault("/v1/user/subscription", 503))
    session = opened("creator")

    with pytest.raises(ProviderUnavailable) as caught:
        session.speak(LINE)

    assert (caught.value.charged, fake.charges) == (Charged.NO, [])
    assert session.speak(LINE).marks


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, "invalid_parameters", ProviderRejected),
        (400, "content_policy_violation", ContentRefused),
        (400, "max_character_limit_exceeded", ProviderRejected),
        (401, "invalid_api_key", ProviderAccess),
        (401, "quota_exceeded", ProviderAccess),
        (402, "paid_plan_required", ProviderAccess),
        (403, "missing_permissions", ProviderAccess),
        (404, "voice_not_found", ProviderRejected),
        (429, "too_many_concurrent_requests", ProviderUnavailable),
        (429, "rate_limit_exceeded", ProviderUnavailable),
        (429, "system_busy", ProviderUnavailable),
    ],
)
def test_a_refusal_says_who_must_act_and_costs_nothing(
    status: int,
    code: str,
    kind: type[ProviderError],
    fake: FakeElevenLabs,
    opened: Callable[..., ElevenLabsSession],
) -> None:
    fake.plan(Fault(status=status, body=DETAIL.format(code)), times=2)

    with pytest.raises(ProviderError) as caught:
        opened().speak(LINE)

    assert type(caught.value) is kind
    assert caught.value.charged is Charged.NO
    assert caught.value.message == f"elevenlabs answered {status} {code}: Sorry."


@pytest.mark.parametrize(
    "body",
    [
        pytest.param('{"detail": [{"loc": ["body"], "msg": "too long", "type": "x"}]}', id="list"),
        pytest.param('{"detail": "too long"}', id="text"),
    ],
)
def test_details_of_every_form_are_understood(
    body: str, fake: FakeElevenLabs, opened: Callable[..., ElevenLabsSession]
) -> None:
    fake.plan(Fault(status=422, body=body))

    with pytest.raises(ProviderRejected, match="elevenlabs answered 422: too long"):
        opened().speak(LINE)


def test_a_key_that_was_changed_is_read_anew(
    fake: FakeElevenLabs, desk: Desk, opened: Callable[..., ElevenLabsSession]
) -> None:
    desk.key, desk.fresh_key = "old-key", "fake-key"

    sound = opened().speak(LINE)

    assert sound.marks
    assert [asked.headers["xi-api-key"] for asked in fake.journal] == ["old-key", "fake-key"]


def test_one_call_too_many_is_refused(
    fake: FakeElevenLabs, opened: Callable[..., ElevenLabsSession]
) -> None:
    for _ in range(fake.most):
        fake.busy.acquire()

    with pytest.raises(ProviderUnavailable, match="too_many_concurrent_requests"):
        opened().speak(LINE)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        pytest.param(Line(TEXT, "en", None, 1.5), "at 0.7 to 1.2 of the natural rate", id="rate"),
        pytest.param(Line(TEXT, "en", "../../user", 1.0), "has no voice '../../user'", id="path"),
    ],
)
def test_what_it_cannot_do_is_not_asked_for(
    line: Line, said: str, fake: FakeElevenLabs, opened: Callable[..., ElevenLabsSession]
) -> None:
    with pytest.raises(ProviderRejected, match=said):
        opened().speak(line)

    assert fake.journal == []


def test_silence_is_no_error_of_the_client(opened: Callable[..., ElevenLabsSession]) -> None:
    assert seconds(opened().speak(Line("mute", "en", None, 1.0))) == pytest.approx(0.3)


def test_no_samples_are_no_speech(
    fake: FakeElevenLabs, opened: Callable[..., ElevenLabsSession]
) -> None:
    fake.plan(Fault(body='{"audio_base64": "", "alignment": null}'))

    with pytest.raises(ProviderUnusable):
        opened().speak(LINE)
