"""Playlists of HTTP Live Streaming for players that have a signed link instead of a key."""

import re
from collections.abc import Callable

SUFFIX = ".m3u8"
_ADDRESS = re.compile(r'^(?P<line>[^#\s].*)$|(?<=URI=")(?P<attribute>[^"]+)(?=")', re.M)


def with_links(playlist: str, path: str, signed: Callable[[str], str]) -> str:
    """A playlist of ours in which every address carries a signature of its own.

    Players resolve what a playlist names against its address, but leave the query behind, and with
    it the signature that has let them in.

    Args:
      path: Address of the playlist.
      signed: The signed link to an address.
    """
    folder = path.rpartition("/")[0]
    return _ADDRESS.sub(lambda found: signed(f"{folder}/{found[0]}"), playlist)
