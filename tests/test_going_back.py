"""Going back a release, rehearsed: code of before, out of git, on the database of now."""

import io
import os
import re
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from alembic.script import ScriptDirectory

from jobs.states import Status
from storage import migrations
from tests.api.service import client_at
from tests.pipeline.serving import serving
from tests.pipeline.workers import WAIT_S, Shop, open_shop, until

REPOSITORY = Path(__file__).parents[1]
SMALL: dict[str, Any] = {
    "scenes": [{"duration_s": 0.5, "visual": {"type": "color", "color": "#204060"}}],
    "music": None,
    "output": {"height": 144, "fps": 24, "quality": "draft"},
}


def git(*arguments: str) -> bytes:
    """What git says about this repository; skips the test where it cannot."""
    done = subprocess.run(
        ["/usr/bin/env", "git", *arguments],
        cwd=REPOSITORY, check=False, capture_output=True, timeout=60,
    )  # fmt: skip
    if done.returncode != 0:
        pytest.skip(f"no code of before is here (git {arguments[0]}): {done.stderr.decode()}")
    return done.stdout


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The code of the last commit that did not know the newest migration, in a folder."""
    newest = ScriptDirectory(str(migrations.__path__[0])).get_revision("head")
    came = git("log", "--diff-filter=A", "--format=%H", "-1", "--", newest.path).decode().strip()
    if not came:
        pytest.skip(f"no code of before is here: git does not have {newest.path} yet")
    folder = tmp_path_factory.mktemp("before")
    with tarfile.open(fileobj=io.BytesIO(git("archive", f"{came}^"))) as archive:
        archive.extractall(folder, filter="data")
    assert not (folder / Path(newest.path).relative_to(REPOSITORY)).exists()
    return folder


@contextmanager
def served_by(code: Path, shop: Shop) -> Iterator[httpx.Client]:
    """The service of that code, on the ledger and files of the shop, as tenant `local`."""
    with (shop.folder / "before.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "pipeline.cli", "serve", "--port", "0"],
            stdout=subprocess.PIPE, stderr=log, text=True, cwd=code,
            env={
                **os.environ,
                "PYTHONPATH": str(code),
                "AIPROD_DATA": str(shop.folder),
                "DATABASE_URL": shop.url,
                "AIPROD_SWEEP_S": "0.5",
            },
        )  # fmt: skip
    assert process.stdout is not None
    with process:
        try:
            said = process.stdout.readline()
            found = re.search(r"http://\S+", said)
            assert found, f"{said!r}; {(shop.folder / 'before.log').read_text()}"
            key = (shop.folder / "api-key").read_text(encoding="ascii").strip()
            with client_at(found[0], {"Authorization": f"Bearer {key}"}) as client:
                yield client
        finally:
            process.terminate()
            process.wait(WAIT_S)


@pytest.fixture
def shop(database_url: str, tmp_path: Path) -> Iterator[Shop]:
    with open_shop(tmp_path / "data", database_url) as opened:
        yield opened


def is_done(client: httpx.Client, job_id: str, generation: int) -> bool:
    job = client.get(f"/v1/jobs/{job_id}").json()
    assert job["status"] not in ("failed", "cancelled"), job
    return bool(job["status"] == "done" and job["generation"] == generation)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # as in production
def test_the_release_before_goes_on_with_the_jobs_of_this_one(before: Path, shop: Shop) -> None:
    made = shop.submit(SMALL)
    with serving(shop):
        shop.ended(made)
    left = shop.submit(SMALL)

    with served_by(before, shop) as client:
        listed = {job["id"] for job in client.get("/v1/jobs").json()["jobs"]}
        assert client.post(f"/v1/jobs/{made}/retry").status_code == 202
        taken = client.post("/v1/jobs", json=SMALL).json()["id"]
        for job_id, generation in ((left, 1), (taken, 1), (made, 2)):
            until(lambda one=job_id, run=generation: is_done(client, one, run), f"{job_id} to end")
        ready = client.get("/ready")

    assert listed == {made, left}
    assert (ready.status_code, ready.json()["status"]) == (200, "ready")
    # And forward again: this release knows what the one before has made.
    with serving(shop) as here:
        names = {job["id"] for job in here.client.get("/v1/jobs").json()["jobs"]}
    assert names == {made, left, taken}
    assert {shop.job(one).status for one in names} == {Status.DONE}
