"""Memory of a service while it makes 500 small jobs, one after the other.

`python -m bench.memory` prints JSON: resident memory of all its processes after every hundred jobs.
Each job has a colour of its own, so that a chunk is rendered, mixed and finished for each.
"""

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import httpx

from bench.service import running

JOBS = 500
EVERY = 100
WARM_UP = 20  # what libraries load once is there by then


def family_mib(name: str) -> float:
    """Resident memory of the processes that have this in their environment, in MiB."""
    total = 0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if f"AIPROD_DATA={name}".encode() in (folder / "environ").read_bytes():
                total += int((folder / "statm").read_text().split()[1])
        except OSError:
            continue  # it has ended meanwhile
    return total * os.sysconf("SC_PAGE_SIZE") / 2**20


def main() -> None:
    """Prints the measurement."""
    with tempfile.TemporaryDirectory() as name:
        serve = [sys.executable, "-m", "pipeline.cli", "serve", "--port", "8974", "--out", name]
        free = {"AIPROD_SUBMIT_RATE_PER_KEY": "100000", "AIPROD_SUBMIT_RATE_PER_TENANT": "100000"}
        with running(serve, 8974, {"AIPROD_DATA": name, **free}) as url:
            key = (Path(name) / "api-key").read_text(encoding="ascii").strip()
            headers = {"Authorization": f"Bearer {key}"}
            with httpx.Client(base_url=url, headers=headers, timeout=60) as client:
                found: dict[str, Any] = {"jobs": JOBS, "mib": {}}
                for number in range(1, JOBS + 1):
                    _make(client, number)
                    if number == WARM_UP or number % EVERY == 0:
                        found["mib"][number] = round(family_mib(name))
    found["growth"] = round(found["mib"][JOBS] / found["mib"][EVERY], 3)
    print(json.dumps(found, indent=2))


def _make(client: httpx.Client, number: int) -> None:
    visual = {"type": "color", "color": f"#{number * 33:06x}"}
    document = {
        "scenes": [{"duration_s": 0.5, "visual": visual}],
        "music": None,
        "output": {"height": 144, "fps": 24, "quality": "draft"},
    }
    job = client.post("/v1/jobs", json=document).raise_for_status().json()["id"]
    with client.stream("GET", f"/v1/jobs/{job}/events") as events:
        for line in events.iter_lines():
            if line == "event: failed":
                raise RuntimeError(f"job {job} failed")
            if line == "event: done":
                return


if __name__ == "__main__":
    main()
