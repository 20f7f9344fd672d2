"""Callbacks as resellers of Suno send them: unsigned, in snake_case, repeated, in any order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

TIMEOUT_S = 15.0
UNKNOWN = f"call-{'0' * 32}"
TRIES = 3  # how often is not documented
KINDS = {"TEXT_SUCCESS": "text", "FIRST_SUCCESS": "first", "SUCCESS": "complete"}
ERRORS = {"SENSITIVE_WORD_ERROR": 400, "GENERATE_AUDIO_FAILED": 500}
_READY = {"text": 0, "first": 1, "complete": 2}  # songs that have a file


@dataclass(frozen=True)
class Callbacks:
    """Sends what becomes of orders to the addresses that they were given with.

    Attributes:
      is_untidy: Says each thing twice, the newest first and what was said before it after it.
        Somebody else says, about this order and about one that nobody knows, that songs of his are
        made, before the order has been answered.
      answers: The status of each that was answered.
    """

    is_untidy: bool = False
    answers: list[int] = field(default_factory=list)

    def ordered(self, url: str, task_id: str, forged: Sequence[Any]) -> None:
        """An order has been taken; nobody has been told its name yet."""
        if self.is_untidy:
            for told in (url, f"{url[: -len(UNKNOWN)]}{UNKNOWN}"):
                self._send(told, body(task_id, "complete", forged))

    def reached(self, url: str, task_id: str, status: str, songs: Sequence[Any]) -> None:
        """An order has come as far as a status."""
        if code := ERRORS.get(status):
            self._send(url, body(task_id, "error", None, code))
        if status not in KINDS:
            return
        said = list(KINDS.values())[: list(KINDS).index(status) + 1]
        for kind in 2 * said[::-1] if self.is_untidy else said[-1:]:
            self._send(url, body(task_id, kind, songs[: _READY[kind]]))

    def _send(self, url: str, told: Mapping[str, Any]) -> None:
        with httpx.Client(timeout=TIMEOUT_S, trust_env=False, verify=False) as client:  # noqa: S501 loopback
            for _ in range(TRIES):
                self.answers.append(client.post(url, json=told).status_code)
                if self.answers[-1] == 200:
                    return


def body(
    task_id: str, kind: str, songs: Sequence[Mapping[str, Any]] | None, code: int = 200
) -> dict[str, Any]:
    """A callback of a kind: `text`, `first`, `complete` or `error`, which has no songs."""
    told = None if songs is None else [_told(song) for song in songs]
    said = "All generated successfully." if code == 200 else "Generation failed."
    return {
        "code": code,
        "msg": said,
        "data": {"callbackType": kind, "task_id": task_id, "data": told},
    }


def _told(song: Mapping[str, Any]) -> dict[str, Any]:
    """A song, its names as callbacks write them."""
    url = song["audioUrl"] or ""
    return {
        "id": song["id"],
        "audio_url": url,
        "source_audio_url": url,
        "stream_audio_url": song["streamAudioUrl"],
        "source_stream_audio_url": song["streamAudioUrl"],
        "image_url": "",
        "source_image_url": "",
        "prompt": song["prompt"],
        "model_name": song["modelName"],
        "title": song["title"],
        "tags": song["tags"],
        "createTime": "2025-01-01 00:00:00",
        "duration": song["duration"],
    }
