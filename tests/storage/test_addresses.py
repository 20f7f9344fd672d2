import socket
from ipaddress import IPv4Address, IPv6Address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.addresses import is_loopback, is_public
from storage.guarded_wire import resolved

NOT_PUBLIC = [
    pytest.param("0.0.0.0", id="this host"),  # noqa: S104  nothing is bound
    pytest.param("0.255.255.255", id="end of this network"),
    pytest.param("10.0.0.0", id="private A"),
    pytest.param("10.255.255.255", id="end of private A"),
    pytest.param("100.64.0.1", id="carrier-grade NAT"),
    pytest.param("100.100.100.200", id="metadata inside carrier-grade NAT"),
    pytest.param("100.127.255.255", id="end of carrier-grade NAT"),
    pytest.param("127.0.0.1", id="loopback"),
    pytest.param("127.255.255.254", id="end of loopback"),
    pytest.param("168.63.129.16", id="Azure's wire server"),
    pytest.param("169.254.0.1", id="link-local"),
    pytest.param("169.254.169.254", id="metadata server"),
    pytest.param("169.254.170.2", id="task metadata"),
    pytest.param("172.16.0.1", id="private B"),
    pytest.param("172.17.0.1", id="container bridge"),
    pytest.param("172.31.255.255", id="end of private B"),
    pytest.param("192.0.0.1", id="protocol assignments"),
    pytest.param("192.0.0.192", id="metadata inside protocol assignments"),
    pytest.param("192.0.2.1", id="documentation 1"),
    pytest.param("192.31.196.1", id="AS112"),
    pytest.param("192.52.193.1", id="AMT"),
    pytest.param("192.88.99.1", id="6to4 relay"),
    pytest.param("192.168.0.1", id="private C"),
    pytest.param("192.168.255.255", id="end of private C"),
    pytest.param("192.175.48.1", id="AS112 delegation"),
    pytest.param("198.18.0.1", id="benchmarks"),
    pytest.param("198.19.255.255", id="end of benchmarks"),
    pytest.param("198.51.100.1", id="documentation 2"),
    pytest.param("203.0.113.1", id="documentation 3"),
    pytest.param("224.0.0.1", id="multicast"),
    pytest.param("239.255.255.255", id="end of multicast"),
    pytest.param("240.0.0.1", id="class E"),
    pytest.param("255.255.255.255", id="broadcast"),
    pytest.param("::", id="unspecified"),
    pytest.param("::1", id="loopback 6"),
    pytest.param("::7f00:1", id="compatible loopback"),
    pytest.param("::8.8.8.8", id="compatible"),
    pytest.param("::ffff:127.0.0.1", id="mapped loopback"),
    pytest.param("::ffff:a9fe:a9fe", id="mapped metadata server"),
    pytest.param("::ffff:8.8.8.8", id="mapped public"),
    pytest.param("::ffff:0:127.0.0.1", id="translated loopback"),
    pytest.param("64:ff9b::a9fe:a9fe", id="NAT64 metadata server"),
    pytest.param("64:ff9b::8.8.8.8", id="NAT64"),
    pytest.param("64:ff9b:1::1", id="local NAT64"),
    pytest.param("100::1", id="discard"),
    pytest.param("100:0:0:1::1", id="dummy prefix"),
    pytest.param("2001::1", id="Teredo"),
    pytest.param("2001:0:a9fe:a9fe::", id="Teredo of a metadata server"),
    pytest.param("2001:2::1", id="benchmarks 6"),
    pytest.param("2001:10::1", id="ORCHID"),
    pytest.param("2001:20::1", id="ORCHID 2"),
    pytest.param("2001:30::1", id="drone identifiers"),
    pytest.param("2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", id="end of assignments"),
    pytest.param("2001:db8::1", id="documentation 6"),
    pytest.param("2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", id="end of documentation 6"),
    pytest.param("2002:7f00:1::", id="6to4 loopback"),
    pytest.param("2002:a9fe:a9fe::1", id="6to4 metadata server"),
    pytest.param("2620:4f:8000::1", id="AS112 6"),
    pytest.param("3fff::1", id="documentation 6, new"),
    pytest.param("4000::1", id="not handed out"),
    pytest.param("5f00::1", id="segment routing"),
    pytest.param("1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", id="just before unicast"),
    pytest.param("fc00::1", id="unique local"),
    pytest.param("fd00:ec2::254", id="metadata server in unique local"),
    pytest.param("fd20:ce::254", id="another metadata server in unique local"),
    pytest.param("fe80::1", id="link-local 6"),
    pytest.param("fe80::1%lo", id="link-local 6 with its scope"),
    pytest.param("fec0::1", id="site-local"),
    pytest.param("ff02::1", id="multicast 6"),
    pytest.param("ff0e::1", id="global multicast 6"),
]
PUBLIC = [
    pytest.param("1.1.1.1", id="low"),
    pytest.param("8.8.8.8", id="well known"),
    pytest.param("9.255.255.255", id="before private A"),
    pytest.param("11.0.0.0", id="after private A"),
    pytest.param("100.63.255.255", id="before carrier-grade NAT"),
    pytest.param("100.128.0.0", id="after carrier-grade NAT"),
    pytest.param("126.255.255.255", id="before loopback"),
    pytest.param("128.0.0.1", id="after loopback"),
    pytest.param("168.63.129.15", id="before Azure's wire server"),
    pytest.param("168.63.129.17", id="after Azure's wire server"),
    pytest.param("169.253.255.255", id="before link-local"),
    pytest.param("169.255.0.0", id="after link-local"),
    pytest.param("172.15.255.255", id="before private B"),
    pytest.param("172.32.0.0", id="after private B"),
    pytest.param("192.0.1.0", id="after protocol assignments"),
    pytest.param("192.167.255.255", id="before private C"),
    pytest.param("192.169.0.0", id="after private C"),
    pytest.param("198.17.255.255", id="before benchmarks"),
    pytest.param("198.20.0.0", id="after benchmarks"),
    pytest.param("223.255.255.255", id="before multicast"),
    pytest.param("2001:200::1", id="after assignments"),
    pytest.param("2001:4860:4860::8888", id="well known 6"),
    pytest.param("2003::1", id="after 6to4"),
    pytest.param("2606:4700:4700::1111", id="also well known 6"),
    pytest.param("2a00:1450:4001:80b::200e", id="European"),
    pytest.param("3ffe:ffff::1", id="before new documentation"),
]

# Written down anew from the registries, not taken from the code under test.
CLOSED_V4 = [
    *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
    "168.63.129.16/32",
    *("172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16"),
    *("198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
]
CLOSED_V6 = [
    *("::/128", "::1/128", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64"),
    *("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16"),
    *("fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8"),
]


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_special_addresses_are_not_public(address: str) -> None:
    assert is_public(address) is False


@pytest.mark.parametrize("address", PUBLIC)
def test_addresses_of_the_open_internet_are_public(address: str) -> None:
    assert is_public(address) is True


@pytest.mark.parametrize(
    ("address", "loops"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("128.0.0.1", False),
        ("0.0.0.0", False),  # noqa: S104  nothing is bound
        ("::", False),
        ("::ffff:127.0.0.1", False),
        ("10.0.0.1", False),
    ],
)
def test_loopback_is_this_machine_in_its_plain_forms(address: str, loops: bool) -> None:
    assert is_loopback(address) is loops


@pytest.mark.parametrize("text", ["", "localhost", "1.2.3", "1.2.3.4.5", "::g", "1.2.3.4:80"])
def test_what_is_no_address_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"does not appear to be|not permitted"):
        is_public(text)


def spellings(number: int) -> list[str]:
    """How an IPv4 address can be written for a resolver."""
    first, second, third, last = number.to_bytes(4)
    return [
        str(IPv4Address(number)),
        str(number),
        f"{number:#x}",
        f"{number:#X}".replace("0X", "0x"),
        f"0{number:o}",
        f"0x{number:010x}",
        f"{first}.{number & 0xFFFFFF}",
        f"{first}.{second}.{number & 0xFFFF}",
        f"{first:#x}.{second:#x}.{third:#x}.{last:#x}",
        f"0{first:o}.0{second:o}.0{third:o}.0{last:o}",
        f"0{first:o}.{number & 0xFFFFFF:#x}",
        f"{first}.{second:#x}.0{number & 0xFFFF:o}",
    ]


def carriers(number: int) -> list[str]:
    """IPv6 addresses that carry an IPv4 address inside them."""
    dotted, high, low = str(IPv4Address(number)), f"{number >> 16:x}", f"{number & 0xFFFF:x}"
    hidden = number ^ 0xFFFFFFFF  # Teredo turns the bits of its client
    return [
        f"::ffff:{dotted}",
        f"::FFFF:{high}:{low}",
        f"0:0:0:0:0:ffff:{dotted}",
        f"::{dotted}",
        f"::ffff:0:{dotted}",
        f"64:ff9b::{dotted}",
        f"64:ff9b:1::{high}:{low}",
        f"2002:{high}:{low}::",
        f"2002:{high}:{low}::1",
        f"2001:0:{high}:{low}::",
        f"2001:0:808:808:0:0:{hidden >> 16:x}:{hidden & 0xFFFF:x}",
    ]


def inside(network: str) -> st.SearchStrategy[int]:
    block = ip_network(network)
    return st.integers(int(block.network_address), int(block.broadcast_address))


closed_v4 = st.sampled_from(CLOSED_V4).flatmap(inside)
closed_v6 = st.sampled_from(CLOSED_V6).flatmap(inside)


@given(closed_v4, st.sampled_from(range(12)))
def test_no_spelling_of_a_closed_address_resolves_to_a_public_one(number: int, way: int) -> None:
    text = spellings(number)[way]

    answers = resolved(text, 443)

    assert {IPv4Address(answer) for answer in answers} == {IPv4Address(number)}
    assert not any(map(is_public, answers))


@given(st.integers(0, 2**32 - 1), st.sampled_from(range(11)))
def test_no_address_that_carries_another_is_public(number: int, way: int) -> None:
    answers = resolved(carriers(number)[way], 443)

    assert len(answers) == 1
    assert not is_public(answers[0])


@given(closed_v6, st.sampled_from(["compressed", "exploded", "upper", "dotted"]))
def test_no_spelling_of_a_closed_ipv6_address_resolves_to_a_public_one(
    number: int, way: str
) -> None:
    address = IPv6Address(number)
    groups, tail = address.exploded[:29], IPv4Address(number & 0xFFFFFFFF)
    text = {
        "compressed": address.compressed,
        "exploded": address.exploded,
        "upper": address.compressed.upper(),
        "dotted": f"{groups}:{tail}",
    }[way]

    answers = resolved(text, 443)

    assert [int(IPv6Address(answer.partition("%")[0])) for answer in answers] == [number]
    assert not is_public(answers[0])


@given(st.integers(0, 2**32 - 1))
def test_an_ipv4_address_is_public_exactly_outside_the_closed_networks(number: int) -> None:
    address = IPv4Address(number)
    anycast = ["192.31.196.0/24", "192.52.193.0/24", "192.175.48.0/24"]
    closed = any(address in ip_network(network) for network in CLOSED_V4 + anycast)

    assert is_public(str(address)) is not closed


def test_the_resolver_answers_with_every_address_once() -> None:
    answers = resolved("localhost", 443)

    assert set(answers) <= {"127.0.0.1", "::1"}
    assert len(answers) == len(set(answers)) > 0


@pytest.mark.parametrize("name", ["a..b", "x" * 64, "-" * 300])
def test_unknown_names_have_no_addresses(name: str) -> None:
    assert resolved(name, 443) == ()


def test_the_resolver_takes_the_spellings_that_the_property_tries() -> None:
    known = {socket.inet_ntoa(socket.inet_aton(text)) for text in spellings(0x7F000001)}

    assert known == {"127.0.0.1"}
