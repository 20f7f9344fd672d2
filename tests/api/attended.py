"""A service whose jobs, keys and webhooks are there for whoever tries all of its routes."""

from collections import Counter
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any

from fastapi import FastAPI
from sqlalchemy import update
from starlette.types import Message, Receive, Scope, Send

from api.app import create_app
from api.services import Services
from jobs.elements import DeadLetter, Ending, Outcome, Run, Video
from jobs.states import Status
from jobs.submission import Submission
from storage.api_keys import SCOPES, NewKey
from storage.artefacts import content_name
from storage.intake import SERVICE_QUEUE, Request
from storage.ledger import Ledger
from storage.tables import API_KEYS
from tests.api.google import Pair
from tests.api.test_push_route import token, trusting

TESTER = "Bearer tester"
_LIKE_A_KEY = TESTER.encode()


@dataclass
class Attended:
    """The service, with somebody beside it who lets the tester in and does its work.

    The tester's header becomes a key that works, whichever keys were revoked meanwhile; for pushes,
    a token. Before an answer goes out, what was queued is worked on: what nobody approved waits for
    review or fails, what was approved is done.

    Attributes:
      answers: How often each operation was answered with each status.
    """

    services: Services
    app: FastAPI
    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    pair: Pair = field(default_factory=lambda: Pair.make("first"))
    key: NewKey | None = None

    def __post_init__(self) -> None:
        self.app.state.push_verifier = trusting(self.pair)
        self._ledger = Ledger(self.services.database, patience_s=0)
        self._first_endings = cycle((Ending.REVIEW, Ending.REVIEW, Ending.FAILED))
        film, manifest = content_name(b"film", ".mp4"), content_name(b"{}", ".json")
        self.services.blobs.create(film, b"film")
        self.services.blobs.create(manifest, b"{}")
        self._video = Video(manifest, {"final.mp4": film}, 90, 3.0, {"final.mp4": 4})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_noting(message: Message) -> None:
            if message["type"] == "http.response.start":
                operation = getattr(scope.get("route"), "operation_id", None) or "none"
                self.answers[operation, int(message["status"])] += 1
                self.work()
            await send(message)

        scope["headers"] = [
            (name, self._credentials(scope["path"]) if value == _LIKE_A_KEY else value)
            for name, value in scope["headers"]
        ]
        await self.app(scope, receive, send_noting)

    def work(self) -> None:
        """Ends every job that waits."""
        while claim := self._ledger.claim_next(SERVICE_QUEUE):
            run = Run(claim.job_id, claim.generation, claim.token, "media/submission.json")
            assert self._ledger.advance(run, Status.GENERATING)
            if claim.approved:
                assert self._ledger.advance(run, Status.RENDERING)
                outcome = Outcome(run, Ending.DONE, (), self._video)
            else:
                outcome = Outcome(run, next(self._first_endings))
            assert self._ledger.settle(outcome)

    def _credentials(self, path: str) -> bytes:
        if path == "/process-job":
            return token(self.pair)["Authorization"].encode()
        keys = self.services.api_keys
        if self.key is None or self.key.id not in keys.working([self.key.id]):
            self.key = keys.make("acme", "tester", SCOPES)
        return f"Bearer {self.key.secret}".encode()


def attended(services: Services) -> Attended:
    """A service where the examples of its OpenAPI document are there."""
    app = create_app(services)
    found = Attended(services, app)
    examples = _examples(app.openapi())
    job_id = examples["job_id"]
    services.intake.submit(
        Request("acme", job_id, Submission({"metadata": {}}), None, None, None, "0" * 64, None)
    )
    found.work()
    services.intake.approve("acme", job_id)
    found.work()
    letter = services.dead_letters.record(DeadLetter.of("no job", "push", b"{}"))
    assert letter.id == examples["letter_id"]
    spare = services.api_keys.make("acme", "spare", ["jobs:read"])
    with services.database.begin() as connection:
        connection.execute(
            update(API_KEYS).where(API_KEYS.c.id == spare.id).values(id=examples["key_id"])
        )
        services.webhooks.announce(
            connection, tenant="acme", job_id=job_id, generation=1, kind="job.done",
            url="https://example.com/hook", payload={}, message_id=examples["delivery_id"],
        )  # fmt: skip
    found.work()
    return found


def _examples(document: dict[str, Any]) -> dict[str, str]:
    """Of parameters in paths, by name."""
    return {
        parameter["name"]: parameter["schema"]["examples"][0]
        for operations in document["paths"].values()
        for operation in operations.values()
        for parameter in operation.get("parameters", ())
        if parameter["in"] == "path"
    }
