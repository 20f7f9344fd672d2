"""Whether a client has what it asks for already (RFC 9110, section 13.1.2)."""

import re

_TAG = re.compile(r'"[^"]*"')


def is_known(etag: str, if_none_match: str | None) -> bool:
    """Whether `If-None-Match` names this tag. Weak tags count like strong ones, `*` for any."""
    if if_none_match is None:
        return False
    return if_none_match.strip() == "*" or etag.removeprefix("W/") in _TAG.findall(if_none_match)
