"""Addresses of receivers, one spelling for each."""

import httpx

from jobs.errors import InputUnreachable
from storage.guarded_http import web_address

MAX_LENGTH = 2048  # of an address in the job document, and of its column


def receiver_address(url: str) -> str:
    """The address as it is dialled, so that what goes to one host can be counted.

    The host is in lower case, in ASCII (IDNA 2008) and without a final dot; the port is a number,
    and left out where it goes without saying. What is no address stays as it is, since only an
    attempt to call it can tell its owner; so does one that would become too long.
    """
    try:
        address = web_address(url)
        host = address.raw_host.decode("ascii")
        plain = str(address.copy_with(host=host.removesuffix(".") or host))
    except (InputUnreachable, httpx.InvalidURL, ValueError):
        return url
    return plain if len(plain) <= MAX_LENGTH else url
