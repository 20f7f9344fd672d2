"""The poster of a job, on the real runner."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from media.run import Workspace, find_ffmpeg
from pipeline.execute import execute
from tests.pipeline.test_graph import studio_in, submit

JOB: dict[str, Any] = {
    "scenes": [
        {"visual": {"type": "color", "color": "#101010"}, "duration_s": 4},
        {"visual": {"type": "prompt", "prompt": "a harbour"}, "duration_s": 4},
    ],
    "music": None,
    "output": {"height": 180, "fps": 24, "quality": "draft"},
}


def test_a_poster_shows_its_frame_of_a_later_chunk(tmp_path: Path) -> None:
    config = studio_in(tmp_path)
    execute([submit(config, "harbour", JOB)], config)

    folder = Path(config.deliver_to) / "harbour"
    # Twice a second one is looked at; the scene is clear of its fade 0.4 s after it began.
    shown, expected = folder / "poster.jpg", frame_of(folder / "final.mp4", 4 * 24 + 12, tmp_path)
    assert psnr(cv2.imread(str(shown)), expected) > 35


def frame_of(video: Path, number: int, folder: Path) -> NDArray[np.uint8]:
    space = Workspace(find_ffmpeg(None), folder)
    select = ["-vf", f"select=eq(n\\,{number})", "-frames:v", "1"]
    space.run(["-i", str(video), *select, "frame.png"])
    return np.asarray(cv2.imread(str(folder / "frame.png")), np.uint8)


def psnr(shown: Any, expected: NDArray[np.uint8]) -> float:
    return float(cv2.PSNR(np.asarray(shown, np.uint8), expected))
