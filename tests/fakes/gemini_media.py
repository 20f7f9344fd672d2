"""Google's video and music: Interactions (Omni, Lyria), Veo's operations, `lyria-002`.

Both forms of access: `/v1beta/...` with `x-goog-api-key`, and
`/v1beta1/projects/.../locations/...` with a bearer token; the same value serves for both. Time is
counted in requests: a job is done when it has been asked for `polls` times.

What a prompt says decides what becomes of it: `forbidden` is refused at once, `filtered` is made
and withheld, `broken` fails, `declined` is answered with words alone, `at once` is answered whole.
"""

import base64
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.films import film, song_mp3, song_wav
from tests.fakes.service import Asked, FakeService, Refused, Reply, only

INLINE_BYTES = 4 * 2**20  # what an answer to a new interaction holds; larger files need a uri
SECONDS = {"gemini-omni-1.2-flash": (3, 15), "gemini-omni-1.1-flash": (3, 10)}
OMNI_SIDES = {"360p": 360, "720p": 720, "1080p": 1080, "4k": 2160}
VEO_SIDES = {"720p": 720, "1080p": 1080, "4k": 2160}
VEO_MODELS = ("veo-3.1-generate-001", "veo-3.1-fast-generate-001", "veo-3.1-lite-generate-001")
SONGS = {"lyria-3.5": 90.0, "lyria-3-clip-preview": 30.0, "lyria-3-pro-preview": 90.0}

_VERTEX = re.compile(
    r"/(v1|v1beta1)/projects/(?P<project>[^/]+)/locations/(?P<location>[^/]+)/(?P<rest>.+)"
)
_PLAIN = re.compile(r"/(v1|v1beta)/(?P<rest>.+)")
_MODEL = re.compile(r"publishers/google/models/(?P<model>[^/:]+):(?P<verb>\w+)")


@dataclass
class _Job:
    """Something under way."""

    name: str
    model: str
    prompt: str
    media: tuple[str, bytes]
    delivery: str = "inline"
    asked: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)


class FakeGeminiMedia(FakeService):
    """The services on one socket.

    Attributes:
      polls: How often a job is asked for until it is done.
      is_inline: Whether an interaction that is asked for brings its film along, as documented, even
        when a uri was ordered.
      are_expired: Whether its files have been deleted, as they are after two days.
    """

    name = "gemini_media"

    def __init__(self, key: str = "fake-key", port: int = 0, polls: int = 2) -> None:
        super().__init__(key, port)
        self.polls = polls
        self.is_inline = True
        self.are_expired = False
        self._jobs: dict[str, _Job] = {}
        self._files: dict[str, list[Any]] = {}
        self._numbers = threading.Lock()
        self._last = 0

    def clear(self) -> None:
        super().clear()
        self._jobs.clear()
        self._files.clear()
        self.polls, self.is_inline, self.are_expired, self._last = 2, True, False, 0

    def answer(self, asked: Asked) -> Reply:
        vertex = _VERTEX.fullmatch(asked.path)
        plain = _PLAIN.fullmatch(asked.path)
        try:
            if vertex:
                self._admit(asked.headers.get("authorization") == f"Bearer {self.key}", 401)
                return self._vertex(asked, vertex)
            given = asked.headers.get("x-goog-api-key")
            self._admit(given is not None, 403)
            self._admit(given == self.key, 400)
            if plain:
                return self._plain(asked, plain["rest"])
            raise refusal(404, "NOT_FOUND", "no such path")
        except Refused as error:
            body = error.reply.body
            if error.reply.status == 422:  # from `only`
                text = body["error"]
                body = refusal(400, "INVALID_ARGUMENT", f"Invalid JSON payload: {text}").reply.body
            status = body["error"].get("code", error.reply.status)
            status = status if isinstance(status, int) else error.reply.status
            raise Refused(status, [body] if vertex else body) from error

    def _admit(self, is_right: bool, status: int) -> None:
        if is_right:
            return
        if status == 401:
            raise refusal(401, "UNAUTHENTICATED", "Request had invalid credentials.")
        if status == 403:
            raise refusal(403, "PERMISSION_DENIED", "Method doesn't allow unregistered callers.")
        info = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}
        raise refusal(400, "INVALID_ARGUMENT", "API key not valid.", details=[info])

    def _plain(self, asked: Asked, rest: str) -> Reply:
        match (asked.method, *rest.split("/")):
            case ("POST", "interactions"):
                return self._create(asked, is_vertex=False)
            case ("GET", "interactions", name):
                return self._interaction(asked, name, is_vertex=False)
            case ("GET", "files", name) if name.endswith(":download"):
                return self._download(asked, name.removesuffix(":download"))
            case ("GET", "files", name):
                return self._file(asked, name)
        raise refusal(404, "NOT_FOUND", "no such method")

    def _vertex(self, asked: Asked, address: re.Match[str]) -> Reply:
        rest = address["rest"]
        match (asked.method, *rest.split("/")):
            case ("POST", "interactions"):
                return self._create(asked, is_vertex=True)
            case ("GET", "interactions", name):
                return self._interaction(asked, name, is_vertex=True)
        found = _MODEL.fullmatch(rest)
        if asked.method != "POST" or not found or asked.query:
            raise refusal(404, "NOT_FOUND", "no such method")
        model, verb = found["model"], found["verb"]
        known = ("lyria-002",) if verb == "predict" else VEO_MODELS
        if model not in known:
            raise refusal(404, "NOT_FOUND", f"Publisher Model `{model}` was not found.")
        if verb == "predictLongRunning":
            return self._start_veo(asked, model, asked.path.split("/", 2)[2].split(":")[0])
        if verb == "fetchPredictOperation":
            return self._operation(asked)
        if verb == "predict":
            return self._predict(asked)
        raise refusal(404, "NOT_FOUND", "no such method")

    # Interactions

    def _create(self, asked: Asked, *, is_vertex: bool) -> Reply:
        if asked.query:
            raise refusal(400, "INVALID_ARGUMENT", f"unknown: {sorted(asked.query)}")
        body = only(
            asked.json,
            *("background", "store", "response_format", "generation_config"),
            needed=("model", "input"),
        )
        model, prompt = body["model"], body["input"]
        if not isinstance(prompt, str) or not prompt.strip():
            raise refusal(400, "INVALID_ARGUMENT", "input must not be empty")
        if "forbidden" in prompt:
            raise Refused(400, {"error": {"code": "content_policy", "message": "Input blocked."}})
        if model in SECONDS:
            media, what, usd, delivery = _film_order(body, is_vertex)
        elif model in SONGS and not is_vertex:
            only(body, "store", needed=("model", "input"))
            media = ("audio/mp3", song_mp3(SONGS[model]))
            what, usd, delivery = "song", 0.08, "inline"
        else:
            raise refusal(404, "NOT_FOUND", f"models/{model} is not found.")
        self.charge("interaction", f"{model} {what} {prompt}", usd)
        job = self._job(f"v1_{self._number():04d}", model, prompt, media, delivery)
        if body.get("background") and "at once" not in prompt:
            return Reply(_shown(job, "queued"))
        job.asked = self.polls
        return Reply(self._ended(job, may_be_inline=delivery == "inline"))

    def _interaction(self, asked: Asked, name: str, *, is_vertex: bool) -> Reply:
        if set(asked.query) - {"stream"} or asked.query.get("stream", "false") != "false":
            raise refusal(400, "INVALID_ARGUMENT", f"unknown: {sorted(asked.query)}")
        job = self._jobs.get(name)
        if job is None:
            raise Refused(404, {"error": {"code": "not_found", "message": "No interaction."}})
        job.asked += 1
        if job.asked < self.polls:
            return Reply(_shown(job, "in_progress"))
        return Reply(self._ended(job, may_be_inline=self.is_inline or is_vertex))

    def _ended(self, job: _Job, *, may_be_inline: bool) -> dict[str, Any]:
        if "broken" in job.prompt:
            shown = _shown(job, "failed")
            return {**shown, "errors": [{"code": "internal", "message": "Internal error."}]}
        if "filtered" in job.prompt:
            fault = {"code": "content_policy", "message": "The output was blocked for safety."}
            step = {"type": "model_output", "content": [], "error": fault}
            return {**_shown(job, "failed"), "steps": [*_shown(job, "")["steps"], step]}
        mime_type, data = job.media[0], self.made(job.media[1])
        content: list[dict[str, Any]] = [{"type": "text", "text": "Here you are."}]
        if "declined" not in job.prompt:
            kind = mime_type.partition("/")[0]
            made: dict[str, Any] = {"type": kind, "mime_type": mime_type}
            if may_be_inline:
                made["data"] = base64.b64encode(data).decode()
            else:
                made["uri"] = self._keep(data)
            content.append(made)
        shown = _shown(job, "completed")
        steps = [*shown["steps"], {"type": "model_output", "content": content}]
        return {**shown, "steps": steps, "usage": {"total_input_tokens": 12}}

    # Files

    def _keep(self, data: bytes) -> str:
        name = f"film{self._number():04d}"
        self._files[name] = [0, data]
        return f"{self.url}/v1beta/files/{name}:download?alt=media"

    def _file(self, asked: Asked, name: str) -> Reply:
        self._check_age()
        if asked.query or name not in self._files:
            raise refusal(404, "NOT_FOUND", "no such file")
        self._files[name][0] += 1
        state = "ACTIVE" if self._files[name][0] >= self.polls else "PROCESSING"
        return Reply({"name": f"files/{name}", "mimeType": "video/mp4", "state": state})

    def _download(self, asked: Asked, name: str) -> Reply:
        self._check_age()
        if asked.query != {"alt": "media"} or name not in self._files:
            raise refusal(404, "NOT_FOUND", "no such file")
        asked_for, data = self._files[name]
        if asked_for < self.polls:
            raise refusal(400, "FAILED_PRECONDITION", "The file is not in an ACTIVE state.")
        return Reply(data, headers={"Content-Type": "video/mp4"})

    def _check_age(self) -> None:
        if self.are_expired:
            text = "You do not have permission to access the File, or it may not exist."
            raise refusal(403, "PERMISSION_DENIED", text)

    # Veo and the older Lyria

    def _start_veo(self, asked: Asked, model: str, path: str) -> Reply:
        prompt, media, what, usd = _veo_order(asked.json)
        if "forbidden" in prompt:
            text = "The prompt contains sensitive words that violate our usage guidelines."
            raise refusal(400, "INVALID_ARGUMENT", text)
        if "filtered" not in prompt:  # which is not charged for, as its answer says
            self.charge("veo", f"{model} {what} {prompt}", usd)
        job = self._job(f"{path}/operations/{self._number():04d}", model, prompt, media)
        return Reply({"name": job.name})

    def _operation(self, asked: Asked) -> Reply:
        body = only(asked.json, needed=("operationName",))
        job = self._jobs.get(body["operationName"])
        if job is None:
            raise refusal(404, "NOT_FOUND", "The operation was not found.")
        job.asked += 1
        if job.asked < self.polls:
            return Reply({"name": job.name})
        done = {"name": job.name, "done": True}
        if "broken" in job.prompt:
            return Reply({**done, "error": {"code": 13, "message": "Internal error."}})
        answer: dict[str, Any] = {
            "@type": "type.googleapis.com/cloud.ai.large_models.vision.GenerateVideoResponse",
            "raiMediaFilteredCount": 0,
        }
        if "filtered" in job.prompt:
            reasons = ["Videos were filtered out. You will not be charged. Support code: 15236754"]
            answer |= {"raiMediaFilteredCount": 1, "raiMediaFilteredReasons": reasons}
        elif "declined" not in job.prompt:
            mime_type, data = job.media[0], self.made(job.media[1])
            encoded = base64.b64encode(data).decode()
            answer["videos"] = [{"bytesBase64Encoded": encoded, "mimeType": mime_type}]
        return Reply({**done, "response": answer})

    def _predict(self, asked: Asked) -> Reply:
        body = only(asked.json, "parameters", needed=("instances",))
        instance = only(_one(body["instances"]), "negative_prompt", "seed", needed=("prompt",))
        parameters = only(body.get("parameters", {}), "sample_count")
        if "seed" in instance and "sample_count" in parameters:
            raise refusal(400, "INVALID_ARGUMENT", "seed cannot be used with sample_count")
        if "forbidden" in instance["prompt"] or "filtered" in instance["prompt"]:
            raise refusal(400, "INVALID_ARGUMENT", "Music generation failed: prompt blocked.")
        self.charge("predict", f"lyria-002 {instance['prompt']}", 0.06)
        data = base64.b64encode(self.made(song_wav(30.0))).decode()
        return Reply({"predictions": [{"mimeType": "audio/wav", "audioContent": data}]})

    def _job(
        self, name: str, model: str, prompt: str, media: tuple[str, bytes], how: str = ""
    ) -> _Job:
        self._jobs[name] = _Job(name, model, prompt, media, how)
        return self._jobs[name]

    def _number(self) -> int:
        with self._numbers:
            self._last += 1
            return self._last


def refusal(status: int, code: str, message: str, **more: Any) -> Refused:
    """An error as Google's services word it."""
    return Refused(status, {"error": {"code": status, "message": message, "status": code, **more}})


def _shown(job: _Job, status: str) -> dict[str, Any]:
    said = [{"type": "text", "text": job.prompt}]
    steps = [{"type": "user_input", "content": said}]
    shown = {"id": job.name, "object": "interaction", "model": job.model, "status": status}
    return {**shown, "steps": steps if status not in ("queued", "in_progress") else []}


def _film_order(
    body: Mapping[str, Any], is_vertex: bool
) -> tuple[tuple[str, bytes], str, float, str]:
    """The film, what identifies it, its price, how it is delivered."""
    names = ("aspect_ratio", "resolution", "duration", "delivery", "gcs_uri")
    how = only(body.get("response_format", {}), *names, needed=("type",))
    config = only(body.get("generation_config", {}), "seed", "video_config")
    only(config.get("video_config", {}), "task")
    shortest, longest = SECONDS[body["model"]]
    duration = re.fullmatch(r"(\d+)s", how.get("duration", f"{longest}s"))
    seconds = int(duration[1]) if duration else 0
    ratio, size = how.get("aspect_ratio", "16:9"), how.get("resolution", "720p")
    if not shortest <= seconds <= longest:
        raise refusal(400, "INVALID_ARGUMENT", f"duration must be {shortest}s to {longest}s")
    if how["type"] != "video" or ratio not in ("16:9", "9:16") or size not in OMNI_SIDES:
        raise refusal(400, "INVALID_ARGUMENT", "unsupported response_format")
    delivery = how.get("delivery", "inline")
    if (is_vertex and delivery == "uri") != ("gcs_uri" in how) or delivery not in ("inline", "uri"):
        raise refusal(400, "INVALID_ARGUMENT", "uri delivery needs gcs_uri, and only on Vertex")
    data = film(*_frame(OMNI_SIDES[size], ratio), float(seconds), True)
    return ("video/mp4", data), f"{size} {ratio} {seconds}s", 0.1 * seconds, delivery


def _veo_order(body: Any) -> tuple[str, tuple[str, bytes], str, float]:
    """Prompt, film, what identifies it, its price."""
    only(body, needed=("instances", "parameters"))
    prompt = only(_one(body["instances"]), needed=("prompt",))["prompt"]
    how = only(
        body["parameters"],
        *("sampleCount", "aspectRatio", "resolution", "personGeneration", "negativePrompt"),
        *("seed", "storageUri"),
        needed=("durationSeconds", "generateAudio"),
    )
    ratio, size = how.get("aspectRatio", "16:9"), how.get("resolution", "720p")
    seconds, has_audio = how["durationSeconds"], how["generateAudio"]
    if (
        seconds not in (4, 6, 8)
        or ratio not in ("16:9", "9:16")
        or size not in VEO_SIDES
        or not isinstance(has_audio, bool)
        or how.get("sampleCount", 1) != 1
        or how.get("personGeneration", "allow_adult") not in ("allow_adult", "dont_allow")
    ):
        raise refusal(400, "INVALID_ARGUMENT", "unsupported parameters")
    data = film(*_frame(VEO_SIDES[size], ratio), float(seconds), has_audio)
    return prompt, ("video/mp4", data), f"{size} {ratio} {seconds}s", 0.4 * seconds


def _frame(side: int, ratio: str) -> tuple[int, int]:
    long_side = side * 16 // 9
    return (side, long_side) if ratio == "9:16" else (long_side, side)


def _one(given: Any) -> Any:
    if not isinstance(given, list) or len(given) != 1:
        raise refusal(400, "INVALID_ARGUMENT", "one instance is needed")
    return given[0]
