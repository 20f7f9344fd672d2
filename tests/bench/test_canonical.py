from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from bench.canonical import Canonical, document, write_job
from media.timeline import SceneLength, lay_out

SMALL = Canonical(scenes=2, height=144)


def test_it_is_the_same_each_time(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_job(tmp_path / name, SMALL)

    one, two = (
        {file.name: file.read_bytes() for file in (tmp_path / name).iterdir()}
        for name in ("one", "two")
    )
    assert one == two
    assert set(one) == {"canonical.json", "000.jpg", "001.jpg"}
    assert one["000.jpg"] != one["001.jpg"]


def test_six_scenes_last_thirty_seconds() -> None:
    scenes = document(Canonical())["scenes"]
    lengths = [SceneLength(0, scene["duration_s"], "crossfade", 0.5) for scene in scenes]

    assert lay_out(lengths, Fraction(30)).frames == 900


def test_no_two_of_500_scenes_say_the_same() -> None:
    scenes = document(replace(SMALL, scenes=500, is_short=True))["scenes"]

    assert len({scene["narration"] for scene in scenes}) == 500
