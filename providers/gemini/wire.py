"""The two doors to Google's models: the Gemini API with a key, Vertex AI with a token."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from jobs.errors import InvalidInput
from providers.gemini.errors import explain
from providers.remote import MOST_BYTES, Answer, Remote
from providers.service import Access
from providers.settings import address

KEY = "GEMINI_API_KEY"
VERTEX_KEY = "VERTEX_ACCESS_TOKEN"
TERMS = "Google's generative AI terms"
MODES = ("key", "vertex")
# The first is the default. Fields reach the version that is called beta first, and that one knows
# all names of models; v1 of the Gemini API used to refuse `systemInstruction`.
KEY_VERSIONS, VERTEX_VERSIONS = ("v1beta", "v1"), ("v1beta1", "v1")
_GEMINI_URL = "https://generativelanguage.googleapis.com"
_PROJECT = re.compile(r"[a-z0-9][a-z0-9.:-]{1,99}")
_LOCATION = re.compile(r"[a-z]{2,20}(-[a-z]{2,20}[0-9]{1,2})?")
_MULTI_REGIONS = ("us", "eu")


@dataclass(frozen=True)
class Door:
    """Where requests go. `project`: of Vertex AI; None: the Gemini API."""

    base_url: str = _GEMINI_URL
    version: str = KEY_VERSIONS[0]
    project: str | None = None
    location: str = "global"

    @property
    def is_vertex(self) -> bool:
        """Whether a token opens it, rather than a key."""
        return self.project is not None

    @classmethod
    def configured(
        cls, variables: Mapping[str, str], url_name: str = "AIPROD_GEMINI_URL"
    ) -> "Door":
        """The door that `AIPROD_GEMINI_MODE` names: `key` or `vertex`.

        Args:
          url_name: A variable whose address comes before `AIPROD_GEMINI_URL`.

        Raises:
          InvalidInput: A setting is wrong; the sentence names it.
        """
        mode = variables.get("AIPROD_GEMINI_MODE", "key").lower()
        if mode not in MODES:
            raise InvalidInput(f"AIPROD_GEMINI_MODE is {mode!r}; give one of {', '.join(MODES)}")
        if mode == "vertex":
            return cls.vertex(variables, url_name)
        url = address(variables, (url_name, "AIPROD_GEMINI_URL"), _GEMINI_URL)
        return cls(url, _version(variables, "AIPROD_GEMINI_VERSION", KEY_VERSIONS))

    @classmethod
    def vertex(cls, variables: Mapping[str, str], url_name: str = "AIPROD_VERTEX_URL") -> "Door":
        """Vertex AI, in the project and location that `AIPROD_VERTEX_...` name.

        Raises:
          InvalidInput: A setting is wrong; the sentence names it.
        """
        names = ("AIPROD_VERTEX_PROJECT", "GOOGLE_CLOUD_PROJECT")
        name = next((name for name in names if variables.get(name)), "")
        if not name:
            raise InvalidInput(
                "GOOGLE_CLOUD_PROJECT is not set; Vertex AI needs the id of a project, there or in "
                "AIPROD_VERTEX_PROJECT"
            )
        project = variables[name]
        if not _PROJECT.fullmatch(project):
            raise InvalidInput(f"{name} is {project!r}; give the id of a project, such as my-films")
        location = variables.get("AIPROD_VERTEX_LOCATION", cls.location)
        if not _LOCATION.fullmatch(location):
            raise InvalidInput(
                f"AIPROD_VERTEX_LOCATION is {location!r}; give global, us, eu or a region such as "
                "us-central1"
            )
        url = address(variables, (url_name, "AIPROD_VERTEX_URL"), _vertex_url(location))
        version = _version(variables, "AIPROD_VERTEX_VERSION", VERTEX_VERSIONS)
        return cls(url, version, project, location)


class Wire:
    """Requests through a door. Safe for several threads."""

    def __init__(
        self,
        name: str,
        door: Door,
        access: Access,
        *,
        silence_s: float = 240.0,
        total_s: float = 300.0,
    ) -> None:
        self.name = name
        self.access = access
        self._door = door
        self._remote = Remote(
            name, door.base_url, partial(explain, name), silence_s=silence_s, total_s=total_s
        )

    def path(self, rest: str) -> str:
        """The path of a method or thing."""
        door = self._door
        if door.project is None:
            return f"/{door.version}/{rest}"
        return f"/{door.version}/projects/{door.project}/locations/{door.location}/{rest}"

    def model_path(self, model: str, verb: str) -> str:
        """The path of what a model can do."""
        publisher = "publishers/google/" if self._door.is_vertex else ""
        return self.path(f"{publisher}models/{model}:{verb}")

    def is_own(self, url: str) -> bool:
        """Whether an address is one of the service's own API."""
        theirs, ours = urlsplit(url), urlsplit(self._door.base_url)
        return (theirs.scheme, theirs.netloc) == (ours.scheme, ours.netloc)

    def ask(
        self,
        method: str,
        path: str,
        *,
        is_paid: bool,
        params: Mapping[str, str | int] | None = None,
        body: Any = None,
        most_bytes: int = MOST_BYTES,
    ) -> Answer:
        """Sends one request; once more when the key was refused and there is another now.

        Raises:
          ProviderError: Of the kind, with whether it was charged.
        """

        def send(key: str) -> Answer:
            return self._remote.ask(
                method,
                path,
                is_paid=is_paid,
                headers=self._headers(key),
                params=params,
                body=body,
                most_bytes=most_bytes,
            )

        return self.access.with_key(self.name, send)

    def close(self) -> None:
        """Lets go of the connections."""
        self._remote.close()

    def _headers(self, key: str) -> dict[str, str]:
        if self._door.is_vertex:
            return {"Authorization": f"Bearer {key}"}
        return {"x-goog-api-key": key}


def _vertex_url(location: str) -> str:
    if location in _MULTI_REGIONS:
        return f"https://aiplatform.{location}.rep.googleapis.com"
    host = "" if location == "global" else f"{location}-"
    return f"https://{host}aiplatform.googleapis.com"


def _version(variables: Mapping[str, str], name: str, accepted: tuple[str, ...]) -> str:
    version = variables.get(name, accepted[0])
    if version not in accepted:
        raise InvalidInput(f"{name} is {version!r}; give one of {', '.join(accepted)}")
    return version
