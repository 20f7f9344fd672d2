import os
import signal
import subprocess
from pathlib import Path
from subprocess import PIPE

import pytest

from tests.warm import Process, run

TELL = "import os, sys; print(os.getpid(), os.getcwd(), os.environ['WHO'], sys.argv[1:])"


def test_a_process_has_its_own_folder_environment_and_arguments(tmp_path: Path) -> None:
    with Process(
        TELL, "a", "b", cwd=tmp_path, env={**os.environ, "WHO": "me"}, stdout=PIPE, text=True
    ) as process:
        said, _ = process.communicate(60)

    assert said == f"{process.pid} {tmp_path} me ['a', 'b']\n"
    assert process.returncode == 0


@pytest.mark.parametrize(
    ("program", "code", "said"),
    [
        pytest.param("raise SystemExit(3)", 3, "", id="a number"),
        pytest.param("raise SystemExit('no')", 1, "no\n", id="a sentence"),
        pytest.param("import os; os.abort()", -signal.SIGABRT, "", id="a signal"),
        pytest.param(
            "import atexit, sys; atexit.register(sys.stderr.write, 'bye')", 0, "bye", id="the end"
        ),
    ],
)
def test_a_process_ends_as_a_new_python_does(
    tmp_path: Path, program: str, code: int, said: str
) -> None:
    ran = run(program, cwd=tmp_path, env=dict(os.environ), timeout=60)

    assert (ran.returncode, ran.stdout, ran.stderr) == (code, "", said)


def test_a_process_goes_on_until_it_is_ended() -> None:
    with Process("import sys; print(sys.stdin.read())", stdin=PIPE, stdout=PIPE) as process:
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.01)
        before = process.poll()
        process.kill()

        assert before is None
        assert process.wait(60) == -signal.SIGKILL
