import pytest

from jobs.errors import InvalidInput
from providers.roster import configured
from providers.settings import address

KEYS = {"FREESOUND_API_KEY": "k", "ELEVENLABS_API_KEY": "k", "SUNO_API_KEY": "k"}


@pytest.mark.parametrize(
    ("variables", "found"),
    [
        pytest.param({}, "https://api.example.org", id="not set"),
        pytest.param({"A_URL": ""}, "https://api.example.org", id="set to nothing"),
        pytest.param({"A_URL": "http://a.example:8080/v9/"}, "http://a.example:8080/v9", id="path"),
        pytest.param({"B_URL": "http://b", "A_URL": "http://a"}, "http://a", id="the first counts"),
    ],
)
def test_an_address_ends_without_a_slash(variables: dict[str, str], found: str) -> None:
    assert address(variables, ("A_URL", "B_URL"), "https://api.example.org") == found


@pytest.mark.parametrize("service", ["FREESOUND", "ELEVENLABS", "SUNO", "GOOGLE"])
@pytest.mark.parametrize(
    "text",
    [
        pytest.param("api.example.org", id="no scheme"),
        pytest.param("ftp://api.example.org", id="another scheme"),
        pytest.param("https://", id="no host"),
        pytest.param("https://a.example:port", id="no port"),
        pytest.param("https://a.example/?token=1", id="query"),
        pytest.param("https://me:secret@a.example", id="password"),
    ],
)
def test_every_service_refuses_what_is_no_address(service: str, text: str) -> None:
    name = f"AIPROD_{service}_URL"

    with pytest.raises(InvalidInput) as caught:
        configured({**KEYS, "AIPROD_PROVIDERS": "google", name: text})

    assert caught.value.message.startswith(f"{name} is no address; give one such as https://")
    assert "secret" not in caught.value.message
