"""The real service as a process, on the ledger of a shop."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import psutil

from tests.pipeline.workers import PROGRAM, REPOSITORY, Shop


@dataclass(frozen=True)
class Served:
    """A service that runs, and a client that has its key, if it wrote one."""

    process: subprocess.Popen[str]
    client: httpx.Client

    def submit(self, document: dict[str, Any], key: str) -> httpx.Response:
        return self.client.post("/v1/jobs", json=document, headers={"Idempotency-Key": key})

    def family(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)


@contextmanager
def serving(shop: Shop, *options: str, **environment: str) -> Iterator[Served]:
    with (shop.folder / "serve.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, "serve", "--port", "0", *options],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            cwd=shop.folder,
            env={
                **os.environ,
                "AIPROD_DATA": str(shop.folder),
                "DATABASE_URL": shop.url,
                "PYTHONPATH": str(REPOSITORY),
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
        with httpx.Client(base_url=found[0], headers=headers, timeout=60) as client:
            yield Served(process, client)
    finally:
        process.kill()
        process.communicate()
