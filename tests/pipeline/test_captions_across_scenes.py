"""Captions of neighbouring scenes, in the files beside a finished video and in its frames."""

import subprocess
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

from media.run import Workspace
from media.sidecar import parse_srt
from tests.pipeline.conftest import Desk

FPS = 24
WIDTH, HEIGHT = 256, 144


@pytest.mark.parametrize("style", ["block", "karaoke"])
def test_gaps_between_scenes_do_not_flicker(desk: Desk, space: Workspace, style: str) -> None:
    lines = ("One wave.", "And two more.", "Then the sea is still.")
    color = {"type": "color", "color": "#204060"}
    scenes = [{"narration": line, "visual": color} for line in lines]
    scenes[1]["transition"] = {"type": "crossfade", "duration_s": 0.2}
    output = {"height": HEIGHT, "fps": FPS, "quality": "draft"}
    desk.write("job.json", {
        "title": "Three", "scenes": scenes, "music": None, "captions": {"style": style},
        "output": output,
    })  # fmt: skip

    ran = desk.run("render", "job.json", "--json")

    video = desk.folder / ran.json["video"]
    captions = parse_srt(video.with_name("captions.srt").read_text(encoding="utf-8"))
    spans = [
        [round(Fraction(at_ms * FPS, 1000)) for at_ms in (one.start_ms, one.end_ms)]
        for one in captions
    ]
    gaps = [after[0] - before[1] for before, after in pairwise(spans)]
    assert len(spans) == len(lines)
    assert [gap for gap in gaps if gap != 2 and gap < FPS / 2] == []
    told = [number for start, end in spans for number in range(start, end)]
    assert frames_with_text(space, str(video)) == told


def frames_with_text(space: Workspace, video: str) -> list[int]:
    """The frames of a video of one colour in which something is written."""
    command = [space.ffmpeg, "-v", "error", "-i", video, "-pix_fmt", "gray", "-f", "rawvideo", "-"]
    raw = subprocess.run(command, capture_output=True, check=True, timeout=60).stdout
    frames = np.frombuffer(raw, np.uint8).reshape(-1, HEIGHT * WIDTH)
    return np.flatnonzero(np.ptp(frames, axis=1) > 60).tolist()
