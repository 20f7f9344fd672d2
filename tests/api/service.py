"""The real service on a socket, for tests."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp

from api.app import create_app
from api.services import Services
from api.settings import Settings
from jobs.elements import Ending, Outcome, Problem, Run, Video
from jobs.errors import QueueUnavailable
from jobs.states import Status
from storage.api_keys import SCOPES
from storage.artefacts import content_name
from storage.blobs import Blobs
from storage.database import Database
from storage.directory import DirectoryBlobs
from storage.ledger import Ledger

WAIT_S = 60.0
NO_LIMIT = 10**9


class Rings:
    """A publisher that keeps what it was given, and counts how often the worker was woken."""

    def __init__(self) -> None:
        self.published: list[bytes] = []
        self.is_away = False
        self.checks = 0
        self.commits = 0
        self.woken = 0

    def publish(self, payloads: Sequence[bytes]) -> None:
        self._answer()
        self.published += payloads

    def check(self) -> None:
        self.checks += 1
        self._answer()

    def _answer(self) -> None:
        if self.is_away:
            raise QueueUnavailable("away")

    def close(self) -> None:
        pass

    def after_commit(self) -> None:
        self.commits += 1

    def ring(self) -> None:
        self.woken += 1


@dataclass(frozen=True)
class Service:
    """A service that answers at `url`.

    Attributes:
      app: What answers.
      client: Calls as tenant `acme`, with every scope.
      stranger: Calls as tenant `other`, with every scope.
      anonymous: Calls without a key.
    """

    app: FastAPI
    services: Services
    rings: Rings
    url: str
    client: httpx.Client
    stranger: httpx.Client
    anonymous: httpx.Client
    opened: contextlib.ExitStack = field(repr=False)

    def client_with(self, *scopes: str) -> httpx.Client:
        """A client of tenant `acme` whose key has these scopes."""
        return self.opened.enter_context(client_of(self.services, self.url, "acme", scopes))

    def submit(self, **document: Any) -> str:
        """Id of a new job of tenant `acme`."""
        given = document or {"scenes": [{"narration": "One."}]}
        answer = self.client.post("/v1/jobs", json=given)
        assert answer.status_code == 202, answer.text
        return str(answer.json()["id"])

    def begin(self, job_id: str) -> Run:
        """Claims a job and brings it to its render, as a worker would."""
        ledger = Ledger(self.services.database, patience_s=0)
        claim = ledger.claim(job_id)
        assert claim is not None
        run = Run(claim.job_id, claim.generation, claim.token, "media/submission.json")
        assert ledger.advance(run, Status.GENERATING)
        return run

    def finish(self, job_id: str, files: dict[str, bytes]) -> None:
        """Delivers these files for a job that waits."""
        blobs = self.services.blobs
        names = {}
        sizes = {name: len(content) for name, content in files.items()}
        for name, content in files.items():
            names[name] = content_name(content, f".{name.rpartition('.')[2]}")
            blobs.create(names[name], content)
        manifest = content_name(b'{"id": "made"}', ".json")
        blobs.create(manifest, b'{"id": "made"}')
        run = self.begin(job_id)
        ledger = Ledger(self.services.database, patience_s=0)
        assert ledger.advance(run, Status.RENDERING)
        video = Video(manifest, names, 90, 3.0, sizes)
        assert ledger.settle(Outcome(run, Ending.DONE, (), video))

    def end(self, job_id: str, ending: Ending, *problems: Problem) -> None:
        """Ends a run of a job that waits in another way."""
        run = self.begin(job_id)
        assert Ledger(self.services.database, patience_s=0).settle(Outcome(run, ending, problems))


def services_over(database: Database, data: Path) -> tuple[Services, Rings]:
    """Services with limits that no test meets, and where their rings go."""
    rings = Rings()
    settings = Settings(
        data=data,
        database_url=database.engine.url.render_as_string(hide_password=False),
        rate_per_key=NO_LIMIT,
        rate_per_tenant=NO_LIMIT,
        submit_rate_per_key=NO_LIMIT,
        submit_rate_per_tenant=NO_LIMIT,
    )
    services = Services.over(
        database,
        settings=settings,
        blobs=DirectoryBlobs(data),
        publisher=rings,
        after_commit=rings.after_commit,
        ring=rings.ring,
    )
    return services, rings


@contextlib.contextmanager
def running(
    database: Database,
    data: Path,
    change: Callable[[Settings], Settings] = lambda settings: settings,
    blobs: Blobs | None = None,
) -> Iterator[Service]:
    """A running service with two tenants.

    Args:
      change: Changes the settings.
      blobs: Where files are; in the data folder unless given.
    """
    services, rings = services_over(database, data)
    services = replace(services, settings=change(services.settings), blobs=blobs or services.blobs)
    with contextlib.ExitStack() as opened:
        app = create_app(services)
        url = opened.enter_context(listening(app))
        client, stranger = (
            opened.enter_context(client_of(services, url, tenant, SCOPES))
            for tenant in ("acme", "other")
        )
        anonymous = opened.enter_context(client_at(url))
        yield Service(app, services, rings, url, client, stranger, anonymous, opened)


def client_of(services: Services, url: str, tenant: str, scopes: Sequence[str]) -> httpx.Client:
    """A client with a new key."""
    key = services.api_keys.make(tenant, "test", scopes)
    return client_at(url, {"Authorization": f"Bearer {key.secret}"})


def client_at(url: str, headers: Mapping[str, str] | None = None) -> httpx.Client:
    """A client of a service on this machine.

    It trusts no certificate: to read those of the world takes longer than most tests.
    """
    nobody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return httpx.Client(base_url=url, headers=headers, timeout=WAIT_S, verify=nobody)


@contextlib.contextmanager
def listening(app: ASGIApp) -> Iterator[str]:
    """A uvicorn on a free port; its address."""
    with socket.socket(proto=socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(128)  # from now on connections wait to be accepted
        config = uvicorn.Config(app, log_config=None, access_log=False, lifespan="on")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(WAIT_S)
