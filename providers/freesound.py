"""Freesound: sounds that people have recorded, under licences that they chose.

The contract, how sure it is and its terms: docs/providers/freesound.md.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar
from urllib.parse import urlsplit

from jobs.casting import Choice, Clearance
from jobs.errors import (
    Charged,
    InputUnreachable,
    InvalidInput,
    NoMatch,
    ProviderAccess,
    ProviderError,
    ProviderRejected,
    ProviderUnavailable,
    ProviderUnusable,
    UnsupportedMedia,
)
from jobs.stages import Stage
from providers.remote import Answer, Failure, Remote
from providers.service import Access
from providers.settings import address
from providers.takes import Offer, Sound

NAME = "freesound"
# Names in filters, and paths of the deeds that answers have instead, by our names.
LICENCES = {
    "cc0": ("Creative Commons 0", "/publicdomain/zero/"),
    "by": ("Attribution", "/licenses/by/"),
    "by-nc": ("Attribution NonCommercial", "/licenses/by-nc/"),
}
SHORTEST_S, LONGEST_S = 0.2, 30.0  # shorter ones are clicks, longer ones recordings of places
QUIETEST_LUFS = -50.0
IDEAL_S = 4.0  # an event with its ring
MOST_BYTES = 4 << 20  # 30 s of 320 kbit/s are 1.2 MB
MOST_OFFERS = 3  # each is two requests, of which a key has 60 a minute
_FIELDS = (
    "id,name,username,license,url,duration,previews,avg_rating,num_downloads,is_explicit,"
    "single_event"
)
_PAGE, _MOST_PAGES = 50, 3
_MOST_WORDS = 6
_DAY_S = 86_400.0
_DEEDS = frozenset({"creativecommons.org", "www.creativecommons.org"})


@dataclass(frozen=True)
class Freesound:
    """Configuration.

    Attributes:
      licences: Whose sounds are taken: `cc0`, `by`, `by-nc`; the last never for commercial use.
      has_agreement: Whether UPF has agreed to commercial use of its API.
      most_open: Calls that may be under way together.
    """

    base_url: str = "https://freesound.org"
    licences: tuple[str, ...] = ("cc0",)
    has_agreement: bool = False
    most_open: int = 2
    silence_s: float = 30.0
    total_s: float = 60.0

    KEY: ClassVar[str] = "FREESOUND_API_KEY"
    licence: ClassVar[str] = "as its author chose"

    @classmethod
    def configured(cls, variables: Mapping[str, str]) -> "Freesound":
        """From settings `AIPROD_FREESOUND_...`. Raises `InvalidInput` naming one that is wrong."""
        text = variables.get("AIPROD_FREESOUND_LICENCES", "cc0")
        licences = tuple(dict.fromkeys(one.strip().lower() for one in text.split(",")))
        if set(licences) - set(LICENCES):
            raise InvalidInput(
                f"AIPROD_FREESOUND_LICENCES is {text!r}; give some of {', '.join(LICENCES)}"
            )
        agreement = variables.get("AIPROD_FREESOUND_AGREEMENT") or "0"
        if agreement not in ("0", "1"):
            raise InvalidInput(f"AIPROD_FREESOUND_AGREEMENT is {agreement!r}; give 0 or 1")
        return cls(
            base_url=address(variables, ("AIPROD_FREESOUND_URL",), cls.base_url),
            licences=licences,
            has_agreement=agreement == "1",
        )

    @property
    def key_name(self) -> str:
        """The variable that has its key."""
        return self.KEY

    @property
    def longest_piece(self) -> int:
        """It does not speak."""
        raise ValueError(f"{NAME} does not speak")

    def choices(self, stage: Stage) -> Iterator[Choice]:
        """What it can be cast for."""
        if stage is Stage.EFFECT:
            settings = {"licences": list(self.licences)}
            clearance = Clearance.CLEAR if self.has_agreement else Clearance.PERSONAL
            needs = ("query", "is_commercial")
            yield Choice(NAME, "search", needs, settings, clearance=clearance)

    def quote_usd(self, stage: Stage, params: Mapping[str, Any]) -> float:  # noqa: ARG002 all alike
        """Sounds cost nothing."""
        return 0.0

    def open(self, access: Access) -> "FreesoundSession":
        """A session, which asks for its key with every request."""
        return FreesoundSession(self, access)


@dataclass(frozen=True)
class Found:
    """A sound that was found, as far as it is chosen by."""

    id: int
    name: str
    username: str
    deed: str
    duration_s: float
    preview: str
    rating: float
    downloads: int
    is_single: bool


class FreesoundSession:
    """Requests to Freesound. Safe for several threads. None of them costs anything."""

    def __init__(self, config: Freesound, access: Access) -> None:
        self._config = config
        self._access = access
        self._remote = Remote(
            NAME, config.base_url, explain, silence_s=config.silence_s, total_s=config.total_s
        )

    def offers(self, params: Mapping[str, Any]) -> Iterator[Offer]:
        """The sounds that fit a query, the best first, at most three: each as its preview in high
        quality, MP3. What comes after one is asked for when that one cannot be used.

        Raises:
          NoMatch: There is none under the licences that may be used.
          ProviderError: Of the kind. Nothing is charged.
        """
        licences = [
            one for one in self._config.licences if one != "by-nc" or not params["is_commercial"]
        ]
        for words in searches(params["query"]):
            found = self._search(words, licences)
            if found:
                for one in ranked(found)[:MOST_OFFERS]:
                    yield Offer(f"{one.name!r} ({_page(one)})", partial(self._bring, one))
                return
        raise NoMatch(
            f"{NAME} has no sound for {params['query'][:60]!r} under "
            f"{' or '.join(licences) or 'a licence that may be used'}"
        )

    def close(self) -> None:
        """Lets go of the connections."""
        self._remote.close()

    def _search(self, words: str, licences: Sequence[str]) -> list[Found]:
        """What of the first page can be used that has something of use."""
        if not licences:
            return []
        for page in range(1, _MOST_PAGES + 1):
            answer = self._ask("/apiv2/search/", _asked(words, licences, page))
            try:
                told = answer.json()
                found = [_found(one) for one in told["results"] if one is not None]
                is_last = not told.get("next")
                # What it was asked to filter by is looked at again: a licence is no matter of
                # trust, and its index may be behind.
                usable = [one for one in found if one and _is_wanted(one, licences)]
            except (
                ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError,
            ) as error:  # fmt: skip
                raise _unusable(f"sent no results ({type(error).__name__})") from error
            if usable or is_last:
                return usable
        return []

    def _bring(self, found: Found) -> Sound:
        credits = [attribution(found)]
        if self._is_remix(found.id):
            credits.append(f"{found.name} is a remix; its sources: {_page(found)}")
        try:
            data = self._access.fetch(found.preview, MOST_BYTES)
        except InputUnreachable as error:
            raise ProviderUnavailable(
                f"the preview of a sound cannot be had from {NAME}: {error.message}",
                charged=Charged.NO,
                provider=NAME,
            ) from error
        except UnsupportedMedia as error:
            raise _unusable("has a preview that is too large") from error
        return Sound(
            data,
            ".mp3",
            request_id=str(found.id),
            cost_usd=0.0,
            title=found.name,
            licence=found.deed,
            attribution=tuple(credits),
            source_type="digitalCapture",
        )

    def _is_remix(self, sound_id: int) -> bool:
        """Its own page tells; a list does not."""
        try:
            answer = self._ask(f"/apiv2/sounds/{sound_id}/", {"fields": "id,is_remix"})
        except ProviderRejected as error:
            if error.facts.get("status") != 404:
                raise
            raise _unusable("has this sound no longer") from error
        try:
            return answer.json()["is_remix"] is not False
        except (ValueError, KeyError, TypeError, RecursionError):
            return True  # named once too often rather than not at all

    def _ask(self, path: str, params: Mapping[str, str | int]) -> Answer:
        def send(key: str) -> Answer:
            return self._remote.ask(
                "GET",
                path,
                is_paid=False,
                headers={"Authorization": f"Token {key}"},
                params=params,
                most_bytes=MOST_BYTES,
            )

        return self._access.with_key(NAME, send)


def searches(query: str) -> list[str]:
    """What is searched for, one after the other, until something is found: all words, then the two
    longest, then the longest. Only words: no sign of a query means anything to the search."""
    words = re.findall(r"[^\W_]+", query.lower())[:_MOST_WORDS]  # AND, OR, NOT are signs, too
    longest = sorted(words, key=len, reverse=True)
    tried = [words, [word for word in words if word in longest[:2]], longest[:1]]
    return list(dict.fromkeys(" ".join(some) for some in tried if some))


def _asked(words: str, licences: Sequence[str], page: int) -> dict[str, str | int]:
    names = " OR ".join(f'"{LICENCES[one][0]}"' for one in licences)
    return {
        "query": words,
        "filter": f"duration:[{SHORTEST_S} TO {LONGEST_S}] license:({names}) "
        f"loudness:[{QUIETEST_LUFS:g} TO *]",
        "fields": _FIELDS,
        "page": page,
        "page_size": _PAGE,
    }


def _is_wanted(found: Found, licences: Sequence[str]) -> bool:
    deed = urlsplit(found.deed)
    is_allowed = any(deed.path.startswith(LICENCES[one][1]) for one in licences)
    is_of_length = SHORTEST_S <= found.duration_s <= LONGEST_S
    return is_allowed and deed.hostname in _DEEDS and is_of_length


def ranked(found: Sequence[Found]) -> list[Found]:
    """The best first: one event rather than several, as long as an event is, liked and used, and
    high in the results."""

    def worth(place: int, one: Found) -> float:
        length = abs(math.log2(max(one.duration_s, 0.1) / IDEAL_S))
        liked = one.rating / 5 + math.log10(1 + one.downloads) / 5
        return 1.5 * one.is_single + liked - 0.4 * length - place / 25

    order = sorted(enumerate(found), key=lambda pair: (-worth(*pair), pair[1].id))
    return [one for _, one in order]


def attribution(found: Found) -> str:
    """The line that Freesound itself gives for a sound."""
    return (
        f"{found.name} by {found.username} -- {_page(found)} -- License: {licence_name(found.deed)}"
    )


def _page(found: Found) -> str:
    return f"https://freesound.org/s/{found.id}/"


def licence_name(deed: str) -> str:
    """`Attribution 4.0` of the address of a deed."""
    for name, path in LICENCES.values():
        if path in deed:
            if "/zero/" in path:
                return name
            version = deed.rstrip("/").rpartition("/")[2]
            return f"{name} {version}"
    return deed


def explain(failure: Failure, is_paid: bool) -> ProviderError:  # noqa: ARG001 nothing is paid
    """What an error answer of Freesound means. Its throttle says how long in words alone."""
    detail = failure.data.get("detail") if isinstance(failure.data, dict) else None
    said = str(detail or "")[:200]
    kind: type[ProviderError] = ProviderRejected
    retry_after_s = failure.retry_after_s
    if failure.status in (401, 403):
        kind = ProviderAccess
    elif failure.status in (408, 409, 429) or failure.status >= 500:
        kind = ProviderUnavailable
    if failure.status == 429 and retry_after_s is None:
        retry_after_s = _DAY_S if "day" in said else 60.0
    return kind(
        f"{NAME} answered {failure.status}{f': {said}' if said else ''}",
        charged=Charged.NO,
        retry_after_s=retry_after_s,
        provider=NAME,
        status=failure.status,
    )


def _found(one: Any) -> Found | None:
    if one.get("is_explicit") is True:
        return None
    return Found(
        int(one["id"]),
        _line(one["name"]),
        _line(one["username"]),
        str(one["license"]),
        float(one["duration"]),
        str(one["previews"]["preview-hq-mp3"]),
        float(one.get("avg_rating") or 0.0),
        int(one.get("num_downloads") or 0),
        one.get("single_event") is True,
    )


def _line(text: Any) -> str:
    """Somebody else's words in a line of the credits."""
    return " ".join(str(text).split())[:200]


def _unusable(what: str) -> ProviderUnusable:
    return ProviderUnusable(f"{NAME} {what}", charged=Charged.NO, provider=NAME)
