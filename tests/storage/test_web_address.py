"""Addresses that may be dialled, and those that never are."""

import pytest

from jobs.errors import InputUnreachable
from storage.guarded_http import check_address, open_client, web_address
from tests.storage.reaching import QUICK_S


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("https://media.example/a.mp4", id="a name"),
        pytest.param("https://loop.example/", id="a name that leads inside"),
        pytest.param("https://8.8.8.8/", id="a public number"),
        pytest.param("https://[2606:4700:4700::1111]/", id="a public number of IPv6"),
        pytest.param("https://media.example:443/", id="the port of https"),
        pytest.param("HTTPS://Media.Example:0443/", id="in capitals, with zeros"),
        pytest.param("https://médiá.example/", id="a name in another script"),
    ],
)
def test_an_address_that_may_be_dialled_passes(text: str) -> None:
    check_address(text)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("http://media.example/", id="not https"),
        pytest.param("https://media.example:444/", id="another port"),
        pytest.param("https://media.example:0/", id="port 0"),
        pytest.param("https://media.example:99999/", id="no port at all"),
        pytest.param("https://127.0.0.1/", id="loopback"),
        pytest.param("https://127.1/", id="loopback, shortened"),
        pytest.param("https://0x7f000001/", id="loopback in hexadecimal"),
        pytest.param("https://2130706433/", id="loopback as a number"),
        pytest.param("https://0177.0.0.1/", id="loopback in octal"),
        pytest.param("https://①②⑦.⓪.⓪.①/", id="loopback in circles"),
        pytest.param("https://[::1]/", id="loopback of IPv6"),
        pytest.param("https://[::ffff:127.0.0.1]/", id="loopback, mapped"),
        pytest.param("https://[64:ff9b::a9fe:a9fe]/", id="metadata by NAT64"),
        pytest.param("https://[fe80::1%25eth0]/", id="link-local with a zone"),
        pytest.param("https://169.254.169.254/", id="metadata"),
        pytest.param("https://10.0.0.5/", id="private"),
        pytest.param("https://0/", id="this host"),
        pytest.param("https://xn--a/", id="a name that stands for nothing"),
        pytest.param("https://a_b..example/", id="an empty label"),
        pytest.param(f"https://{'a' * 64}.example/", id="a long label"),
        pytest.param(f"https://media.example/{'a' * 2048}", id="a long address"),
        pytest.param("https://me@media.example/", id="a user name"),
        pytest.param("https://media.example\\@127.0.0.1/", id="a backslash"),
        pytest.param("https://[::1/", id="half a bracket"),
        pytest.param("https:///", id="no host"),
    ],
)
def test_an_address_that_is_never_dialled_is_known_by_itself(text: str) -> None:
    with pytest.raises(InputUnreachable, match="is not reachable or not allowed"):
        check_address(text)
    with open_client(timeout_s=QUICK_S) as client, pytest.raises(InputUnreachable):
        client.get(web_address(text))
