"""Rendering a job as a command, in folders of a benchmark's own; and what was rendered, read back.

A fresh place has nothing that was made before. `forget` takes single stages away again.
"""

import json
import os
import shlex
import shutil
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from bench import logged_ffmpeg
from bench.measured import Taken, measured
from jobs.slate import Slate
from jobs.stages import Stage
from jobs.wire import from_json
from media.chunk import ChunkSpec
from media.run import ffmpeg_version, find_ffmpeg
from storage.directory import DirectoryBlobs
from transforms.mix_spec import MixSpec
from transforms.renders import render_params

AIPROD = [sys.executable, "-c", "from pipeline.cli import main; main()"]
RENDERED = (Stage.RENDER, Stage.MIX, Stage.FINISH)  # everything that is not an asset
T = TypeVar("T")


@dataclass(frozen=True)
class Place:
    """A folder in which jobs are rendered."""

    folder: Path

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def out(self) -> Path:
        return self.folder / "out"

    def render(self, job: Path, *, workers: int | None = None, log: Path | None = None) -> Taken:
        """Renders a job file.

        Args:
          workers: Chunks, or other tasks, side by side; by default one per core.
          log: Where each run of FFmpeg is written down; its logging is left out of the memory.
        """
        environment = {}
        if workers:
            environment["AIPROD_WORKERS"] = str(workers)
        if log:
            environment["AIPROD_FFMPEG"] = str(self._logging(log))
        return self.run(
            ["render", str(job), "--out", str(self.out), "--json"], environment=environment
        )

    def run(self, command: list[str], environment: dict[str, str] | None = None) -> Taken:
        """Runs a command of `aiprod` here."""
        return measured(
            [*AIPROD, *command],
            {**(environment or {}), "AIPROD_DATA": str(self.data)},
            without=Path(logged_ffmpeg.__file__).name,
        )

    def forget(self, *stages: Stage) -> None:
        """Lets the next run make these anew."""
        for stage in stages:
            shutil.rmtree(self.data / "parts" / stage.value, ignore_errors=True)

    def video(self) -> Path:
        """The one video that was rendered here."""
        (video,) = self.out.glob("*/final.mp4")
        return video

    def manifest(self) -> dict[str, Any]:
        """Of the one job that was rendered here."""
        found: dict[str, Any] = json.loads((self.video().parent / "manifest.json").read_bytes())
        return found

    def chunks(self) -> list[ChunkSpec]:
        """What the chunks of the one job that was rendered here look like, in order."""
        return self._specs(ChunkSpec, Stage.RENDER)

    def mix(self) -> MixSpec:
        """What the one job that was rendered here sounds like."""
        return self._specs(MixSpec, Stage.MIX)[0]

    def blobs(self) -> DirectoryBlobs:
        """What was stored."""
        return DirectoryBlobs(self.data.absolute())

    @contextmanager
    def files(self, names: set[str]) -> Iterator[dict[str, Path]]:
        """Local files of blobs, by name."""
        blobs = self.blobs()
        with ExitStack() as stack:
            yield {name: stack.enter_context(blobs.as_file(name)) for name in names}

    def _specs(self, kind: type[T], stage: Stage) -> list[T]:
        """Found by their keys: a manifest names parts, not what they were made from."""
        blobs, slate = self.blobs(), Slate()
        names = [listed.name for listed in blobs.listed("media/") if listed.name.endswith(".json")]
        named = {slate.key(stage, render_params(name)): name for name in names}
        parts = [part for part in self.manifest()["parts"] if part["stage"] == stage.value]
        keys = [part["key"] for part in sorted(parts, key=lambda part: str(part["task"]))]
        return [from_json(kind, blobs.read(named[key]) or b"") for key in keys]

    def _logging(self, log: Path) -> Path:
        program = self.folder / "ffmpeg"
        parts = [sys.executable, "-IS", logged_ffmpeg.__file__, str(log.absolute()), ffmpeg()]
        program.write_text(f'#!/bin/sh\nexec {shlex.join(parts)} "$@"\n', encoding="utf-8")
        program.chmod(0o755)
        return program


def ffmpeg() -> str:
    """The FFmpeg that is used."""
    return find_ffmpeg(os.environ.get("AIPROD_FFMPEG") or None)


def conditions() -> dict[str, Any]:
    """What figures of a run depend on."""
    return {
        "cores": len(os.sched_getaffinity(0)),
        "load_before": round(os.getloadavg()[0], 1),
        "ffmpeg": ffmpeg_version(ffmpeg()),
        "python": sys.version.split()[0],
    }
