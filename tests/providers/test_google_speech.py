import io
import wave
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from jobs.errors import Charged, InvalidInput, ProviderRejected, ProviderUnusable
from jobs.stages import Stage
from providers.google_speech import (
    MOST_BYTES,
    GoogleSpeech,
    GoogleSpeechSession,
    kind_of,
    ssml,
    voice_name,
)
from providers.roster import configured
from providers.takes import Line
from tests.fakes.google_speech import SECONDS_A_CHARACTER, VOICES, FakeGoogleSpeech
from tests.fakes.service import Fault
from tests.providers.desk import Desk

TEXT = "Salt & <sand>, 1 day."
LINE = Line(TEXT, "en", "en-US-Neural2-A", 1.0)


@pytest.fixture
def fake() -> Iterator[FakeGoogleSpeech]:
    with FakeGoogleSpeech().serving() as service:
        yield service


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def opened(fake: FakeGoogleSpeech, desk: Desk) -> Iterator[Callable[..., GoogleSpeechSession]]:
    sessions = []

    def build(**changes: Any) -> GoogleSpeechSession:
        sessions.append(GoogleSpeech(fake.url, **changes).open(desk.access))
        return sessions[-1]

    yield build
    for session in sessions:
        session.close()


def test_speech_comes_with_a_mark_for_every_word(
    fake: FakeGoogleSpeech, opened: Callable[..., GoogleSpeechSession]
) -> None:
    sound = opened().speak(Line(TEXT, "en-GB", None, 1.25))

    _voices, asked = fake.journal
    assert (asked.method, asked.path) == ("POST", "/v1beta1/text:synthesize")
    assert asked.headers["authorization"] == "Bearer fake-key"
    assert asked.json == {
        "input": {
            "ssml": '<speak><mark name="0"/>Salt <mark name="5"/>&amp; <mark name="7"/>'
            '&lt;sand&gt;, <mark name="15"/>1 <mark name="17"/>day.</speak>'
        },
        "voice": {"languageCode": "en-GB", "name": "en-GB-Neural2-A"},
        "audioConfig": {
            "audioEncoding": "LINEAR16",
            "sampleRateHertz": 24000,
            "speakingRate": 1.25,
        },
        "enableTimePointing": ["SSML_MARK"],
    }
    step = SECONDS_A_CHARACTER / 1.25
    assert sound.marks == tuple((at, round(at * step, 3)) for at in (0, 5, 7, 15, 17))
    with wave.open(io.BytesIO(sound.data)) as file:
        assert file.getnframes() / file.getframerate() == pytest.approx(len(TEXT) * step, abs=0.001)
    assert sound.cost_usd == pytest.approx(16e-6 * len(asked.json["input"]["ssml"]))


def test_what_cannot_be_in_xml_is_a_space(
    fake: FakeGoogleSpeech, opened: Callable[..., GoogleSpeechSession]
) -> None:
    sound = opened().speak(Line("One\ufffe two\uffff.", "en", None, 1.0))

    assert [at for at, _ in sound.marks] == [0, 5]
    assert fake.refusals == []


@pytest.mark.parametrize("text", ["word " * 160, "潮が引く。" * 160, "&" * 800, "ﷺ " * 400])
def test_every_piece_fits_into_a_request(text: str) -> None:
    marked = ssml(text[:800])

    assert len(marked.encode()) <= MOST_BYTES


@pytest.mark.parametrize(
    ("language", "kind", "voice"),
    [
        pytest.param("en", "neural2", "en-US-Neural2-A", id="the usual region"),
        pytest.param("en-GB", "neural2", "en-GB-Neural2-A", id="a region"),
        pytest.param("en-GB", "wavenet", "en-GB-Standard-A", id="never a dearer kind"),
        pytest.param("en", "standard", "en-GB-Standard-A", id="another region where it must be"),
        pytest.param("zh", "neural2", "cmn-CN-Wavenet-A", id="the next kind"),
        pytest.param("zh-Hant-TW", "neural2", "cmn-TW-Wavenet-A", id="Taiwan"),
        pytest.param("pt", "neural2", "pt-BR-Standard-A", id="the region before the kind, by name"),
    ],
)
def test_a_language_has_a_voice(language: str, kind: str, voice: str) -> None:
    assert voice_name(language, kind, frozenset(VOICES)) == voice


@pytest.mark.parametrize(
    ("language", "kind", "said"),
    [
        pytest.param(
            "is", "neural2",
            "google has no voice for is that tells when words are spoken (neural2 or wavenet or "
            "standard)", id="only kinds without times",
        ),
        pytest.param(
            "pt-AO", "wavenet",
            "google has no voice for pt-AO that tells when words are spoken (wavenet or standard); "
            "it has some for pt-BR, pt-PT", id="other regions",
        ),
    ],
)  # fmt: skip
def test_a_language_without_a_voice_is_refused_for_nothing(
    language: str,
    kind: str,
    said: str,
    fake: FakeGoogleSpeech,
    opened: Callable[..., GoogleSpeechSession],
) -> None:
    with pytest.raises(ProviderRejected) as caught:
        opened(kind=kind).speak(Line(TEXT, language, None, 1.0))

    assert caught.value.message == said
    assert caught.value.charged is Charged.NO
    assert fake.charges == []


def test_who_speaks_is_told_and_paid_for(
    fake: FakeGoogleSpeech, opened: Callable[..., GoogleSpeechSession]
) -> None:
    sound = opened().speak(Line(TEXT, "pt", None, 1.0))

    assert sound.model == "pt-BR-Standard-A"
    assert sound.cost_usd == pytest.approx(4e-6 * len(ssml(TEXT)))
    assert sound.cost_usd == pytest.approx(fake.charges[0].usd)


def test_voices_are_asked_for_once(
    fake: FakeGoogleSpeech, opened: Callable[..., GoogleSpeechSession]
) -> None:
    session = opened()

    for language in ("en", "pt"):
        session.speak(Line(TEXT, language, None, 1.0))

    asked = [one.path for one in fake.journal]
    assert asked == ["/v1/voices", "/v1beta1/text:synthesize", "/v1beta1/text:synthesize"]


@pytest.mark.parametrize(
    ("voices", "usd"),
    [
        pytest.param(None, 16e-6, id="not asked: no voice is dearer"),
        pytest.param(frozenset(VOICES), 4e-6, id="asked"),
    ],
)
def test_the_quote_is_that_of_who_speaks(voices: frozenset[str] | None, usd: float) -> None:
    params = {"text": TEXT, "language": "pt", "voice_id": None}

    quote_usd = GoogleSpeech(voices=voices).quote_usd(Stage.VOICE, params)

    assert quote_usd == pytest.approx(usd * len(ssml(TEXT)))


@pytest.mark.parametrize(
    ("voice", "kind"),
    [
        ("de-DE-Standard-B", "standard"),
        ("de-DE-Wavenet-B", "wavenet"),
        ("en-US-Neural2-F", "neural2"),
        ("en-US-Chirp3-HD-Kore", None),
        (None, None),
    ],
)
def test_the_name_of_a_voice_tells_its_kind(voice: str | None, kind: str | None) -> None:
    assert kind_of(voice) == kind


@pytest.mark.parametrize(
    ("line", "said"),
    [
        pytest.param(
            Line(TEXT, "en", "en-US-Studio-O", 1.0), "has no times of words", id="no marks"
        ),
        pytest.param(Line(TEXT, "en", None, 2.5), "0.25 to 2 of the natural rate", id="too fast"),
    ],
)
def test_what_it_cannot_do_is_not_asked_for(
    line: Line, said: str, fake: FakeGoogleSpeech, opened: Callable[..., GoogleSpeechSession]
) -> None:
    with pytest.raises(ProviderRejected, match=said) as caught:
        opened().speak(line)

    assert caught.value.charged is Charged.NO
    assert fake.journal == []


def test_a_token_that_has_ended_is_renewed(
    fake: FakeGoogleSpeech, desk: Desk, opened: Callable[..., GoogleSpeechSession]
) -> None:
    desk.key, desk.fresh_key = "old", "fake-key"

    assert opened().speak(LINE).marks
    assert len(fake.journal) == 2


def test_an_api_key_opens_it_too(
    fake: FakeGoogleSpeech, desk: Desk, opened: Callable[..., GoogleSpeechSession]
) -> None:
    desk.key, desk.fresh_key = "old", "fake-key"

    assert opened(has_key=True).speak(LINE).marks
    assert [asked.headers.get("x-goog-api-key") for asked in fake.journal] == ["old", "fake-key"]
    assert not any("authorization" in asked.headers for asked in fake.journal)


@pytest.mark.parametrize(
    ("variables", "name"),
    [
        pytest.param({"GOOGLE_TTS_API_KEY": "k"}, "GOOGLE_TTS_API_KEY", id="a key is there"),
        pytest.param({"AIPROD_PROVIDERS": "google"}, "VERTEX_ACCESS_TOKEN", id="an account"),
        pytest.param(
            {"AIPROD_PROVIDERS": "google", "AIPROD_GOOGLE_MODE": "key"}, "GOOGLE_TTS_API_KEY",
            id="a key in Secret Manager",
        ),
        pytest.param(
            {"GOOGLE_TTS_API_KEY": "k", "AIPROD_GOOGLE_MODE": "token"}, "VERTEX_ACCESS_TOKEN",
            id="an account rather than a key",
        ),
    ],
)  # fmt: skip
def test_a_key_or_an_account_lets_requests_in(variables: dict[str, str], name: str) -> None:
    google = configured(variables).google

    assert google is not None
    assert google.key_name == name


def test_voices_that_tell_their_words_are_listed(
    fake: FakeGoogleSpeech, opened: Callable[..., GoogleSpeechSession]
) -> None:
    found = opened().account()

    assert found.voices == {name for name in VOICES if kind_of(name)}
    assert found.says == "10 voices that tell when words are spoken"
    assert (fake.journal[0].method, fake.journal[0].path) == ("GET", "/v1/voices")
    assert fake.charges == []


def test_what_is_no_list_of_voices_is_told(
    fake: FakeGoogleSpeech, opened: Callable[..., GoogleSpeechSession]
) -> None:
    fake.plan(Fault(body='{"voices": [7]}'))

    with pytest.raises(ProviderUnusable) as caught:
        opened().voices()

    assert caught.value.charged is Charged.NO


def test_a_wrong_setting_is_told_by_name() -> None:
    with pytest.raises(InvalidInput, match="AIPROD_GOOGLE_VOICES is 'chirp'; give one of neural2"):
        GoogleSpeech.configured({"AIPROD_GOOGLE_VOICES": "chirp"})


def test_the_price_is_that_of_the_marked_text() -> None:
    params = {"text": "Hi.", "voice_id": "en-US-Standard-A"}

    assert GoogleSpeech().quote_usd(Stage.VOICE, params) == pytest.approx(
        4e-6 * len('<speak><mark name="0"/>Hi.</speak>')
    )


def test_a_text_that_does_not_fit_by_itself_has_no_marks() -> None:
    text = "This is a sentence. " * 300

    assert ssml(text) == f"<speak>{text}</speak>"
