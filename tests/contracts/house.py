"""A paid service as its contract is asked of it: by settings alone, wherever they lead."""

import time
import uuid
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import pytest

from jobs.errors import Charged, ProviderError
from media.packets import Track, probe_clip
from media.received_sound import decoded
from media.run import Workspace
from media.timeline import SAMPLE_RATE_HZ
from providers.gemini.veo import Veo
from providers.gemini.wire import VERTEX_KEY
from providers.google_speech import GoogleSpeech
from providers.service import Access, Call
from providers.takes import Picture, Sound
from storage.fetch import read_file
from storage.guarded_http import open_client

FILE_S = 120.0  # the longest that a file of minutes of music may take to come
LONGEST_FILM_S = 60.0


class House:
    """A service and who asks it. It is the service itself or a stand-in, as the settings say.

    Attributes:
      config: Its configuration.
      key: What lets requests in.
      session: A session of it.
      named: Names that it gave to jobs, in their order.
    """

    def __init__(self, hire: Any, variables: Mapping[str, str]) -> None:
        self.config = hire.configured(variables)
        self.key = variables[self.config.key_name]
        self.named: list[str] = []
        url = getattr(self.config, "base_url", "") or self.config.door.base_url
        self._is_here = urlsplit(url).hostname == "127.0.0.1"
        self._web = open_client(timeout_s=FILE_S, may_reach_loopback=self._is_here)
        self._sessions: list[Any] = []
        self.session = self.open()

    def open(self, config: Any = None, key: str | None = None) -> Any:
        """A session of a changed configuration, or with another key."""
        given = key or self.key
        access = Access(lambda: given, lambda _: False, self._fetch)
        self._sessions.append((config or self.config).open(access))
        return self._sessions[-1]

    def call(self, remote_id: str | None = None) -> Call:
        """A call, or one that comes back for a job of that name."""
        return Call(f"call-{uuid.uuid4().hex}", remote_id, self.named.append, self._pause)

    def close(self) -> None:
        for one in (*self._sessions, self._web):
            one.close()

    def _fetch(self, url: str, most_bytes: int) -> bytes:
        return read_file(url, self._web, max_bytes=most_bytes, deadline_s=FILE_S)

    def _pause(self, seconds: float) -> float:
        if not self._is_here:  # a stand-in counts questions, not seconds
            time.sleep(seconds)
        return seconds


def lacking(hire: Any, variables: Mapping[str, str]) -> str:
    """What is not set that a service cannot be asked without, as words for people; else nothing."""
    needed: list[tuple[str, ...]] = []
    if hire is Veo:
        needed = [(VERTEX_KEY,), ("GOOGLE_CLOUD_PROJECT", "AIPROD_VERTEX_PROJECT")]
    elif hire is GoogleSpeech:
        needed = [(GoogleSpeech.KEY, VERTEX_KEY)]
    else:
        needed = [(hire.configured(variables).key_name,)]
    unset = [" or ".join(names) for names in needed if not any(map(variables.get, names))]
    return f"{hire.__name__} is asked when {' and '.join(unset)} is set" if unset else ""


def refusal(ask: Callable[[], Any], kind: type[ProviderError]) -> ProviderError:
    """How a service refused: by this kind of error and no other, for nothing, and for good."""
    with pytest.raises(ProviderError) as caught:
        ask()
    assert type(caught.value) is kind
    assert caught.value.charged is Charged.NO
    assert not caught.value.retryable
    return caught.value


def seconds(space: Workspace, sound: Sound) -> float:
    """How long a sound is. Raises `UnsupportedMedia` when it is silent or cannot be decoded."""
    return len(decoded(space, sound.data, sound.suffix, 1)) / SAMPLE_RATE_HZ


def frames(space: Workspace, film: Picture) -> Track:
    """The frames of a film. Raises `UnsupportedMedia` when one cannot be decoded."""
    path = space.folder / f"film{film.suffix}"
    path.write_bytes(film.data)
    return probe_clip(space, path, 0.0, LONGEST_FILM_S, "the film")[0]
