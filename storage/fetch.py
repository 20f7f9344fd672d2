"""The one fetcher of inputs: a file from the web or from a bucket into a local folder."""

import contextlib
import errno
import os
import re
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx

from jobs.errors import AiprodError, InputUnreachable, ResourceLimit, UnsupportedMedia
from storage.bucket_input import copy_object
from storage.guarded_http import DEADLINE, LOCATION, web_address
from storage.guarded_wire import Deadline, InputInterrupted
from storage.landing import Landing

_REDIRECTS = (301, 302, 303, 307, 308)
_MAX_REDIRECTS = 3
_MAX_SHOWN = 200
_PASSING = (408, 425, 429)  # and 5xx: what a server says when asking later may help


@dataclass(frozen=True)
class Fetched:
    """A file that was fetched whole.

    Attributes:
      kind: `image`, `clip`, `sound`, `captions` or `font`, by its
        content.
      suffix: Of `path`, by its content: `.picture`, `.mp4`, `.mkv`, `.sound`, `.captions` or
        `.font`.
      sha256: Of its content, in hexadecimal.
    """

    path: Path
    kind: str
    suffix: str
    size_bytes: int
    sha256: str


def fetch(
    uri: str,
    client: httpx.Client,
    space: Path,
    *,
    kind: str,
    max_bytes: int,
    deadline_s: float,
    buckets: frozenset[str],
    is_called_off: Callable[[], bool],
) -> Fetched:
    """Brings the file of an https:// or gs:// address into a folder, under a name of its content.

    Of whatever else an address leads to, nothing is left behind.

    Args:
      client: From `open_client`; its rules hold for every redirect anew, of which three are
        followed.
      kind: What the file must be: `image`, `clip`, `sound`, `captions` or `font`.
      deadline_s: How long it may take, however busy the sender is.
      buckets: The buckets that gs:// addresses may name.
      is_called_off: Whether nobody wants the file any longer; asked several times a second, save
        while a connection is made or Google is silent.

    Raises:
      InputUnreachable: The address may not be read, does not answer, or did not answer in full
        (`InputInterrupted`). The message names it without its query, which may hold a signature.
      UnsupportedMedia: It is empty, larger than `max_bytes`, or not of the kind.
      ResourceLimit: The disk is full.
      Cancelled: It was called off.
    """
    deadline = Deadline.after(deadline_s, is_called_off)
    try:
        deadline.check_wanted()
        return _fetched(uri, client, space, kind, max_bytes, deadline, buckets)
    except AiprodError as error:
        raise type(error)(f"{_shown(uri)}: {error.message}", **error.facts) from error
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise ResourceLimit(f"{_shown(uri)}: the disk is full at {space}") from error


def _fetched(
    uri: str,
    client: httpx.Client,
    space: Path,
    kind: str,
    max_bytes: int,
    deadline: Deadline,
    buckets: frozenset[str],
) -> Fetched:
    descriptor, name = tempfile.mkstemp(prefix="fetching-", dir=space)
    partial = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            landing = Landing(file, kind, max_bytes, deadline)
            if uri.startswith("gs://"):
                copy_object(uri, buckets, landing)
            else:
                _download(uri, client, landing)
            sniffed = landing.sniffed()
        digest = landing.digest.hexdigest()
        path = partial.replace(space / f"{digest}{sniffed.suffix}")
        return Fetched(path, sniffed.kind, sniffed.suffix, landing.size_bytes, digest)
    finally:
        partial.unlink(missing_ok=True)


def read_file(uri: str, client: httpx.Client, *, max_bytes: int, deadline_s: float) -> bytes:
    """The file of an https:// address, in memory: as `fetch`, of whatever kind.

    Raises:
      InputUnreachable: As `fetch`.
      UnsupportedMedia: It is larger than `max_bytes`.
    """
    found = bytearray()
    try:
        with _answered(uri, client, Deadline.after(deadline_s)) as answer:
            for piece in answer.iter_raw():
                found += piece
                if len(found) > max_bytes:
                    raise UnsupportedMedia(f"is larger than {max_bytes:,} bytes")
    except AiprodError as error:
        raise type(error)(f"{_shown(uri)}: {error.message}", **error.facts) from error
    return bytes(found)


def _download(uri: str, client: httpx.Client, landing: Landing) -> None:
    with _answered(uri, client, landing.deadline) as answer:
        landing.expect(int(answer.headers.get("Content-Length", 0)))
        for piece in answer.iter_raw():
            landing.write(piece)


@contextlib.contextmanager
def _answered(uri: str, client: httpx.Client, deadline: Deadline) -> Iterator[httpx.Response]:
    """The answer that has the file, behind at most three redirects."""
    url = web_address(uri)
    for _ in range(1 + _MAX_REDIRECTS):
        with client.stream("GET", url, extensions={DEADLINE: deadline}) as answer:
            location = answer.extensions[LOCATION]
            if location is None or answer.status_code not in _REDIRECTS:
                _check(answer)
                yield answer
                return
        aim = web_address(location, base=url)
        if url.scheme == "https" and aim.scheme == "http":
            raise InputUnreachable("leads from https to an address that is not")
        url = aim
    raise InputUnreachable(f"leads on and on (accepted: {_MAX_REDIRECTS} redirects)")


def _check(answer: httpx.Response) -> None:
    status = answer.status_code
    if status != 200:
        passes = status in _PASSING or status >= 500
        said = f"{answer.url.raw_host.decode()} answered {status} (accepted: 200 and the file)"
        raise InputInterrupted(said) if passes else InputUnreachable(said)
    # We asked for none. A compressed body can be a thousand times its size.
    if (coding := answer.headers.get("Content-Encoding", "identity")) != "identity":
        raise InputUnreachable(f"comes compressed as {coding[:20]!r} (accepted: as it is)")


def _shown(uri: str) -> str:
    """An address without what may be secret, fit for a line."""
    if not uri.startswith("gs://"):
        uri = re.sub(r"//[^/]*@", "//", re.split(r"[?#]", uri, maxsplit=1)[0])
    printable = "".join(filter(str.isprintable, uri))
    return printable if len(printable) <= _MAX_SHOWN else f"{printable[:_MAX_SHOWN]}..."
