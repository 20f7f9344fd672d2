"""How Omni is configured, and what its films cost."""

from typing import Any

import pytest

from jobs.errors import InvalidInput
from jobs.stages import Stage
from providers.gemini.omni import Omni
from providers.gemini.wire import Door
from providers.takes import Scenery


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("AIPROD_OMNI_MODEL", "gemini-omni-9", id="model"),
        pytest.param("AIPROD_OMNI_RESOLUTION", "8k", id="resolution"),
        pytest.param("AIPROD_OMNI_SEED", "-1", id="seed"),
        pytest.param("AIPROD_OMNI_CALLS", "0", id="calls"),
    ],
)
def test_a_wrong_setting_is_named(name: str, value: str) -> None:
    with pytest.raises(InvalidInput, match=f"{name} is '{value}'; give"):
        Omni.configured({name: value})


def test_settings_are_read() -> None:
    config = Omni.configured(
        {
            "AIPROD_OMNI_MODEL": "gemini-omni-1.1-flash",
            "AIPROD_OMNI_RESOLUTION": "4K",
            "AIPROD_OMNI_SEED": "7",
            "AIPROD_OMNI_CALLS": "2",
            "AIPROD_OMNI_URL": "http://127.0.0.1:9/",
        }
    )

    assert config == Omni(
        Door("http://127.0.0.1:9"), "gemini-omni-1.1-flash", "4k", seed=7, most_open=2
    )
    assert config.order(Scenery("a calm sea", 640, 360, 3.0))["generation_config"]["seed"] == 7


@pytest.mark.parametrize(
    ("params", "usd"),
    [
        pytest.param({"width": 1280, "height": 720, "length_s": 5}, 0.35, id="720p"),
        pytest.param({"width": 1920, "height": 1080, "length_s": 60}, 1.575, id="the longest"),
    ],
)
def test_a_film_is_quoted_by_the_second(params: dict[str, Any], usd: float) -> None:
    assert Omni(Door()).quote_usd(Stage.VISUAL, params) == pytest.approx(usd)


def test_films_have_to_be_asked_for_by_name() -> None:
    (choice,) = Omni(Door()).choices(Stage.VISUAL)

    assert not choice.is_automatic
    assert choice.needs == ("prompt", "width", "height", "length_s")
    assert not list(Omni(Door()).choices(Stage.MUSIC))
