"""The contract of Veo."""

from dataclasses import replace

from jobs.errors import ProviderRejected
from providers.gemini.veo import Veo
from providers.takes import Scenery
from tests.contracts.films import *  # noqa: F403
from tests.contracts.house import House, refusal

HIRE = Veo
SCENE = Scenery("a calm sea at dawn, seen from a cliff", 1280, 720, 4.0)


def test_a_model_that_has_retired_is_refused_as_such(house: House) -> None:
    session = house.open(replace(house.config, model="veo-3.0-generate-001"))

    error = refusal(lambda: session.film(SCENE, house.call()), ProviderRejected)

    assert "404 NOT_FOUND (is the model retired" in error.message
