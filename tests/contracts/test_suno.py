"""The contract of resellers of Suno."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest

from jobs.errors import Charged, ProviderRejected
from media.run import Workspace
from providers.suno import SONGS, Suno
from providers.takes import Music, Sound
from tests.contracts.every_service import (  # noqa: F401
    test_a_wrong_key_is_refused_for_nothing_and_not_told,
)
from tests.contracts.house import House, refusal, seconds

HIRE = Suno
PIANO = Music("calm piano", 30.0)
CREDITS = 12  # of an order, which the price book has as one price


@dataclass(frozen=True)
class Bought:
    """An order, and the credits of the account before and after it."""

    sound: Sound
    before: int
    after: int


def credits_left(house: House) -> int:
    """Read by hand: nothing of ours asks for it."""
    config = house.config
    answer = httpx.get(
        f"{config.base_url}{config.prefix}/generate/credit",
        headers={"Authorization": f"Bearer {house.key}"},
        timeout=60,
    )
    return int(answer.raise_for_status().json()["data"])


@pytest.fixture(scope="module")
def bought(house: House) -> Bought:
    before = credits_left(house)
    sound = house.session.compose(PIANO, house.call())
    return Bought(sound, before, credits_left(house))


@pytest.fixture
def order() -> Callable[[House, Any], Any]:
    return lambda house, session: session.compose(PIANO, house.call())


def test_both_songs_of_an_order_can_be_played(bought: Bought, space: Workspace) -> None:
    songs = (bought.sound, *bought.sound.others)

    assert len(songs) == SONGS
    assert all(10 < seconds(space, song) < 600 for song in songs)
    assert songs[0].data != songs[1].data


def test_an_order_is_named_once_and_both_songs_say_whose_they_are(
    house: House, bought: Bought
) -> None:
    songs = (bought.sound, *bought.sound.others)

    assert [song.request_id for song in songs] == [bought.sound.request_id] * SONGS
    assert house.named.count(bought.sound.request_id) == 1


def test_songs_have_titles_and_nobody_vouches_for_their_rights(bought: Bought) -> None:
    assert bought.sound.title
    assert not bought.sound.is_verified


def test_an_order_takes_twelve_credits(bought: Bought) -> None:
    assert bought.before - bought.after == CREDITS


def test_who_comes_back_for_an_order_gets_its_songs_for_nothing(
    house: House, bought: Bought
) -> None:
    named = list(house.named)

    again = house.session.compose(PIANO, house.call(bought.sound.request_id))

    assert again == bought.sound
    assert house.named == named
    assert credits_left(house) == bought.after


def test_an_order_that_nobody_knows_is_not_waited_for(house: House) -> None:
    with pytest.raises(ProviderRejected) as caught:
        house.session.compose(PIANO, house.call("an-order-of-nobody"))

    assert caught.value.charged is Charged.UNKNOWN


def test_a_model_that_there_is_not_is_refused(house: House) -> None:
    session = house.open(replace(house.config, model="V0"))

    refusal(lambda: session.compose(PIANO, house.call()), ProviderRejected)
