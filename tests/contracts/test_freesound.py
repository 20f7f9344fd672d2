"""The contract of Freesound."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from jobs.errors import NoMatch
from media.run import Workspace
from providers.freesound import LONGEST_S, SHORTEST_S, Freesound
from providers.takes import Sound
from tests.contracts.every_service import (  # noqa: F401
    test_a_wrong_key_is_refused_for_nothing_and_not_told,
)
from tests.contracts.house import House, seconds

HIRE = Freesound
WAVES = {"query": "ocean waves", "is_commercial": True}


@pytest.fixture(scope="module", params=["cc0", "by"])
def licence(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def found(house: House, licence: str) -> list[Sound]:
    """What is offered under a licence."""
    session = house.open(replace(house.config, licences=(licence,)))
    return [offer.bring() for offer in session.offers(WAVES)]


@pytest.fixture
def order() -> Callable[[House, Any], Any]:
    return lambda _, session: next(session.offers(WAVES))


def test_sounds_are_offered_each_once(found: list[Sound]) -> None:
    ids = [sound.request_id for sound in found]

    assert 1 <= len(set(ids)) == len(ids) <= 3
    assert all(one.isdecimal() for one in ids)


def test_a_search_keeps_to_its_filter(house: House) -> None:
    # By hand: the client looks at what is found once more, and would hide what should not be there.
    asked = {
        "query": "ocean waves",
        "filter": 'duration:[3 TO 5] license:("Attribution") loudness:[-50 TO *]',
        "fields": "id,license,duration",
    }
    key = {"Authorization": f"Token {house.key}"}

    answer = httpx.get(
        f"{house.config.base_url}/apiv2/search/", params=asked, headers=key, timeout=60
    )

    told = [one for one in answer.raise_for_status().json()["results"] if one is not None]
    assert told
    assert all(3 <= one["duration"] <= 5 for one in told)
    assert all("/licenses/by/" in one["license"] for one in told)


def test_previews_are_of_the_length_that_was_asked_for(
    found: list[Sound], space: Workspace
) -> None:
    # A preview is padded to whole frames of MP3, of 26 ms.
    assert all(SHORTEST_S <= seconds(space, sound) <= LONGEST_S + 0.2 for sound in found)


def test_the_licence_is_that_which_was_asked_for(found: list[Sound], licence: str) -> None:
    deeds = {"cc0": "/publicdomain/zero/", "by": "/licenses/by/"}

    for sound in found:
        deed = urlsplit(sound.licence)
        assert deed.hostname == "creativecommons.org"
        assert deed.path.startswith(deeds[licence])


def test_who_recorded_it_and_where_it_is_found_is_told(found: list[Sound], licence: str) -> None:
    named = {"cc0": "Creative Commons 0", "by": "Attribution "}

    for sound in found:
        page = f"https://freesound.org/s/{sound.request_id}/"
        assert sound.attribution[0].startswith(f"{sound.title} by ")
        assert f" -- {page} -- License: {named[licence]}" in sound.attribution[0]


def test_sounds_cost_nothing(found: list[Sound]) -> None:
    assert [sound.cost_usd for sound in found] == [0.0] * len(found)


def test_a_word_that_nobody_tagged_finds_nothing(house: House) -> None:
    with pytest.raises(NoMatch):
        next(house.session.offers({"query": "qzxjvkwqpfhh", "is_commercial": True}))
