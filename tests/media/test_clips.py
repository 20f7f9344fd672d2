"""Clips of users, at the size, rate and colours of the video."""

from contextlib import closing
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from jobs.errors import ToolFailed, UnsupportedMedia
from media.clips import ClipShot, ClipSpec
from media.packets import list_packets, probe_clip
from media.planes import Planes, yuv_of
from media.run import Workspace

WHOLE = ClipSpec(0.0, 10.0)


def shown(
    space: Workspace, spec: ClipSpec, size: tuple[int, int] = (64, 36), frame: int = 0
) -> Planes:
    """A frame of clip.mp4, at 25 frames a second."""
    onto = Planes.blank(*size)
    shot = ClipShot(space, space.folder / "clip.mp4", spec, size, Fraction(25))
    with closing(shot):
        shot.draw(frame, onto)
    return onto


def encode(space: Workspace, source: str, *options: str) -> ClipSpec:
    """Writes clip.mp4; returns it whole, with the colours that it says it has."""
    space.run(["-f", "lavfi", "-i", source, *options, "-y", "clip.mp4"])
    track, colours = probe_clip(space, space.folder / "clip.mp4", 0.0, 10.0, "clip.mp4")
    return ClipSpec(0.0, float(track.duration_s), colours=colours)


def make_clip(space: Workspace, rate: int = 25, seconds: float = 1.0) -> Path:
    source = f"color=white:s=64x48:r={rate}:d={seconds},fade=in:0:{round(rate * seconds)}"
    space.run(["-f", "lavfi", "-i", source, "-pix_fmt", "yuv420p", "-y", "clip.mp4"])
    return space.folder / "clip.mp4"


def brightness(
    space: Workspace, clip: Path, frames: list[int], length_s: float = 10.0, spec: ClipSpec = WHOLE
) -> list[float]:
    shot = ClipShot(space, clip, replace(spec, length_s=length_s), (64, 36), Fraction(50))
    seen = []
    with closing(shot):
        onto = Planes.blank(64, 36)
        for number in frames:
            shot.draw(number, onto)
            seen.append(float(onto.y.mean()))
    return seen


def test_a_clip_plays_at_the_rate_of_the_video(space: Workspace) -> None:
    clip = make_clip(space)

    seen = brightness(space, clip, [0, 25, 49])

    assert seen[0] < seen[1] < seen[2]
    assert seen[2] > 200


def test_a_clip_that_ends_holds_its_last_frame(space: Workspace) -> None:
    clip = make_clip(space)

    seen = brightness(space, clip, [49, 60, 500])

    assert seen[0] == seen[1] == seen[2]


def test_a_clip_entered_late_shows_what_it_would_have_shown(space: Workspace) -> None:
    clip = make_clip(space)

    from_start = brightness(space, clip, [30])
    entered_late = brightness(space, clip, [30])

    assert from_start == pytest.approx(entered_late, abs=4)


def test_probe_counts_the_frames_of_a_trimmed_clip(space: Workspace) -> None:
    clip = make_clip(space, seconds=2.0)

    track, _ = probe_clip(space, clip, 0.5, 1.0, "clip.mp4")

    assert (track.size, len(track.starts)) == ((64, 48), 25)


def test_packets_are_listed_without_decoding(space: Workspace) -> None:
    clip = make_clip(space)

    (track,) = list_packets(space, clip)

    assert (track.kind, len(track.starts), track.duration_s) == ("video", 25, 1)


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        pytest.param(lambda data: data[:2000], "cannot be decoded", id="cut short"),
        pytest.param(lambda _: b"#EXTM3U\nfile:other.mp4\n", "cannot be decoded", id="playlist"),
        pytest.param(lambda _: b"", "cannot be decoded", id="empty"),
    ],
)
def test_damaged_clips_are_refused_with_the_reason(
    space: Workspace, damage: object, reason: str
) -> None:
    clip = make_clip(space)
    assert callable(damage)
    clip.write_bytes(damage(clip.read_bytes()))

    with pytest.raises(UnsupportedMedia, match=reason):
        probe_clip(space, clip, 0.0, 10.0, "holiday.mp4")


def test_a_trim_behind_the_end_is_refused(space: Workspace) -> None:
    clip = make_clip(space)

    with pytest.raises(UnsupportedMedia, match="from 5 s on"):
        probe_clip(space, clip, 5.0, 1.0, "clip.mp4")


def test_a_clip_entered_behind_its_end_holds_its_last_frame(space: Workspace) -> None:
    clip = make_clip(space)

    from_start = brightness(space, clip, [49, 120], length_s=1.0)
    entered_late = brightness(space, clip, [100, 120], length_s=1.0)

    assert entered_late == pytest.approx([from_start[1]] * 2, abs=4)


def test_nothing_behind_the_trim_is_shown_when_a_clip_is_entered_late(space: Workspace) -> None:
    clip = make_clip(space, seconds=2.0)

    seen = brightness(space, clip, [30, 99], length_s=1.0)

    assert max(seen) < 150  # half way through a fade to white


def test_a_decoder_that_dies_is_not_the_end_of_the_clip(space: Workspace) -> None:
    clip = make_clip(space)
    frame = 64 * 36 * 3 // 2
    program = space.folder / "ffmpeg"
    program.write_text(f"#!/bin/sh\nhead -c {frame} /dev/zero; exit 1\n", encoding="utf-8")
    program.chmod(0o755)

    with pytest.raises(ToolFailed):
        brightness(replace(space, ffmpeg=str(program)), clip, [0, 1])


def test_pixels_that_are_not_square_keep_their_shape(space: Workspace) -> None:
    source = "color=black:s=64x48:d=0.2,drawbox=x=28:y=16:w=8:h=16:color=white:t=fill,setsar=2"
    space.run(["-f", "lavfi", "-i", source, "-pix_fmt", "yuv420p", "-crf", "1", "-y", "clip.mp4"])

    onto = shown(space, WHOLE, (128, 48))

    bright = onto.y > 120
    assert abs(int(bright.any(axis=0).sum()) - int(bright.any(axis=1).sum())) <= 2


TALL = "color=red:s=36x64:d=0.2"


def test_a_letterboxed_clip_is_seen_whole_on_black(space: Workspace) -> None:
    spec = encode(space, TALL, "-pix_fmt", "yuv444p", "-crf", "1")

    frame = shown(space, replace(spec, fit="letterbox"))

    # 36 lines of a picture of 9:16 are 20 pixels wide.
    columns = [x for x in range(64) if abs(int(frame.y[18, x]) - yuv_of("#ff0000")[0]) < 6]
    assert (columns[0], columns[-1]) == (22, 41)
    assert set(frame.y[:, :20].flat) == set(frame.y[:, 44:].flat) == {16}


def test_a_blurred_fill_has_the_colour_of_the_clip_and_is_darker(space: Workspace) -> None:
    spec = encode(space, TALL, "-pix_fmt", "yuv444p", "-crf", "1")

    frame = shown(space, replace(spec, fit="blur"))

    y, _u, v = yuv_of("#ff0000")
    assert abs(int(frame.y[18, 32]) - y) < 4
    assert y - 30 < int(frame.y[18, 4]) < y - 10
    assert abs(int(frame.v[9, 2]) - v) < 6


def test_a_clip_that_loops_shows_the_same_in_every_round(space: Workspace) -> None:
    clip = make_clip(space)
    looping = replace(WHOLE, loops=True)

    first = brightness(space, clip, [10, 40], 1.0, looping)
    later = brightness(space, clip, [60, 90, 110], 1.0, looping)
    entered = brightness(space, clip, [90], 1.0, looping)

    assert later == [*first, first[0]]
    assert entered == [first[1]]


RGB_75 = ["#bfbfbf", "#bfbf00", "#00bfbf", "#00bf00", "#bf00bf", "#bf0000", "#0000bf"]


def bars(height: int) -> str:
    """Colour bars of 75 %, in RGB, each a seventh of 1.4 times the height wide."""
    size = f"{height // 5}x{height}"
    inputs = [f"color={color}:s={size}:d=0.2,format=gbrp[{n}]" for n, color in enumerate(RGB_75)]
    return ";".join(inputs) + ";" + "".join(f"[{n}]" for n in range(7)) + "hstack=7"


@pytest.mark.parametrize(
    ("height", "conversion", "marks"),
    [
        pytest.param(240, "bt709", ["-colorspace", "bt709"], id="BT.709"),
        pytest.param(240, "smpte170m", ["-colorspace", "smpte170m"], id="BT.601"),
        pytest.param(240, "smpte170m", [], id="SD that does not say"),
        pytest.param(720, "bt709", [], id="HD that does not say"),
        pytest.param(
            240, "bt709:out_range=pc", ["-colorspace", "bt709", "-color_range", "pc"],
            id="full range",
        ),
    ],
)  # fmt: skip
def test_colour_bars_come_out_as_bt709_of_limited_range(
    space: Workspace, height: int, conversion: str, marks: list[str]
) -> None:
    filters = f"scale=out_color_matrix={conversion}"
    spec = encode(space, bars(height), "-vf", filters, *marks, "-pix_fmt", "yuv420p", "-crf", "1")

    frame = shown(space, spec, (336, 240))

    for number, color in enumerate(RGB_75):
        x = 48 * number + 24
        found = (int(frame.y[120, x]), int(frame.u[60, x // 2]), int(frame.v[60, x // 2]))
        assert np.abs(np.subtract(found, yuv_of(color))).max() <= 2, color


def test_high_dynamic_range_is_brought_to_that_of_the_video(space: Workspace) -> None:
    # Reference white of BT.2408 is 58 % of PQ: 10-bit code 64 + 0.58 * 876.
    white = "color=black:s=64x36:d=0.2,format=yuv420p10le,geq=lum=573:cb=512:cr=512"
    marks = ["-color_primaries", "bt2020", "-color_trc", "smpte2084", "-colorspace", "bt2020nc"]
    x265 = "log-level=error:colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc"
    spec = encode(space, white, "-c:v", "libx265", "-x265-params", x265, *marks)

    frame = shown(space, spec)

    assert spec.colours.is_hdr
    assert 180 <= int(np.median(frame.y)) <= 235
    assert abs(int(np.median(frame.u)) - 128) <= 1


def test_fields_of_an_interlaced_clip_are_moments_of_their_own(space: Workspace) -> None:
    box = "lum='if(between(X,N,N+6),235,16)':cb=128:cr=128"
    moving = f"color=black:s=64x36:r=50:d=1,geq={box}"
    interlaced = ["-vf", "tinterlace=interleave_top,setfield=tff", "-flags", "+ilme+ildct"]
    spec = encode(space, moving, *interlaced, "-x264-params", "tff=1", "-crf", "4")

    frame = shown(space, spec, (64, 36), 10)

    # Two fields in one frame would have the box at two places: combs of odd and even lines.
    lines = frame.y[8:28].astype(int)
    assert np.abs(lines[0::2] - lines[1::2]).mean() < 3


def test_a_clip_that_was_filmed_upright_stands_upright(space: Workspace) -> None:
    encode(space, "color=black:s=64x36:d=0.2,drawbox=w=32:color=white:t=fill", "-crf", "1")
    space.run(["-display_rotation", "90", "-i", "clip.mp4", "-c", "copy", "-y", "turned.mp4"])
    (space.folder / "turned.mp4").replace(space.folder / "clip.mp4")

    frame = shown(space, WHOLE, (36, 64))

    halves = sorted([float(frame.y[:30].mean()), float(frame.y[34:].mean())])
    assert halves[0] < 20
    assert halves[1] > 220


@pytest.mark.parametrize(
    ("focus", "lit"),
    [
        pytest.param((0.9, 0.5), True, id="at the right"),
        pytest.param((1.0, 0.0), True, id="in the corner"),
        pytest.param((0.1, 0.5), False, id="at the left"),
        pytest.param(None, False, id="not given: the middle"),
    ],
)
def test_a_clip_is_cropped_round_its_focus(
    space: Workspace, focus: tuple[float, float] | None, lit: bool
) -> None:
    source = "color=black:s=160x48:d=0.2,drawbox=x=136:y=0:w=24:h=48:color=white:t=fill"
    spec = encode(space, source, "-pix_fmt", "yuv420p", "-crf", "1")

    frame = shown(space, replace(spec, focus=focus), (36, 48))

    assert bool(frame.y.max() > 200) is lit
