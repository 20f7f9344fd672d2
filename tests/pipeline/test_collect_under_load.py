"""Garbage is collected while real processes make it, find it again, and make it anew."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from subprocess import PIPE
from typing import Any

import pytest
from sqlalchemy import select

from jobs.stages import Stage
from storage.artefacts import Artefacts
from storage.database import Database, open_database, sqlite_url
from storage.directory import DirectoryBlobs
from storage.tables import PARTS, VIDEOS
from tests.pipeline.conftest import Desk, Ran
from tests.pipeline.test_collect import let_a_day_pass
from tests.warm import Process, module

Build = Callable[..., dict[str, Any]]
RENDERERS, ROUNDS = 2, 4
BAD, GOOD = ("failed", ["invalid_input"]), ("done", [])


def collecting(desk: Desk) -> Process:
    """Collects until its standard input ends, which leaving its context does."""
    return Process(
        module("tests.pipeline.collecting"),
        str(desk.folder / "data"),
        stdin=PIPE,
        stdout=PIPE,
        text=True,
    )


def wait_for_a_collection(process: Process) -> None:
    assert process.stdout is not None
    assert process.stdout.readline()


def is_bad(number: int) -> bool:
    return number % 3 == 0


def document(build: Build, renderer: int, number: int) -> dict[str, Any]:
    """Every third job makes its parts and fails, since it would be too long. The next ones are
    runs of one job: they find parts of the one that failed, and plans of each other, which nobody
    names between two of them."""
    second = f"Only {renderer} {number}." if is_bad(number) else "Line 2."
    scene = {"visual": {"type": "title", "text": "Picture"}}
    scenes = [{**scene, "narration": line} for line in ("Line 1.", second)]
    if not is_bad(number):
        return build(title=f"Renderer {renderer}", scenes=scenes)
    scenes[1]["duration_s"] = 40
    return build(title=f"Renderer {renderer}", scenes=scenes, preset="quick_social")


@pytest.fixture
def ledger(desk: Desk) -> Iterator[Database]:
    with closing(open_database(sqlite_url(desk.folder / "data"))) as opened:
        yield opened


def test_no_job_fails_while_garbage_is_collected(
    desk: Desk, small_job: Build, ledger: Database
) -> None:
    def render(renderer: int) -> list[Ran]:
        ran = []
        for number in range(ROUNDS):
            name = f"bad-{renderer}.json" if is_bad(number) else f"{renderer}.json"
            path = desk.write(name, document(small_job, renderer, number))
            ran.append(desk.run("render", str(path), "--json"))
        return ran

    desk.run("render", str(desk.write("first.json", document(small_job, 9, 1))))
    with ThreadPoolExecutor(RENDERERS) as pool:
        renders = [pool.submit(render, renderer) for renderer in range(RENDERERS)]
        with collecting(desk) as killed:
            wait_for_a_collection(killed)
            killed.kill()
        with collecting(desk) as process:
            results = [render.result() for render in renders]
            counts, _ = process.communicate(timeout=60)

    for ran in results:
        told = [(one.json["status"], [p["code"] for p in one.json["problems"]]) for one in ran]
        assert told == [BAD if is_bad(number) else GOOD for number in range(ROUNDS)]
    assert (process.returncode, sum(map(int, counts.split())) > 0) == (0, True)
    check_deliveries(desk, ledger)
    let_a_day_pass(desk.folder / "data")
    desk.run("gc", "--older-than", "0", "--keep", "1")
    check_deliveries(desk, ledger)
    left = {path.stem for path in (desk.folder / "data" / "parts" / "voice").iterdir()}
    assert left == {key for stage, key in keys_of_deliveries(ledger) if stage is Stage.VOICE}


def keys_of_deliveries(ledger: Database) -> set[tuple[Stage, str]]:
    is_its = (PARTS.c.job_id == VIDEOS.c.job_id) & (PARTS.c.generation == VIDEOS.c.generation)
    query = select(PARTS.c.stage, PARTS.c.key).join_from(PARTS, VIDEOS, is_its)
    with ledger.reading() as connection:
        return {(Stage(row.stage), row.key) for row in connection.execute(query)}


def check_deliveries(desk: Desk, ledger: Database) -> None:
    """Everything that was delivered and is offered is there, and so is what it was made of."""
    blobs = DirectoryBlobs(desk.folder / "data")
    with ledger.reading() as connection:
        videos = connection.execute(select(VIDEOS)).all()
    assert {video.job_id for video in videos} == {
        path.name for path in (desk.folder / "out").iterdir()
    }
    for video in videos:
        manifest = json.loads(blobs.read(video.manifest) or b"null")
        assert manifest["files"].keys() == video.files.keys()
        assert all(map(blobs.exists, video.files.values()))
    for stage, key in keys_of_deliveries(ledger):
        assert Artefacts(blobs).look_up(stage, key) is not None
