from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from jobs.errors import QualityMissed
from media.gate import Master, Promise, Quality, measure_video, misses
from media.join import Extras, Piece, chunk_list, join
from media.loudness import Loudness
from media.master import LoudnessTarget
from media.run import Workspace
from media.stills import Span, Stills

GOOD = Quality(
    frames=90, width=64, height=36, duration_s=3.0, av_difference_s=0.01,
    video="h264 (High) (avc1), yuv420p(tv, bt709), 64x36", lufs=-14.2, peak_dbtp=-1.2, lra=4.0,
    black=(), frozen=(),
)  # fmt: skip
PROMISE = Promise(90, 64, 36, Fraction(30), LoudnessTarget(-14.0, -1.0), may_be_quiet=False)


def test_a_file_as_promised_misses_nothing() -> None:
    assert misses(GOOD, PROMISE) == ()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        pytest.param({"frames": 89}, "89 frames instead of 90", id="a frame lost"),
        pytest.param({"width": 62}, "62x36 instead of 64x36", id="size"),
        pytest.param({"duration_s": 2.9}, "2.900 s of picture instead of 3.000 s", id="length"),
        pytest.param({"av_difference_s": 0.05}, "differ by 50 ms", id="sound too long"),
        pytest.param({"av_difference_s": -0.05}, "differ by -50 ms", id="sound too short"),
        pytest.param({"video": "h264 (High), yuv420p"}, "not bt709", id="colour tags"),
        pytest.param({"video": "hevc, yuv420p(bt709)"}, "not h264 (High)", id="codec"),
        pytest.param({"lufs": -14.4}, "-14.4 LUFS instead of -14", id="too quiet"),
        pytest.param({"lufs": -13.6}, "-13.6 LUFS instead of -14", id="too loud"),
        pytest.param({"peak_dbtp": -0.9}, "true peak -0.9 dBTP above -1", id="peak"),
    ],
)
def test_every_miss_is_told(change: dict[str, object], says: str) -> None:
    (told,) = misses(replace(GOOD, **change), PROMISE)  # type: ignore[arg-type] # fields by name

    assert says in told


@pytest.mark.parametrize(
    ("lufs", "told"), [pytest.param(-70.0, 0, id="silent"), pytest.param(-13.0, 1, id="loud")]
)
def test_what_cannot_reach_its_loudness_may_be_quiet_but_not_loud(lufs: float, told: int) -> None:
    promise = replace(PROMISE, may_be_quiet=True)

    assert len(misses(replace(GOOD, lufs=lufs), promise)) == told


def sound(space: Workspace, seconds: float, name: str = "sound.m4a", hz: int = 440) -> Master:
    source = f"sine=f={hz}:d={seconds}"
    space.run(["-y", "-f", "lavfi", "-i", source, "-ar", "48000", "-ac", "2", name])
    return Master(space.folder / name, Loudness(-14.0, -1.5, 2.0))


def piece(space: Workspace, name: str, source: str) -> Piece:
    arguments = ["-pix_fmt", "yuv420p", "-video_track_timescale", "30", "-y", name]
    named, _, more = source.partition(",")
    graph = ",".join([f"{named}:s=64x36:r=30", *([more] if more else [])])
    space.run(["-f", "lavfi", "-i", graph, "-frames:v", "90", *arguments])
    return Piece(space.folder / name, 90)


def test_a_joined_file_is_measured_with_what_was_seen_of_its_chunks(space: Workspace) -> None:
    pieces = [piece(space, "a.mp4", "testsrc2=d=3"), piece(space, "b.mp4", "color=black:d=3")]
    given = sound(space, 6)
    black = (Span(0.0, 3.0),)
    seen = [Stills(3.0, (), ()), Stills(3.0, black, black)]

    quality = measure_video(
        space, join(space, pieces, Fraction(30), given.path, Extras()), seen, given
    )

    assert (quality.frames, quality.duration_s) == (180, 6.0)
    assert abs(quality.av_difference_s) < 0.03
    assert quality.black == quality.frozen == (Span(3.0, 6.0),)
    assert Loudness(quality.lufs, quality.peak_dbtp, quality.lra) == given.loudness


def test_a_file_without_sound_misses_its_promise(space: Workspace) -> None:
    silent = piece(space, "a.mp4", "testsrc2=d=3")

    with pytest.raises(QualityMissed, match="lacks picture or sound"):
        measure_video(space, silent.path, [], sound(space, 3))


@pytest.mark.parametrize(
    ("seconds", "hz"),
    [pytest.param(3, 450, id="another"), pytest.param(2, 440, id="a shorter one")],
)
def test_a_file_with_another_sound_than_was_measured_is_refused(
    space: Workspace, seconds: float, hz: int
) -> None:
    picture, other = piece(space, "a.mp4", "testsrc2=d=3"), sound(space, seconds, "other.m4a", hz)
    video = join(space, [picture], Fraction(30), other.path, Extras())

    with pytest.raises(QualityMissed, match="not that of its mix"):
        measure_video(space, video, [], sound(space, 3))


def test_chunk_durations_add_up_at_any_frame_rate() -> None:
    rate = Fraction(30000, 1001)
    pieces = [Piece(Path(f"/store/{name}.mp4"), 125) for name in "abc"]

    listed = chunk_list(pieces, rate)

    durations = [int(line.split()[1][:-2]) for line in listed.splitlines() if "duration" in line]
    assert sum(durations) == round(375 / rate * 1_000_000)


def test_paths_with_quotes_are_quoted() -> None:
    listed = chunk_list([Piece(Path("/it's here/a.mp4"), 30)], Fraction(30))

    assert "file 'file:/it'\\''s here/a.mp4'" in listed
