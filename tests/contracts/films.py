"""What who films is asked. A suite says what `SCENE` is: what it films, as it can be made."""

from collections.abc import Callable
from typing import Any

import pytest

from jobs.errors import Charged, ProviderRejected
from media.run import Workspace
from providers.takes import Picture, Scenery
from tests.contracts.every_service import (  # noqa: F401
    test_a_wrong_key_is_refused_for_nothing_and_not_told,
)
from tests.contracts.house import House, frames


@pytest.fixture(scope="module")
def scene(request: pytest.FixtureRequest) -> Scenery:
    found: Scenery = request.module.SCENE
    return found


@pytest.fixture(scope="module")
def film(house: House, scene: Scenery) -> Picture:
    return house.session.film(scene, house.call())


@pytest.fixture
def order(scene: Scenery) -> Callable[[House, Any], Any]:
    return lambda house, session: session.film(scene, house.call())


def test_a_film_has_the_length_and_size_that_were_ordered(
    film: Picture, scene: Scenery, space: Workspace
) -> None:
    shown = frames(space, film)

    assert film.suffix == ".mp4"
    assert film.ordered_s == scene.duration_s
    assert float(shown.duration_s) == pytest.approx(scene.duration_s, abs=0.25)
    assert shown.size == (scene.width, scene.height)


def test_a_film_has_24_frames_a_second(film: Picture, space: Workspace) -> None:
    shown = frames(space, film)

    assert len(shown.starts) / float(shown.duration_s) == pytest.approx(24, abs=0.1)


def test_the_job_is_named_once_and_the_film_says_whose_it_is(house: House, film: Picture) -> None:
    assert house.named.count(film.request_id) == 1


def test_who_comes_back_for_a_job_gets_its_film(
    house: House, film: Picture, scene: Scenery
) -> None:
    named = list(house.named)

    again = house.session.film(scene, house.call(film.request_id))

    assert again == film
    assert house.named == named


def test_a_job_that_nobody_knows_is_not_waited_for(
    house: House, film: Picture, scene: Scenery
) -> None:
    unknown = house.call(f"{film.request_id[:-4]}zzzz")

    with pytest.raises(ProviderRejected) as caught:
        house.session.film(scene, unknown)

    assert caught.value.charged is Charged.UNKNOWN
