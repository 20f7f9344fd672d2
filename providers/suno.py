"""Suno, through resellers that speak the dialect of sunoapi.org: instrumental songs, two at a time.

There is no API of Suno's own. The contract, how sure it is, prices and terms:
docs/providers/suno.md.
"""

import math
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import urlsplit

from jobs.casting import Choice, Clearance
from jobs.errors import (
    Charged,
    ContentRefused,
    InvalidInput,
    ProviderAccess,
    ProviderError,
    ProviderRejected,
    ProviderUnavailable,
    ProviderUnusable,
)
from jobs.stages import Stage
from providers.prices import price
from providers.remote import Answer, Failure, Remote, without_keys
from providers.service import NEXT_RUN_S, Access, Call, Pause
from providers.settings import address, seconds
from providers.takes import Music, Sound

NAME = "suno"
MODELS = ("V4", "V4_5", "V4_5PLUS", "V4_5ALL", "V5", "V5_5")
MOST_BYTES = 32 << 20  # eight minutes of 320 kbit/s are 19 MB
NOWHERE = "https://aiprod.invalid/"  # a host that nobody has, RFC 2606
_OK, _LEAST_REFUSAL = 200, 400
# The status of HTTP is 200 also for failures; what counts is the code in the answer.
_NO_CREDITS = 429  # as a code; as a status of HTTP it is a gateway that asks for patience
_ACCESS, _LATER = (401, 403), (405, 408, 430, 455)
_FAILED = ("CREATE_TASK_FAILED", "GENERATE_AUDIO_FAILED")
_UNDER_WAY = ("PENDING", "TEXT_SUCCESS", "FIRST_SUCCESS")
_UNTOLD = "CALLBACK_EXCEPTION"  # nobody answered the callback; songs may come all the same
SONGS = 2  # of every order


@dataclass(frozen=True)
class Suno:
    """Configuration.

    Attributes:
      prefix: Of all paths.
      callback_url: Where the reseller tells of its progress; the id of the call is put behind it.
        None: nowhere. The dialect wants an address all the same.
      every_s, at_most_s: How long to wait between two questions, and for the songs at all.
    """

    base_url: str = "https://api.sunoapi.org"
    prefix: str = "/api/v1"
    model: str = "V5"
    callback_url: str | None = None
    most_open: int = 10
    every_s: float = 10.0
    at_most_s: float = 600.0
    silence_s: float = 60.0
    total_s: float = 120.0

    KEY: ClassVar[str] = "SUNO_API_KEY"
    licence: ClassVar[str] = "unverified: from a reseller of Suno"

    @classmethod
    def configured(cls, variables: Mapping[str, str]) -> "Suno":
        """From settings `AIPROD_SUNO_...`. Raises `InvalidInput` naming one that is wrong."""
        model = variables.get("AIPROD_SUNO_MODEL", cls.model)
        if model not in MODELS:
            raise InvalidInput(f"AIPROD_SUNO_MODEL is {model!r}; give one of {', '.join(MODELS)}")
        callback_url = variables.get("AIPROD_SUNO_CALLBACK_URL", cls.callback_url)
        if callback_url is not None:
            _check_callback(callback_url)
        prefix = variables.get("AIPROD_SUNO_PREFIX", cls.prefix).rstrip("/")
        if prefix and not prefix.startswith("/"):
            raise InvalidInput(f"AIPROD_SUNO_PREFIX is {prefix!r}; give a path such as /api/v1")
        price(NAME, "generate")  # what has no price is not bought
        return cls(
            base_url=address(variables, ("AIPROD_SUNO_URL",), cls.base_url),
            prefix=prefix,
            model=model,
            callback_url=callback_url,
            every_s=seconds(variables, "AIPROD_SUNO_EVERY_S", cls.every_s),
        )

    @property
    def key_name(self) -> str:
        """The variable that has its key."""
        return self.KEY

    @property
    def longest_piece(self) -> int:
        """It does not speak."""
        raise ValueError(f"{NAME} does not speak")

    @property
    def longest_style(self) -> int:
        """Characters that it takes for a style."""
        return 200 if self.model == "V4" else 1000

    def callback_of(self, call_id: str) -> str:
        """Where the reseller is to tell of the order of a call."""
        if self.callback_url is None:
            return NOWHERE
        return f"{self.callback_url.rstrip('/')}/{call_id}"

    def choices(self, stage: Stage) -> Iterator[Choice]:
        """What it can be cast for. It cannot be told how long a song is to be."""
        if stage is Stage.MUSIC:
            # Its length is needed to choose between the two songs that come.
            needs = ("prompt", "length_s")
            yield Choice(NAME, self.model, needs, clearance=Clearance.UNVERIFIED)

    def quote_usd(self, stage: Stage, params: Mapping[str, Any]) -> float:  # noqa: ARG002 all alike
        """What a request costs, with both of its songs."""
        if stage is not Stage.MUSIC:
            raise ValueError(f"{NAME} makes no {stage.value}")
        return price(NAME, "generate").of(1)

    def open(self, access: Access) -> "SunoSession":
        """A session, which asks for its key with every request."""
        return SunoSession(self, access)


def _check_callback(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname or parts.query or parts.fragment:
        raise InvalidInput(
            "AIPROD_SUNO_CALLBACK_URL is no https:// address that a path can be put behind; give "
            "the public one of the API, such as https://api.example.com/callbacks/suno"
        )


@dataclass(frozen=True)
class Song:
    """One of the songs of a request."""

    url: str
    title: str
    duration_s: float


class SunoSession:
    """Requests to a reseller of Suno. Safe for several threads."""

    def __init__(self, config: Suno, access: Access) -> None:
        self._config = config
        self._access = access
        self._remote = Remote(
            NAME, config.base_url, explain, silence_s=config.silence_s, total_s=config.total_s
        )

    def compose(self, music: Music, call: Call) -> Sound:
        """Orders two songs and brings both: MP3. The one that fits the length is the sound, the
        other is among `others`. After an order that was made before, nothing is ordered.

        Raises:
          ProviderError: Of the kind, with whether it was charged.
          Cancelled: Nobody wants it any longer.
        """
        remote_id = call.remote_id
        if remote_id is None:
            remote_id = self._order(music, call.id)
            call.started(remote_id)
        songs = sorted(
            self._songs(remote_id, call.pause), key=lambda song: _misfit(song, music.duration_s)
        )
        chosen, *rest = [self._brought(song, remote_id) for song in songs[:1]] + [
            sound for song in songs[1:] if (sound := self._perhaps(song, remote_id))
        ]
        return Sound(
            chosen.data, chosen.suffix, request_id=remote_id, title=chosen.title,
            is_verified=False, others=tuple(rest),
        )  # fmt: skip

    def close(self) -> None:
        """Lets go of the connections."""
        self._remote.close()

    def _order(self, music: Music, call_id: str) -> str:
        prompt = " ".join(music.prompt.split())
        body = {
            "customMode": True,
            "instrumental": True,
            "model": self._config.model,
            "callBackUrl": self._config.callback_of(call_id),
            "style": prompt[: self._config.longest_style],
            "title": prompt[:80],
        }
        data = self._ask("POST", "/generate", is_paid=True, body=body)
        task_id = data.get("taskId") if isinstance(data, dict) else None
        if not isinstance(task_id, str) or not task_id:
            raise _unusable("took an order and gave it no name", Charged.YES)
        return task_id

    def _songs(self, task_id: str, pause: Pause) -> list[Song]:
        begun, waited_s = time.monotonic(), 0.0
        while True:
            is_last = max(waited_s, time.monotonic() - begun) >= self._config.at_most_s
            if songs := self._made(task_id, is_last):
                return songs
            if is_last:
                raise ProviderUnavailable(
                    f"{NAME} was not ready after {self._config.at_most_s:g} s",
                    charged=Charged.UNKNOWN,
                    retry_after_s=NEXT_RUN_S,
                    provider=NAME,
                )
            waited_s += pause(self._config.every_s)

    def _made(self, task_id: str, is_last: bool) -> list[Song] | None:
        """The songs of an order; None while they are made. Raises what ended it otherwise."""
        try:
            data = self._ask(
                "GET", "/generate/record-info", is_paid=False, params={"taskId": task_id}
            )
        except ProviderError as error:
            if error.charged is Charged.NO:  # the question was free; what it was about is not
                error.charged = Charged.UNKNOWN
            raise
        songs = _songs_in(data)
        status = str(data.get("status") or "") if isinstance(data, dict) else ""
        if status == "SENSITIVE_WORD_ERROR":
            raise ContentRefused(
                f"{NAME} refuses the words of this prompt", charged=Charged.YES, is_over=True,
                provider=NAME,
            )  # fmt: skip
        if status in _FAILED:
            raise _unusable(f"could not make the songs ({status})", Charged.YES)
        if status == "SUCCESS":
            return songs or None
        if status == _UNTOLD:
            if is_last and not songs:
                raise _unusable(f"ended without a song ({status})", Charged.YES)
            return songs if is_last or len(songs) >= SONGS else None
        if status and status not in _UNDER_WAY:
            raise _unusable("answered with a status that nobody knows", Charged.UNKNOWN)
        return None

    def _brought(self, song: Song, task_id: str) -> Sound:
        # Files are deleted after two weeks; what only fell silent is asked for again.
        data = self._access.file_of(NAME, "song", song.url, MOST_BYTES)
        return Sound(data, ".mp3", request_id=task_id, title=song.title, is_verified=False)

    def _perhaps(self, song: Song, task_id: str) -> Sound | None:
        """The other song: it is kept because it is paid for, and not worth a failure."""
        try:
            return self._brought(song, task_id)
        except ProviderError:
            return None

    def _ask(self, method: str, path: str, **how: Any) -> Any:
        """The `data` of an answer whose code says that it went well."""
        return self._access.with_key(NAME, lambda key: self._asked(method, path, key, **how))

    def _asked(self, method: str, path: str, key: str, *, is_paid: bool, **how: Any) -> Any:
        answer = self._remote.ask(
            method,
            f"{self._config.prefix}{path}",
            headers={"Authorization": f"Bearer {key}"},
            is_paid=is_paid,
            **how,
        )
        try:
            return _data(answer, is_paid)
        except ProviderError as error:
            raise without_keys(error, key) from error


def explain(failure: Failure, is_paid: bool) -> ProviderError:
    """What an answer means whose status of HTTP is no success."""
    told, said = None, ""
    if isinstance(failure.data, dict):
        told = _code(failure.data)
        said = str(failure.data.get("msg") or "")
    if told is not None and told >= _LEAST_REFUSAL:
        return refusal(told, said, is_paid, failure.retry_after_s)
    return refusal(failure.status, said, is_paid, failure.retry_after_s, is_http=True)


def refusal(
    code: int,
    said: str,
    is_paid: bool,
    retry_after_s: float | None = None,
    *,
    is_http: bool = False,
) -> ProviderError:
    """What a code in an answer means, or a status of HTTP where there is none."""
    kind: type[ProviderError] = ProviderRejected
    charged = Charged.NO
    if code in _ACCESS or (code == _NO_CREDITS and not is_http):
        kind = ProviderAccess
    elif code in _LATER or code == _NO_CREDITS or code >= 500:
        kind = ProviderUnavailable
        charged = Charged.UNKNOWN if code >= 500 and is_paid else Charged.NO
    return kind(
        f"{NAME} answered {code}{f': {said[:200]}' if said else ''}",
        charged=charged,
        retry_after_s=retry_after_s,
        provider=NAME,
        status=code,
    )


def _data(answer: Answer, is_paid: bool) -> Any:
    charged = Charged.YES if is_paid else Charged.UNKNOWN
    try:
        envelope = answer.json()
        code, said = _code(envelope), str(envelope.get("msg") or "")
    except (ValueError, AttributeError, RecursionError) as error:
        why = type(error).__name__
        raise _unusable(f"sent no answer of its dialect ({why})", charged) from error
    if code == _OK:
        return envelope.get("data")
    if code is None or code < _LEAST_REFUSAL:
        raise _unusable("sent an answer without a code that is known", charged)
    raise refusal(code, said, is_paid)


def _code(envelope: dict[str, Any]) -> int | None:
    code = envelope.get("code")
    return code if type(code) is int else None


def _songs_in(data: Any) -> list[Song]:
    """The songs of a record that have files already."""
    try:
        listed = data["response"]["sunoData"]
    except (KeyError, TypeError):
        return []
    return [
        Song(one["audioUrl"], str(one.get("title") or ""), _length_s(one.get("duration")))
        for one in (listed if isinstance(listed, list) else ())
        if isinstance(one, dict) and isinstance(one.get("audioUrl"), str) and one["audioUrl"]
    ]


def _length_s(told: Any) -> float:
    """The length of a song, 0 when it is not told: what it is is seen when it is decoded."""
    try:
        length_s = float(told)
    except (ValueError, TypeError, OverflowError):
        return 0.0
    return length_s if 0 < length_s < math.inf else 0.0


def _misfit(song: Song, wanted_s: float) -> float:
    """Seconds to cut off; a song that is too short has to be repeated, which is worse."""
    spare_s = song.duration_s - wanted_s
    return spare_s if spare_s >= 0 else 3600.0 - spare_s


def _unusable(what: str, charged: Charged) -> ProviderUnusable:
    return ProviderUnusable(
        f"{NAME} {what}", charged=charged, is_over=charged is Charged.YES, provider=NAME
    )
