"""The Interactions API: work is given, asked after, and what it made is taken out of its steps."""

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from jobs.errors import Charged, ContentRefused, ProviderError, ProviderUnusable
from providers.gemini.waiting import wait_for
from providers.gemini.wire import Wire
from providers.remote import Answer
from providers.service import Call, Pause, gone

# A film of 15 s in 4K has some 60 MB, and a third more as base64.
MOST_BYTES = 256 * 2**20
_GOES_ON = ("queued", "in_progress")
_REFUSALS = re.compile(
    r"safety|polic|blocked|prohibited|sensitive|guideline|violat|recitation|copyright|likeness",
    re.IGNORECASE,
)
_FILE = re.compile(r"/(?:download/)?v1(?:beta)?/files/([A-Za-z0-9_-]{1,200})(?::download)?")


@dataclass(frozen=True)
class Made:
    """What an interaction made."""

    data: bytes
    request_id: str


@dataclass(frozen=True)
class Interactions:
    """Interactions over a wire.

    Attributes:
      every_s: How long to wait between two questions.
      at_most_s: How long the work may take.
    """

    wire: Wire
    every_s: float
    at_most_s: float

    def make(self, body: Mapping[str, Any], kind: str, call: Call) -> Made:
        """What a new interaction makes, or one that was begun earlier and is known by its id.

        Args:
          kind: Of the content that is taken: `video`, `audio`.

        Raises:
          ProviderError: Of the kind, with whether it was charged.
        """
        found: dict[str, Any] | None = None
        remote_id = call.remote_id
        if remote_id is None:
            answer = self.wire.ask(
                "POST",
                self.wire.path("interactions"),
                is_paid=True,
                body=dict(body),
                most_bytes=MOST_BYTES,
            )
            found = self._object(answer, Charged.YES)
            remote_id = found.get("id")
            if not isinstance(remote_id, str) or not remote_id:
                raise self._unusable("an interaction without an id")
            call.started(remote_id)
            if _goes_on(found):
                found = None
                call.pause(self.every_s)
        if found is None:
            path = self.wire.path(f"interactions/{quote(remote_id, safe='')}")
            found = self._await(path, call.pause)
        return Made(self._data(self._content(found, kind), kind, call.pause), remote_id)

    def _await(self, path: str, pause: Pause) -> dict[str, Any]:
        def look() -> dict[str, Any] | None:
            answer = self.wire.ask("GET", path, is_paid=False, most_bytes=MOST_BYTES)
            found = self._object(answer, Charged.NO)
            return None if _goes_on(found) else found

        return wait_for(self.wire.name, look, pause, every_s=self.every_s, at_most_s=self.at_most_s)

    def _content(self, interaction: Mapping[str, Any], kind: str) -> Mapping[str, Any]:
        """The piece of content of a kind. Raises what ended the interaction otherwise."""
        status = interaction.get("status")
        try:
            if status == "completed":
                for step in interaction["steps"]:
                    for content in step.get("content") or () if _is_output(step) else ():
                        if content["type"] == kind:
                            return dict(content)
            said = " ".join(_said(interaction))
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise self._unusable("something else than an interaction") from error
        if _REFUSALS.search(said):
            raise ContentRefused(
                f"{self.wire.name} refused to make {kind} of this prompt",
                charged=Charged.YES,  # nobody says that it is not
                provider=self.wire.name,
            )
        shown = status if isinstance(status, str) and len(status) < 40 else "?"
        raise self._unusable(f"no {kind}; its interaction ended as {shown}")

    def _data(self, content: Mapping[str, Any], kind: str, pause: Pause) -> bytes:
        data, uri = content.get("data"), content.get("uri")
        if isinstance(data, str) and data:
            try:
                return base64.b64decode(data, validate=True)
            except binascii.Error as error:
                raise self._unusable("media that is no base64") from error
        if isinstance(uri, str) and uri:
            try:
                return self._file(uri, kind, pause)
            except ProviderError as error:
                # Files are deleted after two days, and then forbidden rather than not found.
                if error.facts.get("status") in (403, 404):
                    raise gone(self.wire.name, kind) from error
                if error.charged is Charged.NO:
                    error.charged = Charged.UNKNOWN
                raise
        raise self._unusable("content without media")

    def _file(self, uri: str, kind: str, pause: Pause) -> bytes:
        """A file of the service, by its name: the key goes to no address that an answer gives."""
        found = _FILE.fullmatch(urlsplit(uri).path)
        if not found or not self.wire.is_own(uri):
            return self.wire.access.file_of(self.wire.name, kind, uri, MOST_BYTES)
        path = self.wire.path(f"files/{found[1]}")

        def is_ready() -> bool | None:
            answer = self.wire.ask("GET", path, is_paid=False)
            state = self._object(answer, Charged.NO).get("state")
            if state == "FAILED":
                raise self._unusable("a file that could not be made")
            return True if state == "ACTIVE" else None

        wait_for(self.wire.name, is_ready, pause, every_s=self.every_s, at_most_s=self.at_most_s)
        return self.wire.ask(
            "GET",
            f"{path}:download",
            is_paid=False,
            params={"alt": "media"},
            most_bytes=MOST_BYTES,
        ).body

    def _object(self, answer: Answer, charged: Charged) -> dict[str, Any]:
        try:
            found = answer.json()
        except ValueError as error:
            raise self._unusable("something else than JSON", charged) from error
        if not isinstance(found, dict):
            raise self._unusable("something else than an object", charged)
        return found

    def _unusable(self, what: str, charged: Charged = Charged.YES) -> ProviderUnusable:
        return ProviderUnusable(
            f"{self.wire.name} sent {what}", charged=charged, provider=self.wire.name
        )


def _goes_on(interaction: Mapping[str, Any]) -> bool:
    """Whether it is under way, as far as it says: one that says nothing of itself may be, unless it
    is an error instead."""
    status = interaction.get("status")
    if isinstance(status, str):
        return status in _GOES_ON
    return "error" not in interaction


def _is_output(step: Mapping[str, Any]) -> bool:
    return bool(step["type"] == "model_output")


def _said(interaction: Mapping[str, Any]) -> Iterator[str]:
    """What an interaction that made nothing says about it: codes, messages, words of the model."""
    for error in (interaction.get("error") or {}, *(interaction.get("errors") or ())):
        yield f"{error.get('code')} {error.get('message')}"
    for step in interaction.get("steps") or ():
        if not _is_output(step):
            continue
        error = step.get("error") or {}
        yield f"{error.get('code')} {error.get('message')}"
        for content in step.get("content") or ():
            yield str(content.get("text", ""))
