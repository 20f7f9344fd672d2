import numpy as np
import pytest

from media.detail import Lowpass, Material, Part
from media.planes import Bytes, yuv_of


def grating(width: int, height: int, cycles: float) -> Bytes:
    """Grey stripes, so many cycles a pixel."""
    row = np.rint(128 + 100 * np.cos(2 * np.pi * cycles * np.arange(width))).astype(np.uint8)
    return np.repeat(np.tile(row, (height, 1))[:, :, None], 3, axis=2)


def contrast(plane: Bytes) -> float:
    return float(plane[:, 20:-20].std() / np.sqrt(0.5) / (100 * 219 / 255))


@pytest.mark.parametrize("ratio", [1.01, 1.5, 2.2, 7.9])
def test_light_passes_a_filter(ratio: float) -> None:
    plane = np.full((40, 60), 200, np.uint8)

    assert (Lowpass(ratio, 0.1, ratio / 1.5).of(plane) == 200).all()


@pytest.mark.parametrize("fineness", [1.5, 2.0, 3.0, 9.0, 17.0])
@pytest.mark.parametrize(
    ("cycles", "least", "most"),
    [
        pytest.param(0.1, 0.95, 1.02, id="seen as it is"),
        pytest.param(0.7, 0.0, 0.2, id="too fine"),
    ],
)
def test_what_frames_cannot_show_is_filtered_out(
    fineness: float, cycles: float, least: float, most: float
) -> None:
    picture = grating(960, 80, cycles / fineness)

    material = Material.shown(picture, Part(0, 0, 960, 80), fineness)

    assert material.is_shrunk
    assert least <= contrast(material.planes[0]) <= most


def test_a_picture_that_is_not_finer_than_the_frame_is_left_as_it_is() -> None:
    picture = grating(64, 32, 0.4)

    material = Material.shown(picture, Part(0, 0, 64, 32), 1.0, 0.1, 1.0)

    assert not material.is_shrunk
    assert np.abs((material.planes[0] - 16.0) * 255 / 219 - picture[:, :, 0]).max() < 1


def test_places_of_a_picture_are_found_in_its_means() -> None:
    picture = np.zeros((100, 200, 3), np.uint8)
    picture[40:48, 120:128] = 255

    material = Material.shown(picture, Part(13, 9, 187, 91), 8.0)

    luma = material.planes[0].astype(float) - 16
    rows, columns = np.indices(luma.shape)
    middle = (luma * columns).sum() / luma.sum() + 0.5, (luma * rows).sum() / luma.sum() + 0.5
    assert material.pixels == 2
    assert middle == pytest.approx(material.at(124, 44), abs=0.1)


@pytest.mark.parametrize("fineness", [0.5, 1.5], ids=["whole", "shrunk"])
def test_a_picture_splits_into_luma_and_chroma(fineness: float) -> None:
    picture = np.full((140, 80, 3), (255, 0, 0), np.uint8)

    material = Material.shown(picture, Part(0, 0, 80, 140), fineness)

    by = material.chroma
    assert [plane.shape for plane in material.planes] == [(140, 80), *[(140 // by, 80 // by)] * 2]
    for plane, value in zip(material.planes, yuv_of("#ff0000"), strict=True):
        assert (plane == value).all()
