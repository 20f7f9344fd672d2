import itertools
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from jobs.errors import InputUnreachable
from storage.guarded_http import LOCATION, open_client, web_address
from storage.guarded_wire import InputInterrupted
from tests.fakes.local_hosts import Authority, Forwarding, Host, host, response, silence
from tests.storage.reaching import PUBLIC, QUICK_S, WAIT_S, local_client, reaching


@pytest.fixture(scope="module")
def nobody() -> ssl.SSLContext:
    """Trusts no authority."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def refusal(call: Callable[[], Any]) -> str:
    with pytest.raises(InputUnreachable) as caught:
        call()
    assert type(caught.value) is InputUnreachable
    assert caught.value.retryable is False
    return caught.value.message


# Each would reach the listener if it were dialled.
HOSTILE = [
    *("https://127.0.0.1/", "https://127.0.0.1:443/", "https://127.1/", "https://127.0.1/"),
    *("https://2130706433/", "https://0x7f000001/", "https://0x7f.1/", "https://0x7F.0x1/"),
    *("https://0177.0.0.1/", "https://017700000001/", "https://0177.1/", "https://00000177.1/"),
    *("https://0/", "https://0.0.0.0/", "https://00/", "https://0x0/", "https://127.0.0.1./"),
    *("https://[::1]/", "https://[::]/", "https://[::ffff:127.0.0.1]/", "https://[::127.0.0.1]/"),
    *("https://[0:0:0:0:0:0:0:1]/", "https://[::ffff:7f00:1]/", "https://[64:ff9b::7f00:1]/"),
    *("https://[2002:7f00:1::]/", "https://[fe80::1]/", "https://[fe80::1%25lo]/"),
    *("https://[fd00:ec2::254]/", "https://[::1%lo]/", "https://[v1.x]/", "https://[::1/"),
    *("https://localhost/", "https://LOCALHOST/", "https://localhost./", "https://ⓛocalhost/"),
    *(
        "https://①②⑦.⓪.⓪.①/",
        "https://１２７.0.0.1/",
        "https://127。0。0。1/",
        "https://127．0.0.1/",
    ),
    *("https://169.254.169.254/latest/", "https://2852039166/", "https://0xa9fea9fe/"),
    *("https://10.0.0.5/", "https://192.168.1.1/", "https://172.16.0.1/", "https://100.64.0.1/"),
    *("https://loop.example/", "https://loop6.example/", "https://meta.example/"),
    *("https://inside.example/", "https://mapped.example/", "https://nat64.example/"),
    *("https://mixed.example/", "https://mixed6.example/", "https://zero.example/"),
    *(
        "https://user@media.example/",
        "https://user:word@media.example/",
        "https://:@media.example/",
    ),
    *("https://media.example@127.0.0.1/", "https://127.0.0.1@media.example/"),
    *("https://media.example:443@127.0.0.1/", "https://media.example%40127.0.0.1/"),
    *("https://media.example\\@127.0.0.1/", "https://127.0.0.1\\@media.example/"),
    *("https://127.0.0.1\\.media.example/", "https:\\\\media.example/", "https:/\\media.example/"),
    *("https://media.example /", " https://media.example/", "https://media.example/\n"),
    *("https://media.example/a b", "https://media.example/\x00", "https://media.example/\x85"),
    *("https://media.example\t/", "ht\ntps://media.example/", "https://media.example%00/"),
    *("https://media.example%2f@127.0.0.1/", "https://127.0.0.1%23.media.example/"),
    *("https://media.example:80/", "https://media.example:8443/", "https://media.example:22/"),
    *("https://media.example:0/", "https://media.example:65536/", "https://media.example:-443/"),
    *(
        "https://media.example:443:80/",
        "https://media.example:４４３x/",
        "https://media.example:x/",
    ),
    *("http://media.example/", "http://media.example:443/", "HTTP://media.example/"),
    *("http://127.0.0.1/", "ftp://media.example/", "file:///etc/passwd", "gopher://127.0.0.1/_x"),
    *("ws://media.example/", "wss://media.example/", "gs://bucket/name", "data:text/plain,x"),
    *("//media.example/", "media.example", "/etc/passwd", "", "https:", "https://", "https:///"),
    *("https://?media.example", "https://#media.example", "https://.media.example/"),
    *("https://media..example/", f"https://{'a' * 64}.example/", "https://xn--zzzzzzz99999/"),
    *("https://media.example,127.0.0.1/", "https://media.example;127.0.0.1/", "https://*/"),
    *("https://{127.0.0.1}/", "https://$HOME/", "https://me\u00addia.example:1/"),
    f"https://media.example/{'a' * 2048}",
    f"https://media.example/{'é' * 700}",
    f"https://{'a.' * 130}example/",
]


@pytest.fixture(scope="module")
def listener() -> Iterator[Host]:
    with host(response(b"secret")) as seen:
        yield seen


@pytest.mark.parametrize("url", HOSTILE, ids=lambda url: ascii(url)[:60])
def test_a_hostile_address_connects_to_nothing(
    url: str, listener: Host, nobody: ssl.SSLContext
) -> None:
    wire = Forwarding(listener.port)

    with reaching(wire, nobody) as client:
        message = refusal(lambda: client.get(web_address(url)))

    assert message.endswith(
        "is not reachable or not allowed (accepted: https on port 443 of a public host)"
    )
    assert wire.dialled == []
    assert listener.connections == 0


@pytest.mark.parametrize(
    "url",
    [
        *("https://media.example%40127.0.0.1/", "https://media.example%00/", "https://*/"),
        *("https://media.example,127.0.0.1/", "https://media.example;x/", "https://$HOME/"),
        *("https://.media.example/", "https://media..example/", f"https://{'a' * 64}.example/"),
        *(f"https://{'a.' * 130}example/", "https://[::1%25lo]/", "https://media.example../"),
        *("https://user@media.example/", f"https://media.example/{'a' * 2028}"),
        *("http://media.example/", "http://media.example:443/", "https://media.example:444/"),
    ],
    ids=lambda url: url[:60],
)
def test_a_malformed_address_is_refused_even_if_it_resolves(
    url: str, listener: Host, nobody: ssl.SSLContext
) -> None:
    wire = Forwarding(listener.port)

    with reaching(wire, nobody, resolve=lambda _name, _port: [PUBLIC]) as client:
        refusal(lambda: client.get(web_address(url)))

    assert wire.dialled == []


@pytest.mark.parametrize("form", ["http://127.0.0.1:{}/", "https://127.0.0.1:{}/"])
def test_nothing_on_this_machine_is_reached(form: str) -> None:
    with host(response(b"secret")) as seen, open_client(timeout_s=WAIT_S) as client:
        refusal(lambda: client.get(form.format(seen.port)))

    assert seen.connections == 0


def test_forbidden_closed_and_unknown_hosts_sound_the_same(nobody: ssl.SSLContext) -> None:
    wire = Forwarding(1, dead=frozenset([PUBLIC]))
    heard = set()

    with reaching(wire, nobody) as client:
        for name in ("inside.example", "unknown.example", "media.example", "mixed.example"):
            said = refusal(lambda name=name: client.get(f"https://{name}/"))
            heard.add(said.replace(name, "NAME"))
        said = refusal(lambda: client.get("https://media.example:8443/"))
        heard.add(said.replace("media.example", "NAME"))

    assert len(heard) == 1
    assert wire.dialled == [(PUBLIC, 443)]


def test_a_name_is_looked_up_once_and_the_checked_address_is_dialled(
    authority: Authority,
) -> None:
    lookups: list[str] = []
    moving = itertools.chain([[PUBLIC]], itertools.repeat(["127.0.0.1"]))

    def rebinding(name: str, port: int) -> list[str]:
        lookups.append(name)
        return next(moving)

    with host(response(b"hello"), tls=authority.server("media.example")) as seen:
        wire = Forwarding(seen.port)
        with reaching(wire, authority.trusted(), resolve=rebinding) as client:
            body = client.get("https://media.example/").read()
            looked_up_before = list(lookups)
            refusal(lambda: client.get("https://media.example/"))

    assert body == b"hello"
    assert looked_up_before == ["media.example"]
    assert wire.dialled == [(PUBLIC, 443)]


def test_a_look_up_that_hangs_is_given_up(nobody: ssl.SSLContext) -> None:
    release = threading.Event()

    def hanging(_name: str, _port: int) -> list[str]:
        release.wait(WAIT_S)
        return [PUBLIC]

    wire, started = Forwarding(1), time.monotonic()
    with reaching(wire, nobody, resolve=hanging, timeout_s=QUICK_S) as client:
        message = refusal(lambda: client.get("https://media.example/"))
    took_s = time.monotonic() - started
    release.set()

    assert message.startswith("media.example is not reachable or not allowed")
    assert took_s < WAIT_S / 2
    assert wire.dialled == []


def test_an_error_of_the_resolver_is_told(nobody: ssl.SSLContext) -> None:
    def broken(_name: str, _port: int) -> list[str]:
        raise RuntimeError("out of threads")

    with (
        reaching(Forwarding(1), nobody, resolve=broken) as client,
        pytest.raises(RuntimeError, match="out of threads"),
    ):
        client.get("https://media.example/")


def test_another_address_is_tried_when_one_is_closed(authority: Authority) -> None:
    with host(response(b"hello"), tls=authority.server("two.example")) as seen:
        wire = Forwarding(seen.port, dead=frozenset(["93.184.215.15"]))
        with reaching(wire, authority.trusted()) as client:
            assert client.get("https://two.example/").read() == b"hello"

    assert wire.dialled == [("93.184.215.15", 443), (PUBLIC, 443)]


def test_the_server_sees_the_name_of_the_address(authority: Authority) -> None:
    with host(response(), tls=authority.server("media.example")) as seen:
        wire = Forwarding(seen.port)
        with reaching(wire, authority.trusted()) as client:
            client.post(web_address("https://MEDIA.example/in?q=1#top"), content=b"{}")

    assert seen.names == ["media.example"]
    lines = seen.requests[0].split(b"\r\n")
    assert lines[0] == b"POST /in?q=1 HTTP/1.1"
    assert b"Host: media.example" in lines
    assert b"Accept-Encoding: identity" in lines


def test_names_in_other_scripts_become_ascii_first(authority: Authority) -> None:
    name = "xn--mdia-bpa.example"
    with (
        host(response(), tls=authority.server(name)) as seen,
        reaching(Forwarding(seen.port), authority.trusted()) as client,
    ):
        client.get(web_address("https://média.example/"))

    assert seen.names == [name]
    assert f"Host: {name}\r\n".encode() in seen.requests[0]


@pytest.mark.parametrize("name", ["other.example", PUBLIC])
def test_a_certificate_for_another_name_is_refused(name: str, authority: Authority) -> None:
    with (
        host(response(), tls=authority.server(name)) as seen,
        reaching(Forwarding(seen.port), authority.trusted()) as client,
    ):
        message = refusal(lambda: client.get("https://media.example/"))

    assert message.startswith("media.example shows no certificate that can be trusted: ")
    assert "not valid for 'media.example'" in message
    assert seen.requests == []


def test_a_certificate_of_an_unknown_authority_is_refused(authority: Authority) -> None:
    with host(response(), tls=authority.server(PUBLIC)) as seen:
        wire = Forwarding(seen.port)
        with reaching(wire, Authority(authority.folder).trusted()) as client:
            message = refusal(lambda: client.get(f"https://{PUBLIC}/"))

    assert message.startswith(f"{PUBLIC} shows no certificate that can be trusted: ")
    assert seen.requests == []


def test_a_host_without_tls_is_refused(authority: Authority) -> None:
    with (
        host(response(b"hello")) as seen,
        reaching(Forwarding(seen.port), authority.trusted()) as client,
    ):
        message = refusal(lambda: client.get("https://media.example/"))

    assert message == "media.example shows no certificate that can be trusted"


def test_a_host_that_is_silent_in_the_handshake_is_given_up(authority: Authority) -> None:
    with (
        host(silence) as seen,
        reaching(Forwarding(seen.port), authority.trusted(), timeout_s=QUICK_S) as client,
        pytest.raises(InputInterrupted, match=r"did not finish within 0\.4 s"),
    ):
        client.get("https://media.example/")


@pytest.mark.parametrize(
    "location",
    [
        pytest.param("/elsewhere", id="path"),
        pytest.param("https://xn--a/", id="name that stands for nothing"),
        pytest.param("data:text/plain,x", id="no host"),
        pytest.param("https://a:b/", id="port in words"),
        pytest.param("https://[::1/", id="half an address"),
        pytest.param("https://\u2488.example/", id="letter that no name has"),
        pytest.param("/" + "a" * 70_000, id="long"),
        pytest.param("", id="empty"),
    ],
)
def test_redirects_are_neither_followed_nor_read(location: str) -> None:
    there = response(status=302, Location=location)
    with host(there) as seen, local_client() as client:
        answer = client.get(f"http://127.0.0.1:{seen.port}/")

    assert (answer.status_code, answer.extensions[LOCATION]) == (302, location)
    assert seen.connections == 1


def test_cookies_are_not_kept() -> None:
    sweet = response(Set_Cookie="tenant=one; Path=/")
    with host(sweet) as seen, local_client() as client:
        for _ in range(2):
            client.get(f"http://127.0.0.1:{seen.port}/")

    assert len(seen.requests) == 2
    assert b"tenant=one" not in seen.requests[1]


def test_proxies_and_passwords_of_the_environment_are_not_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    rc = tmp_path / "netrc"
    rc.write_text("machine 127.0.0.1 login me password hunter2\n")
    monkeypatch.setenv("NETRC", str(rc))
    with host(response(b"proxy")) as proxy, host(response(b"direct")) as seen:
        for variable in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"):
            monkeypatch.setenv(variable, f"http://127.0.0.1:{proxy.port}")
        monkeypatch.setenv("NO_PROXY", "")
        with local_client() as client:
            body = client.get(f"http://127.0.0.1:{seen.port}/").read()

    assert body == b"direct"
    assert b"authorization" not in seen.requests[0].lower()
    assert proxy.connections == 0


def test_development_opens_loopback_and_nothing_else(nobody: ssl.SSLContext) -> None:
    with host(response(b"hello")) as seen:
        wire = Forwarding(seen.port)
        with reaching(wire, nobody, may_reach_loopback=True) as client:
            assert client.get("http://loop.example:8080/").read() == b"hello"
            assert client.get("http://localhost:1/").read() == b"hello"
            for url in (
                "http://media.example/",
                "http://media.example:443/",
                "https://media.example:8443/",
                "http://inside.example/",
                "http://meta.example/",
                "https://mixed.example/",
                "http://[::ffff:127.0.0.1]/",
                "http://me@loop.example/",
                "ftp://loop.example/",
            ):
                refusal(lambda url=url: client.get(web_address(url)))

    assert {port for _, port in wire.dialled} == {8080, 1}


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"SSH-2.0-OpenSSH_9.2\r\n", id="another protocol"),
        pytest.param(response(b"whole")[:-2], id="cut body"),
        pytest.param(response(b"whole")[:20], id="cut head"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nwh", id="cut chunk"
        ),
        pytest.param(b"HTTP/1.1 200 OK\r\nA: " + b"b" * 200_000, id="huge header"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n", id="size in words"),
    ],
)
def test_an_answer_that_is_none_may_be_asked_for_again(said: bytes) -> None:
    with (
        host(said) as seen,
        local_client() as client,
        pytest.raises(InputInterrupted) as caught,
    ):
        client.get(f"http://127.0.0.1:{seen.port}/")

    assert caught.value.message == "the answer of 127.0.0.1 ended early, or is not HTTP"
    assert caught.value.retryable is True


def test_a_connection_ends_with_its_answer() -> None:
    heard: list[bytes] = []

    def answer(connection: Any) -> None:
        connection.sendall(response(bytes(100)) + bytes(100))
        heard.append(connection.recv(1))

    with (
        host(answer) as seen,
        local_client() as client,
        client.stream("GET", f"http://127.0.0.1:{seen.port}/") as unread,
    ):
        assert unread.status_code == 200

    assert heard == [b""]
