import numpy as np
import pytest

from providers.artist.canvas import Canvas, polygon, softened
from providers.artist.colour import Oklch, gradient
from providers.artist.noise import curve, fractal, step, tile

WHITE = Oklch(1.0, 0.0, 0.0)
BLACK = Oklch(0.0, 0.0, 0.0)


def rng() -> np.random.Generator:
    return np.random.default_rng(7)


@pytest.mark.parametrize(
    ("cell_px", "octaves"),
    [
        pytest.param(300.0, 1, id="one broad octave, made small and enlarged"),
        pytest.param(300.0, 7, id="many octaves, some made small"),
        pytest.param(8.0, 5, id="fine octaves"),
    ],
)
def test_noise_fills_its_range_without_seams(cell_px: float, octaves: int) -> None:
    field = fractal((300, 400), cell_px, octaves, rng())

    assert field.shape == (300, 400)
    assert (field.min(), field.max()) == (0.0, pytest.approx(1.0))
    # A seam would be a row or column that jumps more than the others do.
    for axis in (0, 1):
        jumps = np.abs(np.diff(field, axis=axis)).mean(axis=1 - axis)
        assert jumps.max() < jumps.mean() * 3


def test_broad_noise_has_no_creases_when_light_falls_along_it() -> None:
    field = fractal((512, 512), 300, 1, rng())

    bends = np.diff(field.astype(np.float64), 2, axis=0)
    # Shading shows the slope; where its change jumps, the eye sees a line.
    assert np.abs(np.diff(bends[::8], axis=0)).max() < np.abs(bends).max() * 0.5
    assert np.abs(np.diff(bends, axis=0)).mean() < np.abs(bends).mean() * 0.5


def test_stretched_noise_lies_flat() -> None:
    field = fractal((200, 200), 20, 3, rng(), stretch=6.0)

    assert np.abs(np.diff(field, axis=0)).mean() > 3 * np.abs(np.diff(field, axis=1)).mean()


def test_a_curve_is_smooth_and_between_0_and_1() -> None:
    line = curve(500, 100, 1, rng())

    assert line.shape == (500,)
    assert 0 <= line.min() <= line.max() <= 1.0001
    assert np.abs(np.diff(line, 2)).max() < 0.01


def test_a_tile_continues_over_its_edges() -> None:
    field = tile(128, 8, rng())

    inside = np.abs(np.diff(field, axis=1)).max()
    assert np.abs(field[:, 0] - field[:, -1]).max() <= inside
    assert np.abs(field[0] - field[-1]).max() <= inside


@pytest.mark.parametrize(
    ("low", "high", "value", "share"),
    [
        pytest.param(0.0, 1.0, -1.0, 0.0, id="below"),
        pytest.param(0.0, 1.0, 0.5, 0.5, id="middle"),
        pytest.param(0.0, 1.0, 2.0, 1.0, id="above"),
        pytest.param(1.0, 0.0, 2.0, 0.0, id="falling"),
    ],
)
def test_step(low: float, high: float, value: float, share: float) -> None:
    assert step(low, high, np.array([value]))[0] == pytest.approx(share)


def test_a_gradient_goes_through_its_ends_without_a_crease() -> None:
    stops = ((0.0, BLACK), (0.5, Oklch(0.3, 0.0, 0.0)), (1.0, WHITE))

    column = gradient(stops, np.linspace(-0.2, 1.2, 3000, dtype=np.float32))[:, 1]

    assert column[0] == pytest.approx(0.0, abs=1e-6)
    assert column[-1] == pytest.approx(1.0, abs=1e-3)
    assert np.diff(column).min() >= 0
    assert np.diff(column).max() < 0.01


def test_a_disc_covers_its_area_and_is_smooth_at_the_edge() -> None:
    canvas = Canvas(200, 200)

    canvas.disc((100.3, 99.6), 40.5, WHITE)

    cover = canvas.light[..., 1]
    assert cover.sum() == pytest.approx(np.pi * 40.5**2, rel=0.002)
    assert ((cover > 0.05) & (cover < 0.95)).sum() > 150


@pytest.mark.parametrize(
    "at",
    [
        pytest.param((-50.0, 20.0), id="left of the sheet"),
        pytest.param((20.0, 500.0), id="under the sheet"),
        pytest.param((0.0, 0.0), id="on a corner"),
    ],
)
def test_spots_may_lie_over_the_border(at: tuple[float, float]) -> None:
    canvas = Canvas(64, 48)

    canvas.spot(at, 20.0, WHITE, 1.0, 4.0, rim=0.5)

    assert canvas.light.shape == (48, 64, 3)
    assert np.isfinite(canvas.light).all()
    assert (canvas.light.max() > 0) == (at == (0.0, 0.0))


def test_ground_fills_below_the_line_only() -> None:
    canvas = Canvas(100, 80)
    crest = np.linspace(30, 50, 100).astype(np.float32)

    canvas.ground(crest, ((0.0, WHITE), (1.0, WHITE)), 20)

    lit = canvas.light[..., 0]
    assert lit[:29].max() == 0
    assert lit[53:].min() == pytest.approx(1.0, abs=1e-3)
    assert lit.sum(axis=0)[[0, 99]] == pytest.approx([50, 30], abs=0.6)


def test_paint_is_mixed_by_its_cover() -> None:
    canvas = Canvas(64, 64)

    canvas.over(np.full((10, 64), 0.25, np.float32), WHITE.linear(), top=20)

    assert canvas.light[25, 5] == pytest.approx(0.25, abs=1e-3)
    assert canvas.light[19].max() == canvas.light[30].max() == 0


def test_a_polygon_is_drawn_to_one_pixel() -> None:
    mask = Canvas(100, 100).mask()

    polygon(mask, np.array([(20, 20.5), (80, 20.5), (80, 60.5), (20, 60.5)], np.float32))

    # The smooth border adds a little more than half a pixel on every side.
    assert 60 * 40 <= mask.sum() / 255 <= 62 * 42
    assert mask[40, [18, 82]].max() == mask[[18, 63], 50].max() == 0
    assert 0 < mask[20, 50] < 255 or 0 < mask[61, 50] < 255


@pytest.mark.parametrize("sigma", [0.1, 2.0, 30.0])
def test_blur_keeps_the_light(sigma: float) -> None:
    field = np.zeros((256, 256), np.float32)
    field[96:160, 96:160] = 1

    soft = softened(field, sigma)

    assert soft.shape == field.shape
    assert soft.sum() == pytest.approx(field.sum(), rel=0.02)
    assert (soft.max() < 0.9) == (sigma > 10)
