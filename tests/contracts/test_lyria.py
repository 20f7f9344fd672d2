"""The contract of Lyria."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from jobs.errors import Charged, ProviderRejected
from media.run import Workspace
from providers.gemini.lyria import Lyria
from providers.takes import Music, Sound
from tests.contracts.every_service import (  # noqa: F401
    test_a_wrong_key_is_refused_for_nothing_and_not_told,
)
from tests.contracts.house import House, refusal, seconds

HIRE = Lyria
PIANO = Music("calm piano", 30.0)


@pytest.fixture(scope="module")
def composed(house: House) -> Sound:
    return house.session.compose(PIANO, house.call())


@pytest.fixture
def order() -> Callable[[House, Any], Any]:
    return lambda house, session: session.compose(PIANO, house.call())


def test_a_song_can_be_played_and_is_long_enough_to_be_fitted(
    composed: Sound, space: Workspace
) -> None:
    assert composed.suffix == ".mp3"
    assert 15 < seconds(space, composed) < 600


def test_the_job_is_named_once_and_the_song_says_whose_it_is(house: House, composed: Sound) -> None:
    assert house.named.count(composed.request_id) == 1


def test_who_comes_back_for_a_job_gets_its_song(house: House, composed: Sound) -> None:
    named = list(house.named)

    again = house.session.compose(PIANO, house.call(composed.request_id))

    assert again == composed
    assert house.named == named


def test_a_job_that_nobody_knows_is_not_waited_for(house: House, composed: Sound) -> None:
    unknown = house.call(f"{composed.request_id[:-4]}zzzz")

    with pytest.raises(ProviderRejected) as caught:
        house.session.compose(PIANO, unknown)

    assert caught.value.charged is Charged.UNKNOWN


def test_a_model_that_there_is_not_is_refused(house: House) -> None:
    session = house.open(replace(house.config, model="lyria-1"))

    refusal(lambda: session.compose(PIANO, house.call()), ProviderRejected)
