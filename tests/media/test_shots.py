from media.planes import Planes
from media.shots import ColorShot


def test_plain_colour_fills_the_frame() -> None:
    frame = Planes.blank(8, 8)

    ColorShot("#ffffff").draw(0, frame)

    assert set(frame.y.flat) == {235}
