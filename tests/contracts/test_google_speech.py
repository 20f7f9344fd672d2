"""The contract of Google Cloud Text-to-Speech."""

import io
import wave
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from jobs.errors import ProviderRejected
from media.run import Workspace
from providers.google_speech import GoogleSpeech, kind_of, ssml
from providers.prices import price
from providers.takes import Line, Sound
from tests.contracts.every_service import (  # noqa: F401
    test_a_wrong_key_is_refused_for_nothing_and_not_told,
)
from tests.contracts.house import House, refusal, seconds

HIRE = GoogleSpeech
TEXT = "Twice a day the sea forgets salt & <sand>."
WORDS = [0, 6, 8, 12, 16, 20, 28, 33, 35]
LINE = Line(TEXT, "en", None, 1.0)


@pytest.fixture(scope="module")
def spoken(house: House) -> Sound:
    return house.session.speak(LINE)


@pytest.fixture
def order() -> Callable[[House, Any], Any]:
    return lambda _, session: session.speak(LINE)


def test_every_word_has_a_mark_and_nothing_of_the_text_is_markup(spoken: Sound) -> None:
    assert [at for at, _ in spoken.marks] == WORDS


def test_marks_rise_from_the_start_of_the_sound_to_its_end(spoken: Sound, space: Workspace) -> None:
    starts_s = [start_s for _, start_s in spoken.marks]

    assert starts_s == sorted(set(starts_s))
    assert starts_s[0] < 0.5
    assert 1.0 < starts_s[-1] < seconds(space, spoken) < 8


def test_speech_is_plain_wave(spoken: Sound) -> None:
    with wave.open(io.BytesIO(spoken.data)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 24_000)


def test_a_faster_voice_is_done_sooner(house: House, spoken: Sound, space: Workspace) -> None:
    faster = house.session.speak(replace(LINE, speed=1.5))

    assert seconds(space, faster) < 0.8 * seconds(space, spoken)


def test_who_spoke_is_one_of_the_voices_and_of_the_kind_that_is_configured(
    house: House, spoken: Sound
) -> None:
    assert spoken.model in house.session.voices()
    assert kind_of(spoken.model) == house.config.kind
    assert spoken.model.startswith("en-US-")


def test_speech_costs_what_the_price_book_says_of_the_voice(spoken: Sound) -> None:
    book = price("google", "tts", kind_of(spoken.model) or "")

    assert spoken.cost_usd == pytest.approx(book.of(len(ssml(TEXT))))


def test_a_voice_of_nobody_is_refused(house: House) -> None:
    ask = replace(LINE, voice_id="de-DE-Neural2-Q")

    refusal(lambda: house.session.speak(ask), ProviderRejected)


def test_a_text_that_is_too_long_is_refused(house: House) -> None:
    refusal(lambda: house.session.speak(replace(LINE, text="word " * 1_100)), ProviderRejected)
