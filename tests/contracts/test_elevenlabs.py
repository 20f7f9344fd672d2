"""The contract of ElevenLabs."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from jobs.errors import ProviderRejected
from jobs.stages import Stage
from media.run import Workspace
from providers.elevenlabs.account import Subscription
from providers.elevenlabs.client import MOST_CHARACTERS, ElevenLabs
from providers.takes import Line, Music, Sound
from tests.contracts.every_service import (  # noqa: F401
    test_a_wrong_key_is_refused_for_nothing_and_not_told,
)
from tests.contracts.house import House, refusal, seconds

HIRE = ElevenLabs
TEXT = "Twice a day the sea forgets these rocks."
LINE = Line(TEXT, "en", None, 1.0)
NOBODY = "aVoiceThatNobodyHas0"


@pytest.fixture(scope="module")
def before(house: House) -> Subscription:
    """What the account had before anything was bought."""
    return house.session.subscription()


@pytest.fixture(scope="module")
def spoken(house: House, before: Subscription) -> Sound:
    return house.session.speak(LINE)


@pytest.fixture
def order() -> Callable[[House, Any], Any]:
    return lambda _, session: session.speak(LINE)


def test_every_character_has_a_mark(spoken: Sound) -> None:
    assert [at for at, _ in spoken.marks] == list(range(len(TEXT)))


def test_marks_rise_from_the_start_of_the_sound_to_its_end(spoken: Sound, space: Workspace) -> None:
    starts_s = [start_s for _, start_s in spoken.marks]

    assert starts_s == sorted(starts_s)
    assert starts_s[0] < 0.5
    assert 1.5 < starts_s[-1] < seconds(space, spoken) < 8


def test_a_faster_voice_is_done_sooner(house: House, spoken: Sound, space: Workspace) -> None:
    faster = house.session.speak(replace(LINE, speed=1.2))

    assert seconds(space, faster) < seconds(space, spoken)


def test_every_request_has_a_name_of_its_own(house: House, spoken: Sound) -> None:
    again = house.session.speak(replace(LINE, text="Again."))

    assert spoken.request_id
    assert again.request_id
    assert spoken.request_id != again.request_id


def test_speech_costs_what_the_price_book_says_or_less(house: House, spoken: Sound) -> None:
    quoted_usd = house.config.quote_usd(Stage.VOICE, {"text": TEXT})

    assert spoken.cost_usd is not None
    assert quoted_usd / 10 <= spoken.cost_usd <= quoted_usd


def test_what_the_account_has_left_goes_down(
    house: House, before: Subscription, spoken: Sound
) -> None:
    assert before.plan in (house.config.plan, None)  # of a tier that nobody knows
    assert 0 <= house.session.subscription().characters < before.characters


def test_each_voice_is_listed_once_and_who_speaks_is_among_them(house: House) -> None:
    voices = [one.voice_id for one in house.session.voices()]

    assert house.config.voice_id in voices
    assert len(set(voices)) == len(voices)


def test_the_account_has_what_is_configured(house: House) -> None:
    assert house.session.account().warnings == ()


def test_a_sound_of_an_event_is_made(house: House, space: Workspace) -> None:
    sound = house.session.effect({"query": "a single drop of water"})

    assert 0.5 <= seconds(space, sound) <= 30
    assert sound.request_id


def test_music_is_as_long_as_it_was_ordered(house: House, space: Workspace) -> None:
    music = house.session.compose(Music("calm piano", 5.0), house.call())

    assert seconds(space, music) == pytest.approx(5.0, abs=1.0)
    assert music.request_id
    assert house.named == []  # it comes with the answer


def test_a_voice_of_nobody_is_refused_by_its_name(house: House) -> None:
    ask = replace(LINE, voice_id=NOBODY)

    assert NOBODY in refusal(lambda: house.session.speak(ask), ProviderRejected).message


def test_a_model_that_there_is_not_is_refused(house: House) -> None:
    session = house.open(replace(house.config, speech_model="eleven_v0"))

    refusal(lambda: session.speak(LINE), ProviderRejected)


def test_a_text_that_is_too_long_is_refused(house: House) -> None:
    most = MOST_CHARACTERS[house.config.speech_model]
    ask = replace(LINE, text="word " * (most // 5 + 1))

    refusal(lambda: house.session.speak(ask), ProviderRejected)
