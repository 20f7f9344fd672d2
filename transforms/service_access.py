"""What lets the requests of a service in: its key, or the token of this machine's account."""

from collections.abc import Callable
from functools import partial

from providers.gemini.tokens import Tokens
from providers.gemini.wire import VERTEX_KEY
from providers.service import Access
from storage.service_keys import ServiceKeys


def service_access(
    variable: str, keys: ServiceKeys, tokens: Tokens, fetch: Callable[[str, int], bytes]
) -> Access:
    """The access of a service whose key is in that variable, or in the secret of that name."""
    if variable == VERTEX_KEY and not keys.is_given(variable):
        return Access(tokens.key, tokens.renew, fetch)
    return Access(partial(keys.get, variable), partial(keys.refresh, variable), fetch)
