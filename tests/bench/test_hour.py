from fractions import Fraction

import numpy as np
import pytest

from bench.canonical import Canonical, document
from bench.hour import FPS, bright_runs, with_marks
from media.timeline import SceneLength, lay_out, sample_of


@pytest.mark.parametrize(("scenes", "frames"), [(7, 1000), (20, 2880), (500, 86_400)])
def test_marks_are_where_they_are_expected(scenes: int, frames: int) -> None:
    job, marks = with_marks(document(Canonical(scenes=scenes, fps=FPS)), frames)
    transitions = [scene.get("transition", {"type": "cut"}) for scene in job["scenes"]]
    lengths = [
        SceneLength(0, scene["duration_s"], fade["type"], fade.get("duration_s", 0))
        for scene, fade in zip(job["scenes"], transitions, strict=True)
    ]

    timeline = lay_out(lengths, Fraction(FPS))

    white = [i for i, one in enumerate(job["scenes"]) if one["visual"]["type"] == "color"]
    assert timeline.frames == frames
    assert [timeline.scenes[i].start for i in white] == [mark.frame for mark in marks]
    assert [timeline.scenes[i].frames for i in white] == [12, 12, 12]
    offset = round(0.1 * 48_000)
    assert [mark.sample for mark in marks] == [
        sample_of(mark.frame, Fraction(FPS)) + offset for mark in marks
    ]


def test_white_frames_are_told_in_runs() -> None:
    brightness = np.array([255.0, 255.0, 90.0, 90.0, 240.0, 90.0, 250.0])

    assert bright_runs(brightness) == [(0, 2), (4, 1), (6, 1)]
