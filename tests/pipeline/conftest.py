import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.everybody import Fakes, everybody
from tests.migrated import put_database
from tests.warm import AIPROD, REPOSITORY, Process

# As small as a video can be and still have everything: speech, music, an effect, two pictures,
# a transition, captions.
SMALL: dict[str, Any] = {
    "title": "Small",
    "scenes": [
        {
            "narration": "One wave.",
            "visual": {"type": "color", "color": "#204060"},
            "effects": [{"query": "camera shutter", "at": {"word": "wave"}}],
            "transition": {"type": "crossfade", "duration_s": 0.2},
        },
        {"narration": "Two.", "visual": {"type": "title", "text": "Two"}},
    ],
    "music": {"prompt": "calm piano"},
    "output": {"height": 144, "fps": 24, "quality": "draft"},
}


@dataclass(frozen=True)
class Ran:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True)
class Desk:
    """A folder with a data folder, where commands are run as a user would."""

    folder: Path

    def write(self, name: str, content: Any) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            path.write_text(json.dumps(content), encoding="utf-8")
        return path

    def environment(self, **more: str) -> dict[str, str]:
        return {**os.environ, "AIPROD_DATA": str(self.folder / "data"), **more}

    def start(self, *arguments: str, **environment: str) -> Process:
        env = self.environment(**environment)
        # It would migrate one itself, as in `run_cold`; and none when a row of a file is wrong.
        if arguments[0] == "render" and "--rows" not in arguments:
            put_database(Path(env["AIPROD_DATA"]))
        return Process(
            AIPROD,
            *arguments,
            cwd=self.folder,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str, **environment: str) -> Ran:
        with self.start(*arguments, **environment) as process:
            out, err = process.communicate(timeout=300)
            return Ran(process.wait(), out, err)

    def run_cold(self, *arguments: str, **environment: str) -> Ran:
        """Runs the program that was installed, which has to load all that it needs."""
        done = subprocess.run(
            [Path(sys.executable).with_name("aiprod"), *arguments],
            cwd=self.folder,
            env=self.environment(PYTHONPATH=str(REPOSITORY), **environment),
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        return Ran(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.fixture
def small_job() -> Callable[..., dict[str, Any]]:
    def build(**changes: Any) -> dict[str, Any]:
        # Composing takes longer than all the rest of such a video; test_graph.py has music.
        return {**json.loads(json.dumps(SMALL)), "music": None, **changes}

    return build


@pytest.fixture
def fakes() -> Iterator[Fakes]:
    with everybody() as found:
        yield found
