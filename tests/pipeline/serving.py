"""The real service as a process, on the ledger of a shop."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from subprocess import PIPE
from typing import Any

import httpx
import psutil

from tests.api.service import client_at
from tests.kin import descendants
from tests.pipeline.workers import Shop
from tests.warm import AIPROD, Process


@dataclass(frozen=True)
class Served:
    """A service that runs, and a client that has its key, if it wrote one."""

    process: Process
    client: httpx.Client

    def submit(self, document: dict[str, Any], key: str) -> httpx.Response:
        return self.client.post("/v1/jobs", json=document, headers={"Idempotency-Key": key})

    def family(self) -> list[psutil.Process]:
        return descendants(self.process.pid)


@contextmanager
def serving(shop: Shop, *options: str, **environment: str) -> Iterator[Served]:
    with (shop.folder / "serve.log").open("ab") as log:
        process = Process(
            AIPROD,
            *("serve", "--port", "0", *options),
            stdout=PIPE,
            stderr=log,
            text=True,
            cwd=shop.folder,
            env={
                **os.environ,
                "AIPROD_DATA": str(shop.folder),
                "DATABASE_URL": shop.url,
                "AIPROD_SWEEP_S": "0.5",
                **environment,
            },
        )
    assert process.stdout is not None
    try:
        said = process.stdout.readline()
        found = re.search(r"http://\S+", said)
        assert found, f"{said!r}; see {shop.folder / 'serve.log'}"
        path = shop.folder / "api-key"  # which a service in production does not write
        key = path.read_text(encoding="ascii").strip() if path.exists() else None
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        with client_at(found[0], headers) as client:
            yield Served(process, client)
    finally:
        process.kill()
        process.communicate()
