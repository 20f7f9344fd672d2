import numpy as np
import pytest

from media.detail import Part
from media.motion import Motion, View
from media.pan_layer import PanLayer, is_pan
from media.planes import Planes

HERE = View(10, 20, 160, 90)


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        pytest.param(View(30, 20, 160, 90), True, id="along a row"),
        pytest.param(View(10, 5, 160, 90), True, id="along a column"),
        pytest.param(View(30, 5, 160, 90), False, id="aslant"),
        pytest.param(View(10, 20, 150, 84.375), False, id="a zoom"),
    ],
)
def test_a_pan_goes_along_a_row_or_a_column(end: View, expected: bool) -> None:
    assert is_pan(Motion(HERE, end)) == expected


@pytest.mark.parametrize("fineness", [0.6, 1.0, 1.37, 2.5])
@pytest.mark.parametrize("is_down", [False, True], ids=["across", "down"])
def test_frames_of_a_pan_show_what_is_in_view(fineness: float, is_down: bool) -> None:
    rows, columns = np.indices((400, 600))
    waves = 128 + 50 * np.sin((columns + 0.5) / 25) + 50 * np.sin((rows + 0.5) / 22)
    picture = np.repeat(np.rint(waves).astype(np.uint8)[:, :, None], 3, axis=2)
    width, height = 160 * fineness, 90 * fineness
    gone = (0.0, 31.4) if is_down else (31.4, 0.0)
    views = [View(41.3 + gone[0] * n, 33.7 + gone[1] * n, width, height) for n in (0, 0.43, 1)]
    frame = Planes.blank(160, 90)

    layer = PanLayer.of(
        picture, Part(0, 0, 600, 400), [views[2], views[0]], (160, 90), is_down=is_down
    )

    for view in views:
        layer.draw(view, frame)
        x = view.left + (np.arange(160) + 0.5) * fineness
        y = view.top + (np.arange(90) + 0.5) * fineness
        wanted = 128 + 50 * np.sin(x / 25)[None, :] + 50 * np.sin(y / 22)[:, None]
        assert np.abs((frame.y - 16.0) * 255 / 219 - wanted).max() < 3
