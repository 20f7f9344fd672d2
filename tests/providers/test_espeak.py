import io
import pickle
import wave
from collections.abc import Iterator

import numpy as np
import pytest

from jobs.errors import InvalidInput
from providers.espeak import Espeak, EspeakSession
from providers.speech import Speech, SpeechRequest, estimate_duration_s

SEA = "Twice a day the sea forgets these rocks. What stays behind must hold its breath."
NARRATIONS = [
    pytest.param("en-us", f"{SEA} 10 % déjà vu — e.g. 🎉 “this”!", id="English"),
    pytest.param("fr", "« Non ! » dit-il : qu'est-ce que c'est ? 1 250 personnes.", id="French"),
    pytest.param("ar", "قال Google إن 42 شخصًا هنا. مَرْحَبًا \u200fبِكُمْ.", id="Arabic with Latin"),
    pytest.param("he", "הים שוכח את הסלעים האלה, פעמיים ביום.", id="Hebrew"),
    pytest.param("hi", "समुद्र दिन में दो बार भूल जाता है।", id="Hindi"),
    pytest.param("ko", "바다는 하루에 두 번 이 바위들을 잊는다.", id="Korean"),
    pytest.param("cmn", "你好，我叫「小明」。2024年，10%！Google。", id="Chinese"),
    pytest.param("ja", "うみは一日に二度、これらの岩を忘れる。キャッチ", id="Japanese"),
    pytest.param("th", "ทะเลลืมหินเหล่านี้วันละสองครั้ง", id="Thai"),
    pytest.param("ru", "Море 你好 world สวัสดี こんにちは مرحبا.", id="six scripts"),
    pytest.param("en-us", "{\\b1}bold %{pts} <break/> &amp; [[h@]] \x01\ud800 ok", id="markup"),
]


@pytest.fixture(scope="module")
def voice() -> Iterator[EspeakSession]:
    with Espeak().open() as session:
        yield session


def samples(speech: Speech) -> np.ndarray:
    with wave.open(io.BytesIO(speech.wav)) as file:
        return np.frombuffer(file.readframes(file.getnframes()), dtype="<i2") / 32768


@pytest.mark.parametrize(("name", "narration"), NARRATIONS)
def test_words_hold_every_character_of_the_narration_once(
    voice: EspeakSession, name: str, narration: str
) -> None:
    words = voice.speak(SpeechRequest(narration, name)).words

    ends = [0, *(word.at + len(word.text) for word in words)]
    assert [narration[word.at :][: len(word.text)] for word in words] == [w.text for w in words]
    assert all(not narration[end : word.at].strip() for end, word in zip(ends, words, strict=False))
    assert not narration[ends[-1] :].strip()


@pytest.mark.parametrize(("name", "narration"), NARRATIONS)
def test_words_are_in_order_inside_the_clip(
    voice: EspeakSession, name: str, narration: str
) -> None:
    speech = voice.speak(SpeechRequest(narration, name))

    starts = [word.start_s for word in speech.words]
    ends = [word.end_s for word in speech.words]
    assert all(end <= start for end, start in zip(ends, starts[1:], strict=False))
    assert all(end - start > 0.0399 for start, end in zip(starts, ends, strict=True))
    assert starts[0] >= 0
    assert ends[-1] <= speech.duration_s + 1e-6


def test_a_word_begins_where_its_sound_does_and_ends_before_the_pause(
    voice: EspeakSession,
) -> None:
    speech = voice.speak(SpeechRequest("Hello everybody. Hello everybody.", "en-us"))

    _, before, after, _ = speech.words
    sound = np.abs(samples(speech))
    pause = sound[round(before.end_s * 48_000) + 480 : round(after.start_s * 48_000)]
    assert after.start_s - before.end_s == pytest.approx(0.33, abs=0.05)
    assert pause.max() < 0.01
    assert sound[round(after.start_s * 48_000) :][:4800].max() > 0.05


def test_words_without_an_event_share_the_time_by_their_length(voice: EspeakSession) -> None:
    # espeak-ng reports "of the" and "déjà vu" as one word each.
    words = voice.speak(SpeechRequest("A strange déjà vu, they say.", "en-us")).words

    deja, vu = words[2], words[3]
    assert [deja.text, vu.text] == ["déjà", "vu,"]
    assert vu.start_s == deja.end_s
    assert deja.end_s - deja.start_s == pytest.approx(2 * (vu.end_s - vu.start_s), abs=0.001)


@pytest.mark.parametrize(
    ("narration", "texts"),
    [
        pytest.param("sea — and 🎉 rocks 🪨 🌊", ["sea —", "and 🎉", "rocks 🪨 🌊"], id="behind"),
        pytest.param("🎉 sea ( rocks )", ["🎉 sea", "( rocks )"], id="opening marks ahead"),
        pytest.param("ten % of it", ["ten", "%", "of", "it"], id="a sign that is read"),
        pytest.param("this | that", ["this |", "that"], id="a sign that is not read"),
    ],
)
def test_silent_tokens_belong_to_a_neighbour(
    voice: EspeakSession, narration: str, texts: list[str]
) -> None:
    words = voice.speak(SpeechRequest(narration, "en-us")).words

    assert [word.text for word in words] == texts


@pytest.mark.parametrize(
    ("written", "heard"),
    [
        pytest.param("the 🎉 sea", "the   sea", id="emoji"),
        pytest.param("the 👩🏽‍🚀 sea", "the      sea", id="emoji of several characters"),
        pytest.param("the ➡️ sea ✓", "the   sea", id="dingbats"),
        pytest.param("the \u202esea\u202c \u2066here\u2069", "the sea here", id="bidi marks"),
        pytest.param("the \x00\x07 sea\x7f", "the    sea ", id="control characters"),
        pytest.param("\x01100Pthe sea", " 100Pthe sea", id="embedded command"),
        pytest.param("dé\u00adjà vu", "déjà vu", id="soft hyphen"),
        pytest.param("de\u0301ja\u0300 vu", "déjà vu", id="separate accents"),
        pytest.param("𝐭𝐡𝐞 ｓｅａ", "the sea", id="letters in disguise"),
        pytest.param("the sea. ! ¡ …", "the sea.      ", id="idle punctuation"),
    ],
)
def test_what_is_not_speech_is_not_heard(voice: EspeakSession, written: str, heard: str) -> None:
    assert (
        voice.speak(SpeechRequest(written, "en-us")).wav
        == voice.speak(SpeechRequest(heard, "en-us")).wav
    )


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        pytest.param('one <break time="9s"/> two', "one break time two", id="SSML"),
        pytest.param("one [[h@l'oU]] two", "one h l oU two", id="phonemes"),
        pytest.param("&lt; one", "one", id="entity"),
    ],
)
def test_markup_is_read_as_text(voice: EspeakSession, markup: str, text: str) -> None:
    read_s = voice.speak(SpeechRequest(markup, "en-us")).duration_s

    assert voice.speak(SpeechRequest(text, "en-us")).duration_s < read_s < 6


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param(" \n\t", id="blank"),
        pytest.param("🎉 👩🏽‍🚀", id="emoji"),
        pytest.param("… — !?", id="punctuation"),
        pytest.param("\u200f\u202e", id="direction marks"),
    ],
)
def test_a_narration_without_speech_is_refused(voice: EspeakSession, text: str) -> None:
    with pytest.raises(InvalidInput, match="nothing to speak"):
        voice.speak(SpeechRequest(text, "en-us"))


@pytest.mark.parametrize(
    ("request_", "named"),
    [
        pytest.param(SpeechRequest("sea", "tlh-none"), "'tlh-none'", id="language"),
        pytest.param(SpeechRequest("sea", "en-us", 1, "en-us+zzz"), "'zzz'", id="variant"),
        pytest.param(SpeechRequest("sea", "en-us", 1, "Rachel"), "'Rachel'", id="voice id"),
        pytest.param(SpeechRequest("sea", "../../../etc/passwd"), "passwd", id="path"),
        pytest.param(SpeechRequest("sea", "fr", 1, "+../../passwd"), "passwd", id="variant path"),
    ],
)
def test_an_unknown_voice_is_named(
    voice: EspeakSession, request_: SpeechRequest, named: str
) -> None:
    with pytest.raises(InvalidInput, match=named):
        voice.speak(request_)


def test_a_narration_over_the_limit_is_refused(voice: EspeakSession) -> None:
    with pytest.raises(InvalidInput, match=r"5001 characters.*at most 5000"):
        voice.speak(SpeechRequest("a" * 5001, "en-us"))


@pytest.mark.parametrize("speed", [0.49, 2.01, float("nan")])
def test_a_speed_out_of_range_is_refused(speed: float) -> None:
    with pytest.raises(InvalidInput, match=r"0\.5 to 2"):
        SpeechRequest("sea", "en-us", speed)


def test_speed_multiplies_the_rate(voice: EspeakSession) -> None:
    normal, slow, fast = (
        voice.speak(SpeechRequest(SEA, "en-us", speed)).duration_s for speed in (1, 0.5, 2)
    )

    assert slow / normal == pytest.approx(2, abs=0.1)
    assert normal / fast == pytest.approx(2, abs=0.2)


def test_a_voice_id_changes_who_speaks(voice: EspeakSession) -> None:
    default = voice.speak(SpeechRequest(SEA, "en-us"))
    named = voice.speak(SpeechRequest(SEA, "en-us", voice_id="en-us+f3"))
    variant_alone = voice.speak(SpeechRequest(SEA, "en-us", voice_id="+Female3"))

    assert named.wav != default.wav
    assert variant_alone.wav == named.wav


def test_the_same_request_gives_the_same_bytes_whatever_was_spoken_before(
    voice: EspeakSession,
) -> None:
    request = SpeechRequest(SEA, "en-us")

    first = voice.speak(request)
    for other in (SpeechRequest("Бог", "ru", 2), SpeechRequest("你好", "cmn", 0.5, "+whisper")):
        voice.speak(other)
    with Espeak().open() as fresh:
        assert voice.speak(request) == first == fresh.speak(request)


def test_a_clip_is_48_khz_mono_with_a_peak_of_3_db_below_full_scale(
    voice: EspeakSession,
) -> None:
    speech = voice.speak(SpeechRequest(SEA, "en-us"))

    with wave.open(io.BytesIO(speech.wav)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (48_000, 1, 2)
        assert speech.duration_s == file.getnframes() / 48_000
    assert 20 * np.log10(np.abs(samples(speech)).max()) == pytest.approx(-3, abs=0.01)
    assert (speech.provider, speech.model) == ("espeak", "espeak-ng 1.52.0")


def test_a_clip_begins_and_ends_with_20_ms_of_silence(voice: EspeakSession) -> None:
    sound = np.abs(samples(voice.speak(SpeechRequest("Hello.", "en-us"))))

    heard = np.flatnonzero(sound > sound.max() * 10 ** (-55 / 20))
    assert heard[0] <= 960
    assert len(sound) - 1 - heard[-1] <= 960
    assert sound[:5].max() < 0.0005
    assert sound[-5:].max() < 0.0005


def test_a_clip_has_no_rumble_and_no_images_of_the_synthesizers_band(
    voice: EspeakSession,
) -> None:
    sound = samples(voice.speak(SpeechRequest(SEA, "en-us")))

    power = np.abs(np.fft.rfft(sound)) ** 2
    hz = np.fft.rfftfreq(len(sound), 1 / 48_000)
    band_db = [
        10 * np.log10(power[(hz >= low) & (hz < high)].sum() / power.sum())
        for low, high in ((0, 40), (300, 3400), (12_000, 24_000))
    ]
    assert band_db[0] < -40
    assert band_db[1] > -3
    assert band_db[2] < -60


@pytest.mark.parametrize(
    ("name", "text", "at_least_s"),
    [
        pytest.param("en-us", (SEA + " ") * 60, 250, id="prose"),
        pytest.param("cmn", "海洋每天忘记这些岩石两次" * 25, 75, id="Chinese without punctuation"),
        pytest.param("ja", "うみはひろい" * 60, 30, id="kana without punctuation"),
    ],
)
def test_long_texts_are_spoken_to_their_end(
    voice: EspeakSession, name: str, text: str, at_least_s: float
) -> None:
    speech = voice.speak(SpeechRequest(text[:5000], name))

    assert speech.duration_s > at_least_s
    assert speech.duration_s - speech.words[-1].end_s < 0.1


@pytest.mark.parametrize(
    ("name", "is_cjk", "text"),
    [
        pytest.param("en-us", False, SEA, id="English"),
        pytest.param("fr", False, "Deux fois par jour, la mer oublie ces rochers.", id="French"),
        pytest.param("ar", False, "ينسى البحر هذه الصخور مرتين في اليوم.", id="Arabic"),
        pytest.param("ko", False, "바다는 하루에 두 번 이 바위들을 잊는다.", id="Korean"),
        pytest.param("cmn", True, "海洋每天忘记这些岩石两次。留下的必须屏住呼吸。", id="Chinese"),
        pytest.param("ja", True, "うみはいちにちににど、これらのいわをわすれる。", id="kana"),
    ],
)
def test_the_estimate_is_within_a_quarter_of_the_spoken_length(
    voice: EspeakSession, name: str, is_cjk: bool, text: str
) -> None:
    spoken_s = voice.speak(SpeechRequest(text, name)).duration_s

    assert estimate_duration_s(text, is_cjk) == pytest.approx(spoken_s, rel=0.25)
    assert estimate_duration_s(text, is_cjk, 2) == estimate_duration_s(text, is_cjk) / 2
    assert estimate_duration_s("🎉 …", is_cjk) == 0


def test_the_configuration_travels() -> None:
    assert pickle.loads(pickle.dumps(Espeak(timeout_s=5))) == Espeak(timeout_s=5)  # noqa: S301  # our own bytes


def test_every_listed_voice_speaks(voice: EspeakSession) -> None:
    listed = voice.voices

    assert "fo" not in listed  # espeak-ng lists it and says nothing
    assert {"en", "en-us", "en-gb", "fr", "fr-fr", "cmn", "zh", "yue", "ar", "no"} <= set(listed)
    for name in listed:
        assert voice.speak(SpeechRequest("hello", name)).provider == "espeak", name
