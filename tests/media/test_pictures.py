import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from jobs.errors import UnsupportedMedia
from media.pictures import picture_size, read_picture


def test_a_picture_turns_as_its_camera_said(tmp_path: Path) -> None:
    picture = Image.new("RGB", (40, 20), "black")
    picture.paste("white", (0, 0, 10, 20))
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90 degrees clockwise
    picture.save(tmp_path / "a.jpg", exif=exif, quality=95)

    shown = read_picture(tmp_path / "a.jpg")

    assert shown.shape == (40, 20, 3)
    assert picture_size(tmp_path / "a.jpg") == (20, 40)
    assert shown[:9].mean() > 240 > 20 > shown[12:].mean()


def test_transparent_parts_show_near_black(tmp_path: Path) -> None:
    Image.new("RGBA", (4, 4), (255, 255, 255, 0)).save(tmp_path / "a.png")

    assert read_picture(tmp_path / "a.png").max() < 30


def test_a_broken_colour_profile_is_ignored(tmp_path: Path) -> None:
    plain = Image.new("RGB", (4, 4), (200, 100, 50))
    plain.save(tmp_path / "srgb.png", icc_profile=_srgb())
    plain.save(tmp_path / "broken.png", icc_profile=b"no profile")

    assert np.array_equal(
        read_picture(tmp_path / "srgb.png"), read_picture(tmp_path / "broken.png")
    )


def _srgb() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


@pytest.mark.parametrize(
    "mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16"], ids=lambda mode: f"mode {mode}"
)
def test_every_kind_of_pixel_is_read(tmp_path: Path, mode: str) -> None:
    kind = "TIFF" if mode == "CMYK" else "PNG"
    if mode == "I;16":
        picture = Image.fromarray(np.full((6, 8), 65535, np.uint16))
    else:
        picture = Image.new("RGB", (8, 6), "white").convert(mode)
    buffer = io.BytesIO()
    picture.save(buffer, kind)
    (tmp_path / "a").write_bytes(buffer.getvalue())

    shown = read_picture(tmp_path / "a")

    assert shown.shape == (6, 8, 3)
    assert shown.min() >= 250


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        pytest.param("note.jpg", b"Dear diary, today", "note.jpg is not a picture", id="text"),
        pytest.param("empty.png", b"", "empty.png is not a picture", id="empty"),
        pytest.param("page.svg", b"<svg xmlns='x'/>", "page.svg is not a picture", id="svg"),
    ],
)
def test_what_is_no_picture_is_refused_by_name(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    (tmp_path / name).write_bytes(content)

    with pytest.raises(UnsupportedMedia, match=message):
        read_picture(tmp_path / name)


def test_a_picture_cut_short_is_refused(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    Image.fromarray(rng.integers(0, 255, (90, 90, 3), np.uint8)).save(tmp_path / "a.jpg")
    data = (tmp_path / "a.jpg").read_bytes()
    (tmp_path / "a.jpg").write_bytes(data[: len(data) // 2])

    with pytest.raises(UnsupportedMedia, match=r"a\.jpg is damaged"):
        read_picture(tmp_path / "a.jpg")


def test_a_picture_of_too_many_pixels_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    Image.new("1", (16_000, 16_000)).save(tmp_path / "bomb.png")

    with pytest.raises(UnsupportedMedia, match=r"bomb\.png is too large.*50 million"):
        picture_size(tmp_path / "bomb.png")
