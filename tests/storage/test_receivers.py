import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.receivers import MAX_LENGTH, receiver_address


@pytest.mark.parametrize(
    "written",
    [
        pytest.param("https://media.example/hook", id="plain"),
        pytest.param("HTTPS://MEDIA.Example/hook", id="capitals"),
        pytest.param("https://media.example./hook", id="final dot"),
        pytest.param("https://media.example:443/hook", id="port that goes without saying"),
        pytest.param("https://media.example:0000443/hook", id="port with zeros"),
        pytest.param("https://media.example:/hook", id="empty port"),
        pytest.param("https://media.example.:0443/hook", id="dot and port"),
        pytest.param("https://media。example/hook", id="dot of another script"),
    ],
)
def test_one_receiver_has_one_address(written: str) -> None:
    assert receiver_address(written) == "https://media.example/hook"


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        pytest.param(
            "https://Média.example/ä?q=é", "https://xn--mdia-bpa.example/%C3%A4?q=%C3%A9", id="IDNA"
        ),
        pytest.param(
            "https://xn--mdia-bpa.example/", "https://xn--mdia-bpa.example/", id="IDNA already"
        ),
        pytest.param("https://media.example:08443/", "https://media.example:8443/", id="port"),
        pytest.param("https://media.example?a=1", "https://media.example?a=1", id="query"),
        pytest.param("https://[2606:4700:0::1111]:443/", "https://[2606:4700:0::1111]/", id="IPv6"),
    ],
)
def test_what_tells_receivers_apart_stays(written: str, plain: str) -> None:
    assert receiver_address(written) == plain


@pytest.mark.parametrize(
    "written",
    [
        *("https://xn--a/", "https://[::1/", "https://./", "https://a:b/", "https://a b/"),
        f"https://media.example/{'é' * 1000}",
    ],
)
def test_what_cannot_be_called_stays_as_it_is(written: str) -> None:
    assert receiver_address(written) == written


@given(st.text(max_size=60).map("https://{}".format) | st.text(max_size=60))
def test_every_text_has_an_address_that_stays(written: str) -> None:
    plain = receiver_address(written)

    assert len(plain) <= max(len(written), MAX_LENGTH)
    assert receiver_address(plain) == plain
