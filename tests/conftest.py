from pathlib import Path

import pytest

from media.run import Workspace, find_ffmpeg


@pytest.fixture(scope="session")
def ffmpeg_program() -> str:
    return find_ffmpeg(None)


@pytest.fixture
def space(tmp_path: Path, ffmpeg_program: str) -> Workspace:
    folder = tmp_path / "work"
    folder.mkdir()
    return Workspace(ffmpeg_program, folder, wall_s=60)
