"""Which network addresses are public: the ones that a stranger's URL may lead to.

The tables are written out, because what `ipaddress` answers differs between Python releases and
is wrong for our purpose: in 3.11.7 `is_global` holds for multicast, for NAT64 and for 6to4, which
carry any IPv4 address inside them, and `is_private` does not for 100.64.0.0/10.

Source: IANA's special-purpose address registries for IPv4 and IPv6 (RFC 6890), multicast (RFC
5771) and class E (RFC 1112). Networks of anycast services that are of no use here (AS112, AMT,
6to4 relays) count as not public, too, and so does the one address of the open internet that a cloud
keeps for its machines:
https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Network, ip_address

_NOT_PUBLIC_V4 = tuple(
    map(
        IPv4Network,
        (
            "0.0.0.0/8",  # this host
            "10.0.0.0/8",
            "100.64.0.0/10",  # behind carrier-grade NAT, and metadata of one cloud
            "127.0.0.0/8",
            "168.63.129.16/32",  # the wire server of Azure: what its machines are told to do
            "169.254.0.0/16",  # link-local: the metadata servers of clouds
            "172.16.0.0/12",
            "192.0.0.0/24",  # protocol assignments
            "192.0.2.0/24",  # documentation
            "192.31.196.0/24",  # AS112
            "192.52.193.0/24",  # AMT
            "192.88.99.0/24",  # 6to4 relays
            "192.168.0.0/16",
            "192.175.48.0/24",  # AS112
            "198.18.0.0/15",  # benchmarks
            "198.51.100.0/24",  # documentation
            "203.0.113.0/24",  # documentation
            "224.0.0.0/4",  # multicast
            "240.0.0.0/4",  # class E and broadcast
        ),
    )
)
_UNICAST_V6 = IPv6Network("2000::/3")  # all that was ever handed out; the rest is special
_NOT_PUBLIC_V6 = tuple(
    map(
        IPv6Network,
        (
            "2001::/23",  # protocol assignments; Teredo carries IPv4 addresses inside
            "2001:db8::/32",  # documentation
            "2002::/16",  # 6to4 carries IPv4 addresses inside
            "2620:4f:8000::/48",  # AS112
            "3fff::/20",  # documentation
        ),
    )
)
_LOOPBACK = (IPv4Network("127.0.0.0/8"), IPv6Network("::1/128"))


def is_public(address: str) -> bool:
    """Whether an address, as the resolver prints it, is one of the open internet.

    IPv6 forms that carry an IPv4 address (mapped, NAT64, 6to4, Teredo) are never public.

    Raises:
      ValueError: Not an address.
    """
    number = ip_address(address)
    if isinstance(number, IPv4Address):
        return not any(number in network for network in _NOT_PUBLIC_V4)
    return number in _UNICAST_V6 and not any(number in network for network in _NOT_PUBLIC_V6)


def is_loopback(address: str) -> bool:
    """Whether an address is this machine: 127.0.0.0/8 or ::1.

    Raises:
      ValueError: Not an address.
    """
    number = ip_address(address)
    return any(number in network for network in _LOOPBACK)
