"""The streaming pipeline as a program, beside Google's own emulator."""

import argparse
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest
from apache_beam.options.pipeline_options import PipelineOptions

from jobs.elements import DeadLetter
from jobs.errors import InvalidInput
from jobs.message import Ring
from jobs.states import Status
from pipeline.emulator import Emulator
from pipeline.options import Settings
from pipeline.streaming import ServiceOptions, run
from pipeline.topics import Names
from storage.dead_letters import DeadLetterRow, DeadLetters
from storage.outbox import Outbox
from tests.kin import command_of, descendants
from tests.pipeline.serving import serving
from tests.pipeline.workers import Shop, open_shop, until
from tests.pubsub import Post, new_post
from tests.warm import REPOSITORY

pytest_plugins = ["tests.pubsub_fixtures"]

PULL = "--subscription=projects/aiprod-local/subscriptions/aiprod-jobs-pull"


@dataclass(frozen=True)
class Line:
    """A running `make stream`, the topics it reads, and the ledger it works for."""

    process: subprocess.Popen[str]
    post: Post
    shop: Shop

    def rung(self, document: dict[str, Any], times: int = 1) -> str:
        job_id = self.shop.submit(document)
        self.post.publish(*[Ring(job_id).to_bytes()] * times)
        return job_id

    def letter(self, message: str) -> DeadLetterRow:
        """The dead letter of this message, as soon as it is there."""

        def find() -> DeadLetterRow | None:
            rows = DeadLetters(self.shop.database).page(100)
            return next((row for row in rows if row.message == message), None)

        found: DeadLetterRow = until(find, f"the dead letter of {message[:40]}")
        return found

    def child(self, name: str) -> psutil.Process | None:
        children = descendants(self.process.pid)
        return next((one for one in children if name in " ".join(command_of(one))), None)


@contextmanager
def line(shop: Shop, post: Post, *options: str) -> Iterator[Line]:
    command = [sys.executable, "-m", "pipeline.stream", f"--project={post.names.project}"]
    with (shop.folder / "stream.log").open("ab") as log:
        process = subprocess.Popen(
            [*command, *options],
            cwd=shop.folder,
            env={
                **os.environ,
                "PYTHONPATH": str(REPOSITORY),
                "AIPROD_DATA": str(shop.folder),
                "DATABASE_URL": shop.url,
            },
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    try:
        yield Line(process, post, shop)
    finally:
        process.terminate()
        process.communicate(timeout=60)


@pytest.fixture(scope="module")
def running(emulator_host: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    post = new_post(emulator_host)
    with (
        open_shop(tmp_path_factory.mktemp("line")) as shop,
        line(shop, post, f"--host={emulator_host}") as running,
    ):
        yield running


@pytest.mark.emulator
def test_a_job_that_is_rung_for_becomes_a_video(
    running: Line, small_job: Callable[..., dict[str, Any]]
) -> None:
    job_id = running.rung(small_job())

    assert running.shop.ended(job_id).status is Status.DONE
    video = running.shop.catalogue.video("local", job_id)
    assert video is not None
    assert "final.mp4" in video.files


@pytest.mark.emulator
def test_what_is_no_job_stops_nothing_and_is_kept_twice(
    running: Line, small_job: Callable[..., dict[str, Any]]
) -> None:
    messages = {
        b"garbage": ("decode", "not JSON"),
        b"\xff\xfe\x00": ("decode", "not JSON"),
        b'{"v": 2, "job_id": "job-0001"}': ("decode", "message version 2 instead of 1"),
        b'{"v": 1, "job_id": "job-9999"}': ("admit", "there is no job job-9999"),
        b"[" * 100_000: ("decode", "not JSON"),
    }
    shown = {key: key[:8192].decode("utf-8", "backslashreplace") for key in messages}

    running.post.publish(*messages)
    job_id = running.rung(small_job())

    letters = [
        DeadLetter.from_bytes(data)
        for data in running.post.pulled(running.post.names.dead_letters_pull, len(messages))
    ]
    assert {(letter.message, letter.attempt) for letter in letters} == {
        (text, 1) for text in shown.values()
    }
    for message, (stage, reason) in messages.items():
        row = running.letter(shown[message].replace("\x00", "\\x00"))
        assert (row.stage, row.attempts) == (stage, 1)
        assert row.reason.startswith(reason)
    assert running.shop.ended(job_id).status is Status.DONE


@pytest.mark.emulator
def test_a_message_that_comes_twice_makes_one_run(
    running: Line, small_job: Callable[..., dict[str, Any]]
) -> None:
    job_id = running.rung(small_job(), times=3)
    running.shop.ended(job_id)

    running.post.publish(Ring(job_id).to_bytes(), b"the end of what was published")
    running.letter("the end of what was published")

    kinds = running.shop.kinds(job_id)
    assert (kinds.count("planning"), kinds.count("done")) == (1, 1)
    assert running.shop.job(job_id).generation == 1


@pytest.mark.emulator
def test_it_goes_on_after_its_emulator_was_killed_and_has_forgotten_everything(
    installed: Emulator, tmp_path: Path, small_job: Callable[..., dict[str, Any]]
) -> None:
    port = free_port()
    post = Post(f"127.0.0.1:{port}", Names())
    with (
        open_shop(tmp_path) as shop,
        line(shop, post, f"--port={port}", f"--emulator={installed.jar.parents[1]}") as running,
    ):
        until(post.is_created, "the topics")
        first = shop.ended(running.rung(small_job()))

        killed = running.child("java")
        assert killed is not None
        killed.kill()
        until(lambda: running.child("java") not in (None, killed), "another emulator")
        until(post.is_created, "the topics, again")
        second = shop.ended(running.rung(small_job()))

    assert (first.status, second.status) == (Status.DONE, Status.DONE)


@pytest.mark.emulator
def test_a_ring_that_got_lost_is_rung_again(
    installed: Emulator, tmp_path: Path, small_job: Callable[..., dict[str, Any]]
) -> None:
    port = free_port()
    post = Post(f"127.0.0.1:{port}", Names())
    with open_shop(tmp_path) as shop:
        with installed.running(port, tmp_path / "emulator.log"):
            post.create()
            job_id = shop.submit(small_job())
            outbox = Outbox(shop.database)
            rings = outbox.take(10, 30)
            post.publish(*[ring.payload for ring in rings])
            outbox.done(rings)
        # The emulator has gone, and with it the ring that nobody had pulled.
        pubsub = {"PUBSUB_EMULATOR_HOST": post.host, "PUBSUB_TOPIC_NAME": post.names.jobs}
        with (
            line(shop, post, f"--port={port}", f"--emulator={installed.jar.parents[1]}"),
            serving(shop, "--no-worker", **pubsub),
        ):
            assert shop.ended(job_id).status is Status.DONE


@pytest.mark.emulator
def test_it_says_what_to_type_and_ends_with_all_that_it_started(
    emulator_host: str, tmp_path: Path
) -> None:
    post = new_post(emulator_host)
    with open_shop(tmp_path) as shop, line(shop, post, f"--host={emulator_host}") as running:
        until(lambda: running.child("pipeline"), "the pipeline")
        started = descendants(running.process.pid)

        running.process.send_signal(signal.SIGINT)
        said, _ = running.process.communicate(timeout=60)

    assert running.process.returncode == 0
    assert [process for process in started if process.is_running()] == []
    assert f"PUBSUB_EMULATOR_HOST={emulator_host} PUBSUB_TOPIC_NAME={post.names.jobs}" in said


def test_without_an_emulator_it_says_how_to_get_one(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "pipeline.stream", f"--emulator={tmp_path}"],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        check=False, capture_output=True, text=True, timeout=60,
    )  # fmt: skip

    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.startswith("stream: there is no Pub/Sub emulator in AIPROD_PUBSUB_EMULATOR=")
    assert ran.stderr.count("\n") == 1


@pytest.mark.parametrize("name", ["local", "DirectRunner"])
@pytest.mark.parametrize(
    "option",
    [
        pytest.param("--store=gs://aiprod", id="store"),
        pytest.param("--database_url_secret=projects/p/secrets/s", id="secret"),
    ],
)
def test_a_local_run_takes_its_places_from_its_environment_alone(
    tmp_path: Path, name: str, option: str
) -> None:
    options = PipelineOptions([f"--runner={name}", PULL, option])
    settings = Settings.from_environment({"AIPROD_DATA": str(tmp_path)})

    with pytest.raises(InvalidInput, match="a local one has its environment"):
        run(options, settings, tmp_path)


def test_every_option_says_what_it_is_for() -> None:
    parser = argparse.ArgumentParser(add_help=False)
    ServiceOptions._add_argparse_args(parser)

    assert [action.dest for action in parser._actions if not action.help] == []


def free_port() -> int:
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
