from collections.abc import Callable

import numpy as np
import pytest

from media.detail import Material, Part
from media.layer import HeldLayer
from media.motion import View
from media.planes import Bytes, Planes


@pytest.mark.parametrize("scale", [1, 2, 3])
@pytest.mark.parametrize("how", [Material.whole, Material.halved])
def test_chroma_of_a_held_view_is_sited_left(
    how: Callable[[Bytes, Part], Material], scale: int
) -> None:
    width, height = 40 * scale, 20 * scale
    picture = np.zeros((height, width, 3), np.uint8)
    picture[:, :, 0] = np.linspace(20, 220, width).astype(np.uint8)
    frame = Planes.blank(40, 20)

    layer = HeldLayer.of(how(picture, Part(0, 0, width, height)), (40, 20))
    layer.draw(View(0, 0, width, height), frame)

    # Of a slope it is what luma's column shows at the same place.
    by_luma = (frame.y[10].astype(float) - 16) / (0.2126 * 219 / 255)
    by_chroma = (frame.v[5].astype(float) - 128) / (0.5 * 224 / 255)
    # A column is 5 steps of red, and chroma in the middle of its pixels is half a column off.
    assert abs((by_chroma - by_luma[::2])[2:-2].mean()) < 2
