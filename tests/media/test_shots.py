from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from jobs.errors import ToolFailed, UnsupportedMedia
from media.motion import motion
from media.packets import list_packets, probe_clip
from media.planes import Planes
from media.run import Workspace
from media.shots import ColorShot, StillShot, open_clip


def detailed(width: int, height: int) -> NDArray[np.uint8]:
    rng = np.random.default_rng(7)
    grey = cv2.GaussianBlur(rng.uniform(0, 255, (height, width)).astype(np.float32), (0, 0), 1.2)
    grey = np.clip((grey - grey.mean()) * 3 + 128, 0, 255).astype(np.uint8)
    return np.repeat(grey[:, :, None], 3, axis=2)


def dot(width: int, height: int) -> NDArray[np.uint8]:
    picture = np.zeros((height, width, 3), np.uint8)
    cv2.circle(picture, (width // 2, height // 2), width // 60, (255, 255, 255), -1, cv2.LINE_AA)
    return picture


def centroid(plane: NDArray[np.uint8]) -> NDArray[np.float64]:
    light = plane.astype(np.float64) - 16
    rows, columns = np.indices(plane.shape)
    return np.array([(light * columns).sum(), (light * rows).sum()]) / light.sum()


KINDS = ["zoom_in", "zoom_out", "pan_left", "pan_right", "pan_up", "pan_down"]


@pytest.mark.parametrize("kind", KINDS)
def test_the_camera_stays_on_its_path_between_pixels(kind: str) -> None:
    shot = StillShot.of(dot(960, 540), 640, 360, motion(kind, 0), 150)
    frame = Planes.blank(640, 360)
    off = []

    for number in range(150):
        shot.draw(number, frame)
        view = shot.motion.at(number / 149)
        # The dot's middle is half a source pixel behind the middle of the picture.
        shift = 0.5 * 640 / 960 * view.zoom
        ideal = [
            320 + (0.5 - view.x) * 640 * view.zoom + shift - 0.5,
            180 + (0.5 - view.y) * 360 * view.zoom + shift - 0.5,
        ]
        off.append(centroid(frame.y) - ideal)

    shake = np.array(off) - np.mean(off, axis=0)
    # zoompan, the usual filter, shakes by 0.5 px rms in the same measurement
    assert np.sqrt((shake**2).mean()) < 0.02
    assert np.abs(np.mean(off, axis=0)).max() < 0.05


def test_a_moving_still_is_as_sharp_as_a_bicubic_rendering() -> None:
    picture = detailed(1440, 810)
    shot = StillShot.of(picture, 640, 360, motion("zoom_in", 0), 11)
    frame = Planes.blank(640, 360)
    view = shot.motion.at(0.5)
    width, height = 1440 / view.zoom, 810 / view.zoom
    left, top = view.x * 1440 - width / 2, view.y * 810 - height / 2
    box = (left, top, left + width, top + height)
    wanted = np.asarray(
        Image.fromarray(picture[:, :, 0]).resize((640, 360), Image.Resampling.BICUBIC, box=box)
    )

    shot.draw(5, frame)

    sharpness = cv2.Laplacian(frame.y, cv2.CV_32F).std() * 255 / 219
    assert sharpness >= 0.95 * cv2.Laplacian(wanted, cv2.CV_32F).std()


@pytest.mark.parametrize(
    "size",
    [
        pytest.param((1, 1), id="one pixel"),
        pytest.param((37, 411), id="narrow"),
        pytest.param((3001, 13), id="wide"),
        pytest.param((64, 36), id="small"),
    ],
)
def test_pictures_of_any_size_fill_the_frame(size: tuple[int, int]) -> None:
    picture = np.full((size[1], size[0], 3), 255, np.uint8)
    shot = StillShot.of(picture, 64, 36, motion("zoom_in", 0), 10)
    frame = Planes.blank(64, 36)

    shot.draw(3, frame)

    assert frame.y.min() == 235


def test_luma_and_chroma_edges_stay_together() -> None:
    picture = np.zeros((400, 800, 3), np.uint8)
    picture[:, 400:] = (255, 0, 0)
    shot = StillShot.of(picture, 400, 200, motion("none", 0), 10)
    frame = Planes.blank(400, 200)

    shot.draw(0, frame)

    luma_edge = np.interp(39.5, frame.y[100].astype(float), np.arange(400))
    chroma_edge = np.interp(184, frame.v[50].astype(float), np.arange(200)) * 2
    assert abs(luma_edge - chroma_edge) < 0.6


def test_plain_colour_fills_the_frame() -> None:
    frame = Planes.blank(8, 8)

    ColorShot("#ffffff").draw(0, frame)

    assert set(frame.y.flat) == {235}


def make_clip(space: Workspace, rate: int = 25, seconds: float = 1.0) -> Path:
    source = f"color=white:s=64x48:r={rate}:d={seconds},fade=in:0:{round(rate * seconds)}"
    space.run(["-f", "lavfi", "-i", source, "-pix_fmt", "yuv420p", "-y", "clip.mp4"])
    return space.folder / "clip.mp4"


def brightness(
    space: Workspace, clip: Path, frames: list[int], first: int = 0, length_s: float = 10.0
) -> list[float]:
    seen = []
    with open_clip(
        space, clip, size=(64, 36), frame_rate=Fraction(50), start_s=0.0,
        duration_s=length_s, first=first,
    ) as shot:  # fmt: skip
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
    entered_late = brightness(space, clip, [30], first=30)

    assert from_start == pytest.approx(entered_late, abs=4)


def test_probe_counts_the_frames_of_a_trimmed_clip(space: Workspace) -> None:
    clip = make_clip(space, seconds=2.0)

    track = probe_clip(space, clip, 0.5, 1.0, "clip.mp4")

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
    entered_late = brightness(space, clip, [100, 120], first=100, length_s=1.0)

    assert entered_late == pytest.approx([from_start[1]] * 2, abs=4)


def test_nothing_behind_the_trim_is_shown_when_a_clip_is_entered_late(space: Workspace) -> None:
    clip = make_clip(space, seconds=2.0)

    seen = brightness(space, clip, [30, 99], first=30, length_s=1.0)

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
    onto = Planes.blank(128, 48)

    with open_clip(
        space, space.folder / "clip.mp4", size=(128, 48), frame_rate=Fraction(25), start_s=0.0,
        duration_s=1.0, first=0,
    ) as shot:  # fmt: skip
        shot.draw(0, onto)

    bright = onto.y > 120
    assert abs(int(bright.any(axis=0).sum()) - int(bright.any(axis=1).sum())) <= 2
