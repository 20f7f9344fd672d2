import socket
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from jobs.errors import ToolFailed, ToolMissing
from pipeline.emulator import Emulator, answers, find
from pipeline.topics import Names
from tests.pipeline.workers import until
from tests.pubsub import Post

pytest_plugins = ["tests.pubsub_fixtures"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Looks like the emulator's folder."""
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "cloud-pubsub-emulator-0.8.20-all.jar").touch()
    return tmp_path


def java(folder: Path, script: str) -> str:
    program = folder / "java_home" / "bin" / "java"
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return str(folder / "java_home")


@pytest.mark.emulator
def test_it_listens_when_the_block_begins_and_is_gone_after_it(
    installed: Emulator, tmp_path: Path
) -> None:
    with installed.running(0, tmp_path / "log") as running:
        listened, lived = answers(running.host), running.is_alive

    assert (listened, lived) == (True, True)
    assert (answers(running.host), running.is_alive) == (False, False)
    assert "Server started" in (tmp_path / "log").read_text()


@pytest.mark.emulator
def test_it_ends_with_a_program_that_is_killed(installed: Emulator, tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from pipeline.emulator import Emulator\n"
        "with Emulator(sys.argv[1], Path(sys.argv[2])).running(0, Path(sys.argv[3])) as running:\n"
        "    print(running.host, flush=True)\n"
        "    sys.stdin.read()"
    )
    log = str(tmp_path / "log")
    with subprocess.Popen(
        [sys.executable, "-c", program, installed.java, str(installed.jar), log],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        cwd=Path(__file__).parents[2],
    ) as process:  # fmt: skip
        assert process.stdout is not None
        host = process.stdout.readline().strip()
        listened = answers(host)
        process.kill()

    assert listened
    until(lambda: not answers(host), "the emulator to end")


@pytest.mark.emulator
def test_topics_that_are_there_stay(post: Post) -> None:
    post.publish(b"before")

    post.create()

    assert post.pulled(post.names.jobs_pull, 1) == [b"before"]


def test_names_are_those_of_the_deployment_guide() -> None:
    names = Names("p")

    assert (names.jobs, names.dead_letters, names.dead_letters_pull) == (
        "projects/p/topics/aiprod-jobs",
        "projects/p/topics/aiprod-jobs-dlq",
        "projects/p/subscriptions/aiprod-jobs-dlq-sub",
    )
    assert names.jobs_pull == "projects/p/subscriptions/aiprod-jobs-pull"


def test_a_folder_without_it_is_refused_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(ToolMissing, match="no Pub/Sub emulator in AIPROD_PUBSUB_EMULATOR=") as told:
        find(str(tmp_path), None)

    assert "gcloud components install pubsub-emulator" in told.value.message


def test_a_machine_without_the_cloud_sdk_is_told_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(ToolMissing, match="no Pub/Sub emulator on this machine: gcloud components"):
        find(None, None)


def test_a_machine_without_java_is_told_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    monkeypatch.setenv("PATH", str(folder))

    with pytest.raises(ToolMissing, match=r"needs Java, and there is none .*: .*apt"):
        find(str(folder), None)


def test_a_java_that_is_only_a_stub_is_none(folder: Path) -> None:
    stub = java(folder, "echo get one at java.com; exit 1")

    with pytest.raises(ToolMissing, match="there is none in JAVA_HOME="):
        find(str(folder), stub)


def test_the_java_of_java_home_is_taken(folder: Path) -> None:
    home = java(folder, "exit 0")

    assert find(str(folder), home).java == f"{home}/bin/java"


def test_an_emulator_that_ends_as_it_starts_is_told(folder: Path) -> None:
    broken = find(str(folder), java(folder, 'echo "$1: no main manifest"'))
    log = folder / "log"

    with (
        pytest.raises(ToolFailed, match=f"ended as it started: see {log}"),
        broken.running(0, log),
    ):
        pass

    assert log.read_text() == "-jar: no main manifest\n"


def test_a_port_that_is_taken_is_refused(folder: Path) -> None:
    emulator = find(str(folder), java(folder, "exit 0"))

    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = other.getsockname()[1]
        with (
            pytest.raises(ToolFailed, match=f"port {port} is taken.*PUBSUB_EMULATOR_HOST="),
            emulator.running(port, folder / "log"),
        ):
            pass


def test_neither_it_nor_its_java_sees_keys(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", "secret-key")
    found = find(str(folder), java(folder, f'env >> "{tmp_path}/seen"; [ "$1" = -version ]'))

    with pytest.raises(ToolFailed), found.running(0, tmp_path / "log"):
        pass

    seen = (tmp_path / "seen").read_text(encoding="utf-8")
    assert seen.count("\nPATH=") + seen.startswith("PATH=") == 2
    assert "secret-key" not in seen
