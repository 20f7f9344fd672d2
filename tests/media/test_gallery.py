from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import numpy as np
import pytest
from PIL import Image

from jobs.errors import UnsupportedMedia
from media.gallery import Gallery


def saved(folder: Path, name: str, side: int = 10) -> Path:
    path = folder / name
    Image.new("RGB", (side, side), "#204060").save(path, "PNG")
    return path


def test_a_picture_is_opened_once(tmp_path: Path) -> None:
    gallery = Gallery()
    first = gallery.picture("a", saved(tmp_path, "a"))

    (tmp_path / "a").unlink()

    assert gallery.picture("a", tmp_path / "a") is first
    assert np.array_equal(first.pixels, np.full((10, 10, 3), (0x20, 0x40, 0x60)))


def test_who_asks_for_a_picture_at_the_same_time_shares_it(tmp_path: Path) -> None:
    gallery, path, barrier = Gallery(), saved(tmp_path, "a", 2000), Barrier(4)

    def ask(_: int) -> int:
        barrier.wait(30)
        return id(gallery.picture("a", path))

    with ThreadPoolExecutor(4) as pool:
        found = set(pool.map(ask, range(4)))

    assert len(found) == 1


def test_pictures_that_were_asked_for_last_are_kept(tmp_path: Path) -> None:
    gallery = Gallery(most_bytes=2 * 300)
    for name in ("a", "b", "a", "c"):
        gallery.picture(name, saved(tmp_path, name))
        (tmp_path / name).unlink()

    gallery.picture("a", tmp_path / "a")
    gallery.picture("c", tmp_path / "c")
    with pytest.raises(UnsupportedMedia, match="does not exist"):
        gallery.picture("b", tmp_path / "b")


def test_a_picture_that_is_too_large_is_not_kept(tmp_path: Path) -> None:
    gallery = Gallery(most_bytes=299)
    gallery.picture("a", saved(tmp_path, "a"))

    (tmp_path / "a").unlink()

    with pytest.raises(UnsupportedMedia, match="does not exist"):
        gallery.picture("a", tmp_path / "a")


def test_a_picture_that_could_not_be_opened_is_opened_again(tmp_path: Path) -> None:
    gallery = Gallery()
    with pytest.raises(UnsupportedMedia):
        gallery.picture("a", tmp_path / "a")

    assert gallery.picture("a", saved(tmp_path, "a")).pixels.shape == (10, 10, 3)


def test_a_subject_is_found_once(tmp_path: Path) -> None:
    opened = Gallery().picture("a", saved(tmp_path, "a"))

    assert opened.subject is opened.subject
