"""How Suno is configured, and what is told of it beforehand."""

import pytest

from jobs.casting import Clearance
from jobs.errors import InvalidInput
from jobs.stages import Stage
from providers.suno import Suno


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"AIPROD_SUNO_MODEL": "V3"}, "AIPROD_SUNO_MODEL is 'V3'; give one of V4, V4_5"),
        ({"AIPROD_SUNO_CALLBACK_URL": "http://a"}, "AIPROD_SUNO_CALLBACK_URL is no https://"),
        (
            {"AIPROD_SUNO_CALLBACK_URL": "https://a.example/?a=1"},
            "AIPROD_SUNO_CALLBACK_URL is no https:// address that a path can be put behind",
        ),
        ({"AIPROD_SUNO_PREFIX": "api"}, "AIPROD_SUNO_PREFIX is 'api'; give a path such as"),
    ],
)
def test_a_wrong_setting_is_told_by_name(variables: dict[str, str], said: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        Suno.configured(variables)

    assert said in caught.value.message


def test_rights_are_unverified_and_the_price_is_that_of_both_songs() -> None:
    config = Suno.configured({})

    (choice,) = config.choices(Stage.MUSIC)
    assert choice.clearance is Clearance.UNVERIFIED
    assert config.quote_usd(Stage.MUSIC, {"prompt": "piano"}) == pytest.approx(0.06)
