"""Commands against the real service, as a user would run them."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from PIL import Image

from storage.database import open_database, sqlite_url
from storage.migrate import prepare
from tests.api.service import Service, running
from tests.pipeline.conftest import Desk, Ran
from tests.warm import Process


@dataclass(frozen=True)
class Office:
    """A folder where commands are run, and the service that they talk to."""

    desk: Desk
    service: Service

    def run(self, *arguments: str, **environment: str) -> Ran:
        return self.desk.run(*arguments, **{**self._access(), **environment})

    @contextlib.contextmanager
    def start(self, *arguments: str) -> Iterator[Process]:
        with self.desk.start(*arguments, **self._access()) as process:
            try:
                yield process
            finally:
                process.kill()  # else a test that fails would wait for its command

    def file(self, name: str = "job.json", **document: Any) -> str:
        given = document or {"title": "Small", "scenes": [{"narration": "One."}]}
        return str(self.desk.write(name, given))

    def picture(self, name: str) -> None:
        buffer = BytesIO()
        Image.new("RGB", (16, 9), "#204060").save(buffer, "PNG")
        self.desk.write(name, buffer.getvalue())

    def submitted(self, **document: Any) -> str:
        return self.service.submit(**document)

    def job(self, job_id: str) -> Any:
        return self.service.client.get(f"/v1/jobs/{job_id}?include=document").json()

    def jobs(self) -> Any:
        return self.service.client.get("/v1/jobs").json()["jobs"]

    def _access(self) -> dict[str, str]:
        key = self.service.client.headers["Authorization"].removeprefix("Bearer ")
        return {"AIPROD_URL": self.service.url, "AIPROD_API_KEY": key}


@contextlib.contextmanager
def open_office(desk: Desk) -> Iterator[Office]:
    """An office, with a service over an embedded database."""
    data = desk.folder / "service"
    with contextlib.closing(open_database(sqlite_url(data), pool_size=20)) as database:
        prepare(database)
        with running(database, data) as service:
            yield Office(desk, service)
