import pytest

from jobs.errors import Charged, ProviderAccess
from tests.providers.desk import Desk


@pytest.mark.parametrize(
    "key",
    [
        pytest.param("sk-1234\nHost: a.test", id="two lines"),
        pytest.param("sk-1234\n", id="the end of a line"),
        pytest.param("sk-…1234", id="shortened by who showed it"),
        pytest.param("sk-1234 # mine", id="a remark"),
        pytest.param("", id="nothing"),
    ],
)
def test_what_cannot_be_a_key_is_not_sent(key: str) -> None:
    with pytest.raises(ProviderAccess) as caught:
        Desk(key).access.key_of("suno")

    assert caught.value.charged is Charged.NO
    assert caught.value.message == (
        "the key of suno is empty, or has spaces or characters in it that no key has"
    )


def test_a_key_is_given_as_it_is() -> None:
    assert Desk("AIza-12_34.ab~+/=").access.key_of("gemini") == "AIza-12_34.ab~+/="
