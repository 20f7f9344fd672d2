"""Files of fakes, read as they are: the guard of addresses has tests of its own."""

import httpx

from jobs.errors import InputUnreachable


def read(url: str, most_bytes: int) -> bytes:
    """What `Access.fetch` would bring, of a host on this machine."""
    answer = httpx.get(url, timeout=30)
    if answer.status_code != 200:
        raise InputUnreachable(f"the host answered {answer.status_code}")
    assert len(answer.content) <= most_bytes
    return answer.content
