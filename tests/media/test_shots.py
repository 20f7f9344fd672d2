import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from media.motion import motion
from media.planes import Planes
from media.shots import ColorShot, StillShot


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
