"""Freesound: search, the page of a sound, and previews without a key.

It knows what each word of a query must be found in (name or tags), the filters for duration,
licence and loudness, and nothing else.
"""

import math
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from tests.fakes.films import song_mp3
from tests.fakes.service import Asked, FakeService, Refused, Reply, only

DEEDS = {
    "Creative Commons 0": "http://creativecommons.org/publicdomain/zero/1.0/",
    "Attribution": "https://creativecommons.org/licenses/by/4.0/",
    "Attribution NonCommercial": "https://creativecommons.org/licenses/by-nc/4.0/",
    "Sampling+": "http://creativecommons.org/licenses/sampling+/1.0/",
}
_FIELDS = {
    *("id", "name", "tags", "username", "license", "url", "duration", "type", "channels"),
    *("samplerate", "previews", "avg_rating", "num_downloads", "is_explicit", "loudness"),
    *("pack_name", "single_event", "is_remix", "was_remixed"),
}
_FILTER = re.compile(
    r"duration:\[(?P<least>[\d.]+) TO (?P<most>[\d.]+)\] license:\((?P<licences>[^)]*)\) "
    r"loudness:\[(?P<loudness>-?[\d.]+) TO \*\]"
)
_PREVIEW = re.compile(r"/previews/\d+/(\d+)_7-hq\.mp3")
MOST_ON_A_PAGE = 150
_DEFAULT_FIELDS = "id,name,tags,username,license"


@dataclass(frozen=True)
class Recording:
    """A sound of the catalogue. `gone`: it is in the index and no longer there: a null result."""

    id: int
    name: str
    tags: str
    username: str = "ann"
    licence: str = "Creative Commons 0"
    duration_s: float = 4.0
    rating: float = 4.0
    downloads: int = 100
    loudness: float = -20.0
    is_single: bool = True
    is_explicit: bool = False
    is_remix: bool = False
    gone: bool = False

    def has(self, words: list[str]) -> bool:
        """Whether every word is in its name or tags."""
        return all(word in f"{self.name} {self.tags}".lower() for word in words)


CATALOGUE = (
    Recording(101, "waves at night", "ocean sea water", is_single=False, duration_s=28.0),
    Recording(102, "one wave", "ocean waves sea", "bob", downloads=5000),
    Recording(103, "ocean waves, best", "ocean waves", "cat", "Attribution NonCommercial"),
    Recording(104, "ocean waves again", "ocean waves", "dan", "Attribution", rating=5.0),
    Recording(105, "ocean waves loop", "ocean waves", "eve", "Sampling+"),
    Recording(106, "ocean waves ghost", "ocean waves", gone=True),
    Recording(107, "ocean waves rude", "ocean waves", is_explicit=True, downloads=99_999),
    Recording(108, "ocean waves whisper", "ocean waves", loudness=-70.0, downloads=99_999),
    Recording(109, "ocean waves endless", "ocean waves", duration_s=600.0, downloads=99_999),
    Recording(201, "door", "door slam wood", is_remix=True),
    Recording(301, "kettle\nwhistle", "kettle", "fay\tsmith"),
)


class FakeFreesound(FakeService):
    """The service on a socket.

    Attributes:
      left: Requests until it throttles.
      previews: Of some sounds, by id: what is sent instead of a song.
    """

    name = "freesound"

    def __init__(self, key: str = "fake-key", port: int = 0, left: int = 10_000) -> None:
        super().__init__(key, port)
        self.left = left
        self.catalogue: tuple[Recording, ...] = CATALOGUE
        self.previews: dict[int, bytes] = {}

    def clear(self) -> None:
        super().clear()
        self.left, self.catalogue = 10_000, CATALOGUE
        self.previews.clear()

    def answer(self, asked: Asked) -> Reply:
        if found := _PREVIEW.fullmatch(asked.path):  # of another host, and for everybody
            sound = self.previews.get(int(found[1])) or song_mp3(2.0)
            return Reply(self.made(sound), headers={"Content-Type": "audio/mpeg"})
        query = dict(asked.query)
        given = asked.headers.get("authorization") or f"Token {query.pop('token', '')}"
        if given != f"Token {self.key}":
            raise Refused(401, {"detail": "Invalid token"}, {"WWW-Authenticate": "Token"})
        if self.left <= 0:
            rate = "Request was throttled because of exceeding a request limit rate (60/minute)"
            raise Refused(429, {"detail": rate})
        self.left -= 1
        if asked.path in ("/apiv2/search/", "/apiv2/search/text/"):
            return Reply(self._search(asked.path, query))
        if found := re.fullmatch(r"/apiv2/sounds/(\d+)/(download/)?", asked.path):
            if found[2]:
                raise Refused(401, {"detail": "Authentication credentials were not provided."})
            for one in self.catalogue:
                if one.id == int(found[1]) and not one.gone:
                    return Reply(self._shown(one, query.get("fields", _DEFAULT_FIELDS)))
        raise Refused(404, {"detail": "Not found."})

    def _search(self, path: str, query: dict[str, str]) -> dict[str, Any]:
        try:
            only(query, "query", "filter", "sort", "fields", "page", "page_size")
        except Refused as error:
            raise Refused(400, {"detail": f"Malformed request. {error}"}) from error
        hits = self._hits(query)
        size = min(max(1, _number(query.get("page_size"), 15)), MOST_ON_A_PAGE)
        page = _number(query.get("page"), 1)
        if page < 1 or page > max(1, math.ceil(len(hits) / size)):
            raise Refused(404, {"detail": "Not found."})
        fields = query.get("fields", _DEFAULT_FIELDS)
        shown = hits[(page - 1) * size : page * size]

        def link(number: int) -> str:
            return f"{self.url}{path}?{urlencode({**query, 'page': number})}"

        return {
            "count": len(hits),
            "previous": link(page - 1) if page > 1 else None,
            "next": link(page + 1) if page * size < len(hits) else None,
            "results": [None if one.gone else self._shown(one, fields) for one in shown],
        }

    def _hits(self, query: dict[str, str]) -> list[Recording]:
        words = query.get("query", "").lower().split()
        if "filter" not in query:
            if "query" not in query:
                raise Refused(400, {"detail": "Malformed request."})
            return [one for one in self.catalogue if one.has(words)]
        matched = _FILTER.fullmatch(query["filter"])
        names = matched["licences"].split(" OR ") if matched else []
        if matched is None or not all(name.strip('"') in DEEDS for name in names):
            raise Refused(400, {"detail": "Invalid filter."})
        return [
            one
            for one in self.catalogue
            if one.has(words)
            and f'"{one.licence}"' in names
            and float(matched["least"]) <= one.duration_s <= float(matched["most"])
            and one.loudness >= float(matched["loudness"])
        ]

    def _shown(self, one: Recording, fields: str) -> dict[str, Any]:
        wanted = set(fields.split(","))
        if wanted - _FIELDS:
            raise Refused(400, {"detail": "Malformed request."})
        preview = f"{self.url}/previews/{one.id // 1000}/{one.id}_7"
        whole = {
            "id": one.id,
            "name": one.name,
            "tags": one.tags.split(),
            "username": one.username,
            "license": DEEDS[one.licence],
            "url": f"https://freesound.org/people/{one.username}/sounds/{one.id}/",
            "duration": one.duration_s,
            "previews": {
                f"preview-{quality}-{kind}": f"{preview}-{quality}.{kind}"
                for quality in ("hq", "lq")
                for kind in ("mp3", "ogg")
            },
            "avg_rating": one.rating,
            "num_downloads": one.downloads,
            "is_explicit": one.is_explicit,
            "single_event": one.is_single,
            "is_remix": one.is_remix,
            "loudness": one.loudness,
        }
        return {name: value for name, value in whole.items() if name in wanted}


def _number(text: str | None, default: int) -> int:
    """A number of a query; what is none counts as not given."""
    try:
        return int(text or "")
    except ValueError:
        return default
