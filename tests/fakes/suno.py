"""Suno as resellers sell it: two songs for an order, made in four steps, one for each question.

HTTP answers 200 to everything; the code is in the envelope. A style with `forbidden` in it is
refused while it is made, one with `broken` fails, one with `late` ends with a callback that nobody
answered. Who wants callbacks is told of a step before the question that finds it.
"""

import json
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlsplit

from tests.fakes.films import song_mp3
from tests.fakes.service import Asked, FakeService, Refused, Reply, only
from tests.fakes.suno_callbacks import Callbacks

MODELS = ("V4", "V4_5", "V4_5PLUS", "V4_5ALL", "V5", "V5_5")
LENGTHS_S = (21.0, 33.0)
PRICE_USD = 0.06
STEPS = ("PENDING", "TEXT_SUCCESS", "FIRST_SUCCESS", "SUCCESS")
ENDINGS = {
    "forbidden": "SENSITIVE_WORD_ERROR",
    "broken": "GENERATE_AUDIO_FAILED",
    "late": "CALLBACK_EXCEPTION",
}


@dataclass
class Order:
    """An order, and how often it was asked for."""

    body: dict[str, Any]
    asked: int = 0

    @property
    def url(self) -> str:
        return str(self.body["callBackUrl"])

    @property
    def status(self) -> str:
        """What the next question finds."""
        step = STEPS[min(self.asked, len(STEPS) - 1)]
        ends = (end for word, end in ENDINGS.items() if word in self.body["style"])
        return next(ends, step) if step == STEPS[-1] else step


class FakeSuno(FakeService):
    """A reseller on a socket.

    Attributes:
      credits: What the account has left; an order takes twelve.
      are_expired: Whether the files of songs have been deleted.
      callbacks: Who tells of orders, if anybody does, at addresses on this machine.
    """

    name = "suno"

    def __init__(self, key: str = "fake-key", port: int = 0, prefix: str = "/api/v1") -> None:
        super().__init__(key, port)
        self.prefix = prefix
        self.credits = 1200
        self.are_expired = False
        self.callbacks: Callbacks | None = None
        self.orders: dict[str, Order] = {}

    def rehearsed(self) -> Self:
        """Itself, once its songs are encoded: nobody who waits for one waits for that."""
        for length_s in LENGTHS_S:
            song_mp3(length_s)
        return self

    def clear(self) -> None:
        super().clear()
        self.orders.clear()
        self.credits, self.are_expired, self.callbacks = 1200, False, None

    def answer(self, asked: Asked) -> Reply:
        if asked.path.startswith("/files/"):
            if self.are_expired:
                raise Refused(404, {"error": "gone"})
            length_s = float(asked.path.rpartition("-")[2].removesuffix(".mp3"))
            return Reply(self.made(song_mp3(length_s)), headers={"Content-Type": "audio/mpeg"})
        if asked.headers.get("authorization") != f"Bearer {self.key}":
            return envelope(401, "Authentication failed")
        match (asked.method, asked.path.removeprefix(self.prefix)):
            case ("POST", "/generate"):
                return self._ordered(asked)
            case ("GET", "/generate/record-info"):
                return self._told(asked.query.get("taskId", ""))
            case ("GET", "/generate/credit"):
                return envelope(200, "success", self.credits)
        return envelope(404, "Not found")

    def _ordered(self, asked: Asked) -> Reply:
        try:
            body = only(
                asked.json, "prompt", "negativeTags", "style", "title", "vocalGender",
                "styleWeight", "weirdnessConstraint", "audioWeight", "personaId", "personaModel",
                needed=("customMode", "instrumental", "model", "callBackUrl"),
            )  # fmt: skip
        except Refused as error:
            return envelope(400, str(error))
        if body["model"] not in MODELS or not _is_callable(body["callBackUrl"]):
            return envelope(400, "Invalid model or callBackUrl")
        if not (body["customMode"] and body["instrumental"]) or "prompt" in body:
            return envelope(400, "Only instrumental music in custom mode is faked")
        if not body.get("style") or not body.get("title"):
            return envelope(400, "style and title are required")
        if len(body["style"]) > (200 if body["model"] == "V4" else 1000) or len(body["title"]) > 80:
            return envelope(413, "The prompt is too long")
        if self.credits < 12:
            return envelope(429, "Insufficient credits")
        self.credits -= 12
        self.charge("generate", f"generate {body['style']}", PRICE_USD)
        task_id = f"task{len(self.orders):08d}"
        self.orders[task_id] = order = Order(body)
        if self.callbacks and _is_here(order.url):
            self.callbacks.ordered(order.url, task_id, self._songs("forged", 2))
        return envelope(200, "success", {"taskId": task_id})

    def _told(self, task_id: str) -> Reply:
        order = self.orders.get(task_id)
        if order is None:
            return envelope(400, "No such task")
        status = order.status
        order.asked += 1
        if self.callbacks and _is_here(order.url) and order.asked < len(STEPS):
            self.callbacks.reached(order.url, task_id, order.status, self._songs(task_id, 2))
        has_songs = status in ("SUCCESS", "CALLBACK_EXCEPTION", "FIRST_SUCCESS")
        songs = self._songs(task_id, 2 if status != "FIRST_SUCCESS" else 1) if has_songs else None
        record = {
            "taskId": task_id,
            "parentMusicId": "",
            "param": json.dumps(order.body),
            "response": {"taskId": task_id, "sunoData": songs} if songs else None,
            "status": status,
            "type": "GENERATE",
            "errorCode": None,
            "errorMessage": None,
        }
        return envelope(200, "success", record)

    def _songs(self, task_id: str, ready: int) -> list[dict[str, Any]]:
        return [
            {
                "id": f"{task_id}-{number}",
                "audioUrl": self._file(task_id, length_s) if number < ready else None,
                "streamAudioUrl": f"{self.url}/stream/{task_id}",
                "imageUrl": None,
                "prompt": "",
                "modelName": "chirp",
                "title": f"Song {number + 1}",
                "tags": "",
                "createTime": 1764100000000 if number else "2026-11-25 00:00:00",
                "duration": length_s,
            }
            for number, length_s in enumerate(LENGTHS_S)
        ]

    def _file(self, task_id: str, length_s: float) -> str:
        return f"{self.url}/files/{task_id}-{length_s}.mp3"


def _is_here(url: str) -> bool:
    return urlsplit(url).hostname == "127.0.0.1"


def _is_callable(url: str) -> bool:
    """Whether it is public, or on this machine, where tests listen."""
    return urlsplit(url).scheme == "https" or (urlsplit(url).scheme == "http" and _is_here(url))


def envelope(code: int, said: str, data: Any = None) -> Reply:
    """Every answer, whatever became of the request."""
    return Reply({"code": code, "msg": said, "data": data})
