"""The contract of Gemini: scripts, pictures, speech."""

import io
import wave
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from jobs.errors import ProviderRejected
from jobs.stages import Stage
from media.pictures import read_picture
from media.run import Workspace
from providers.gemini.client import Gemini
from providers.gemini.plan import check_plan
from providers.takes import Commission, Line, Picture, Scenery, Sound, Written
from tests.contracts.every_service import (  # noqa: F401
    test_a_wrong_key_is_refused_for_nothing_and_not_told,
)
from tests.contracts.house import House, refusal, seconds

HIRE = Gemini
TEA = Commission("How to make tea, in two short scenes", "en", 2)
LINE = Line("The kettle boils. Tea is ready in four minutes.", "en", None, 1.0)
# The earlier generation ends on 18 December 2026.
GENERATIONS = ("gemini-3.8-flash-lite-tts", "gemini-3.1-flash-tts-preview")


@pytest.fixture(scope="module")
def written(house: House) -> Written:
    return house.session.plan(TEA)


@pytest.fixture(scope="module", params=[(1280, 720), (720, 1280)], ids=["wide", "upright"])
def scenery(request: pytest.FixtureRequest) -> Scenery:
    return Scenery("a kettle on a stove, no lettering", *request.param)


@pytest.fixture(scope="module")
def drawn(house: House, scenery: Scenery) -> Picture:
    return house.open(replace(house.config, largest_image="1K")).draw(scenery)


@pytest.fixture(scope="module", params=GENERATIONS)
def speaker(request: pytest.FixtureRequest, house: House) -> Gemini:
    """The configuration with a model of each generation."""
    return replace(house.config, speech_model=request.param)


@pytest.fixture(scope="module")
def spoken(house: House, speaker: Gemini) -> Sound:
    return house.open(speaker).speak(LINE)


@pytest.fixture
def order() -> Callable[[House, Any], Any]:
    return lambda _, session: session.speak(LINE)


def test_a_plan_is_of_the_schema_and_within_its_bounds(written: Written) -> None:
    assert check_plan(written.text, TEA.most_scenes).mistakes == ()
    assert written.request_id


def test_a_script_costs_less_than_is_reserved_for_it(house: House, written: Written) -> None:
    params = {"prompt": TEA.prompt, "language": TEA.language}

    assert written.cost_usd is not None
    assert 0 < written.cost_usd <= house.config.quote_usd(Stage.SCRIPT, params)


def test_a_plan_with_mistakes_is_repaired(house: House) -> None:
    mistaken = '{"scenes": [], "budget_usd": 5}'
    mistakes = check_plan(mistaken, TEA.most_scenes).mistakes

    repaired = house.session.repair(TEA, mistaken, mistakes)

    assert mistakes
    assert check_plan(repaired.text, TEA.most_scenes).mistakes == ()


def test_a_picture_has_the_shape_and_size_of_what_was_ordered(
    scenery: Scenery, drawn: Picture, space: Workspace
) -> None:
    path = space.folder / f"drawn{drawn.suffix}"
    path.write_bytes(drawn.data)

    down, across, _ = read_picture(path).shape

    assert across / down == pytest.approx(scenery.width / scenery.height, rel=0.03)
    assert across * down >= 0.9 * scenery.width * scenery.height
    assert drawn.request_id


def test_speech_of_both_generations_is_plain_wave(spoken: Sound) -> None:
    with wave.open(io.BytesIO(spoken.data)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 24_000)
    assert (spoken.suffix, spoken.marks) == (".wav", ())
    assert spoken.request_id


def test_a_line_takes_as_long_as_it_takes_to_say(spoken: Sound, space: Workspace) -> None:
    assert 1.5 < seconds(space, spoken) < 8


def test_speech_costs_what_the_price_book_says_or_less(speaker: Gemini, spoken: Sound) -> None:
    params = {"text": LINE.text, "language": LINE.language, "speed": LINE.speed}
    quoted_usd = speaker.quote_usd(Stage.VOICE, params)

    assert spoken.cost_usd is not None
    assert quoted_usd / 10 <= spoken.cost_usd <= quoted_usd


def test_a_voice_of_nobody_is_refused(house: House) -> None:
    ask = replace(LINE, voice_id="Bob")

    refusal(lambda: house.session.speak(ask), ProviderRejected)


@pytest.mark.parametrize(
    ("setting", "method", "asked"),
    [
        pytest.param("text_model", "plan", TEA, id="text"),
        pytest.param("image_model", "draw", Scenery("a kettle", 640, 360), id="pictures"),
        pytest.param("speech_model", "speak", LINE, id="speech"),
    ],
)
def test_a_model_that_has_retired_is_refused_as_such(
    house: House, setting: str, method: str, asked: Any
) -> None:
    session = house.open(replace(house.config, **{setting: "gemini-1.5-pro"}))

    error = refusal(lambda: getattr(session, method)(asked), ProviderRejected)

    assert "404 NOT_FOUND (is the model retired" in error.message
