"""`make monitoring-check`: asks a Prometheus every expression of alerts and dashboards.

It scrapes a service that makes a job here, with fakes in the place of everybody who is paid. Each
expression has to be answered, every rule to be healthy, and whatever is asked for to be there,
except for what `NOTHING_YET` says.
"""

import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import yaml

from deployments.monitoring.write_dashboards import ALL
from tests.deployments.configuration import DEPLOYMENTS
from tests.fakes.everybody import everybody

MONITORING = DEPLOYMENTS / "monitoring"
LIMIT_S = 300.0  # of a machine that has other things to do
JOB = {
    "scenes": [{"narration": "A kettle sings.", "visual": {"type": "title", "text": "Tea"}}],
    "music": {"prompt": "calm piano"},
    "output": {"height": 240, "fps": 24, "quality": "draft"},
}
NOTHING_YET = {
    'aiprod_http_request_seconds_count{route!~"/health|/ready|/metrics",status="5xx"}': "no "
    "request failed",
    'aiprod_http_request_seconds_count{status="5xx",route!~"/health|/ready|/metrics"}': "no "
    "request failed",
}
# Windows of an hour in steps of a minute have one point after a minute; here, time is short.
WINDOW = (re.compile(r"\[\w+:\w+\]"), "[5m:2s]")


def main() -> int:
    program = shutil.which("prometheus")
    if program is None:
        sys.stderr.write("prometheus is not in PATH; on Debian: apt-get install prometheus\n")
        return 2
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="aiprod-")))
        service = stack.enter_context(_service(folder))
        key = service.post(
            "/v1/keys",
            json={"name": "prometheus", "scopes": ["operator"], "expires_s": 90 * 86_400},
        ).raise_for_status()
        asked = stack.enter_context(_prometheus(program, folder, service, key.json()["key"]))
        _until("a first scrape", lambda: _series(asked, "aiprod_ledger_up"))
        job = service.post("/v1/jobs", json=JOB).raise_for_status().json()["id"]
        _until("the end of the job", lambda: _has_ended(service, job))
        made = 'aiprod_jobs{status="done"} == 1'
        _until("a scrape of what was made", lambda: _series(asked, made))
        # What has one point has no growth.
        for grown in ("aiprod_tenant_spent_today_usd", 'aiprod_parts{stage="finish"}'):
            twice = f"count_over_time({grown}{WINDOW[1]}) >= 2"
            _until(f"two scrapes of {grown}", partial(_series, asked, twice))
        return _report(asked)


def _report(asked: httpx.Client) -> int:
    groups = yaml.safe_load((MONITORING / "alerts.yaml").read_text(encoding="utf-8"))["groups"]
    alerts = {rule["alert"]: rule["expr"] for group in groups for rule in group["rules"]}
    queries = {
        f"{dashboard.name}: {panel.title} ({query.legend})": query.expression
        for dashboard in ALL
        for panel in dashboard.panels
        for query in panel.queries
    }
    wrong = []
    for name, expression in {**alerts, **queries}.items():
        _series(asked, expression)  # as it is: raises when it is not answered
        found = len(_series(asked, WINDOW[0].sub(WINDOW[1], expression)))
        sys.stdout.write(f"{found:4}  {name}\n")
        for selector in re.findall(r"aiprod_\w+(?:\{[^}]*\})?", expression):
            if selector not in NOTHING_YET and not _series(asked, selector):
                wrong.append(f"{name}: there is no {selector}")
        if name in queries and not found and not _is_excused(expression):
            wrong.append(f"{name}: nothing")
    for group in asked.get("/api/v1/rules").raise_for_status().json()["data"]["groups"]:
        for rule in group["rules"]:
            if rule["health"] != "ok":
                wrong.append(f"{rule['name']}: {rule['health']} {rule.get('lastError', '')}")
    sys.stdout.write(f"{len(alerts)} alerts and {len(queries)} queries were answered\n")
    sys.stdout.writelines(f"WRONG {one}\n" for one in wrong)
    return 1 if wrong else 0


def _is_excused(expression: str) -> bool:
    return any(selector in expression for selector in NOTHING_YET)


@contextlib.contextmanager
def _service(folder: Path) -> Iterator[httpx.Client]:
    """A service with a worker, and a client with the key of this machine."""
    with everybody() as fakes, (folder / "serve.log").open("wb") as log:
        environment = {
            **os.environ,
            **fakes.environment,
            "ELEVENLABS_API_KEY": "withdrawn-0123456789",  # it is left, which a panel shows
            "AIPROD_DATA": str(folder / "data"),
            "AIPROD_TENANT_DAY_USD": "20",
            "DATABASE_URL": "",
        }
        command = [sys.executable, "-m", "pipeline.cli", "serve", "--port", "0"]
        with subprocess.Popen(
            [*command, "--out", str(folder / "out")],
            stdout=subprocess.PIPE, stderr=log, text=True, env=environment,
        ) as process:  # fmt: skip
            try:
                assert process.stdout is not None
                said = process.stdout.readline()
                found = re.search(r"http://\S+", said)
                assert found, f"{said!r}; {(folder / 'serve.log').read_text(encoding='utf-8')}"
                key = (folder / "data" / "api-key").read_text(encoding="ascii").strip()
                headers = {"Authorization": f"Bearer {key}"}
                with httpx.Client(base_url=found[0], headers=headers, timeout=60) as client:
                    yield client
            finally:
                process.terminate()


@contextlib.contextmanager
def _prometheus(
    program: str, folder: Path, service: httpx.Client, key: str
) -> Iterator[httpx.Client]:
    """A Prometheus with the configuration of `make monitoring`, but for where and how often."""
    config = yaml.safe_load((MONITORING / "prometheus.yaml").read_text(encoding="utf-8"))
    config["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
    config["rule_files"] = [str(MONITORING / name) for name in config["rule_files"]]
    (scrape,) = config["scrape_configs"]
    scrape["authorization"] = {"credentials_file": "key"}
    scrape["static_configs"] = [{"targets": [service.base_url.netloc.decode()]}]
    (folder / "key").write_text(key)
    (folder / "prometheus.yaml").write_text(json.dumps(config))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    command = [
        program,
        f"--config.file={folder / 'prometheus.yaml'}",
        f"--storage.tsdb.path={folder / 'tsdb'}",
        f"--web.listen-address={address}",
        "--log.level=warn",
    ]
    with subprocess.Popen(command) as process:
        try:
            with httpx.Client(base_url=f"http://{address}", timeout=60) as client:
                yield client
        finally:
            process.terminate()


def _series(asked: httpx.Client, expression: str) -> list[Any]:
    try:
        answer = asked.post("/api/v1/query", data={"query": expression})
    except httpx.ConnectError:
        return []  # it is just being started
    if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE:
        return []
    assert answer.status_code == httpx.codes.OK, f"{expression}: {answer.text}"
    found: list[Any] = answer.json()["data"]["result"]
    return found


def _has_ended(service: httpx.Client, job: str) -> bool:
    found = service.get(f"/v1/jobs/{job}").raise_for_status().json()
    assert found["status"] not in ("failed", "cancelled"), found
    return bool(found["status"] == "done")


def _until(what: str, check: Callable[[], object]) -> None:
    ends_s = time.monotonic() + LIMIT_S
    while not check():
        assert time.monotonic() < ends_s, f"{what} did not come within {LIMIT_S:g} s"
        time.sleep(0.5)


if __name__ == "__main__":
    sys.exit(main())
