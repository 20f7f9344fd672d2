"""The files that a job document names, wherever in it they are named."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from jobs.brand import is_font_file

Document = dict[str, Any]


@dataclass(frozen=True)
class NamedFile:
    """A file that a document names.

    Attributes:
      place: Where: `scenes[2].visual.uri`.
      kind: What it has to be: `image`, `clip`, `sound`, `captions` or `font`.
    """

    place: str
    uri: str
    kind: str


def files_of(document: Document) -> Iterator[NamedFile]:
    """The files of a valid document, once for every place that names one."""
    for place, kind, holder, name in _places(document):
        yield NamedFile(place, holder[name], kind)


def rename_files(document: Document, uris: Mapping[str, str]) -> None:
    """Gives files of a valid document other names, by the ones they have."""
    for _place, _kind, holder, name in _places(document):
        holder[name] = uris.get(holder[name], holder[name])


def _places(document: Document) -> Iterator[tuple[str, str, Document, str]]:
    for index, scene in enumerate(document.get("scenes") or ()):
        for where, kind, holder, name in _places_of(scene):
            yield f"scenes[{index}].{where}", kind, holder, name
    music = document.get("music") or {}
    if music.get("uri"):
        yield "music.uri", "sound", music, "uri"
    yield from places_of_brand(document.get("brand") or {})


def _places_of(scene: Document) -> Iterator[tuple[str, str, Document, str]]:
    visual = scene.get("visual") or {}
    if visual.get("uri"):
        yield "visual.uri", visual["type"], visual, "uri"
    recording = scene.get("narration_audio") or {}
    if recording.get("uri"):
        yield "narration_audio.uri", "sound", recording, "uri"
    if recording.get("captions"):
        yield "narration_audio.captions", "captions", recording, "captions"
    for number, effect in enumerate(scene.get("effects") or ()):
        if effect.get("uri"):
            yield f"effects[{number}].uri", "sound", effect, "uri"


def places_of_brand(brand: Document) -> Iterator[tuple[str, str, Document, str]]:
    """Place, kind, object and field of each file that a brand kit names."""
    if logo := brand.get("logo"):
        yield "brand.logo.uri", "image", logo, "uri"
    fonts = brand.get("fonts") or {}
    for name in ("titles", "captions"):
        if fonts.get(name) and is_font_file(fonts[name]):
            yield f"brand.fonts.{name}", "font", fonts, name
    for name in ("intro", "outro"):
        if visual := brand.get(name):
            yield f"brand.{name}.uri", visual["type"], visual, "uri"
