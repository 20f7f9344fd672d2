"""Smooth random fields: the irregularity of clouds, ridges and water.

All fields are float32. Values come from a lattice of uniform numbers blended with cubic B-splines:
second derivatives are continuous, so neither lattice lines nor seams show in gradients.
"""

import cv2
import numpy as np

from providers.artist.colour import Field, Real


def curve(
    width: int,
    cell_px: float,
    octaves: int,
    rng: np.random.Generator,
    *,
    gain: float = 0.5,
    ridged: bool = False,
) -> Field:
    """A random line, shape (width,), 0..1.

    Args:
      width: Samples.
      cell_px: Distance between bumps of the first octave; each further octave halves it.
      octaves: Layers of detail.
      rng: Source of randomness.
      gain: Height of an octave relative to the one before.
      ridged: Sharp crests, as of mountains, instead of round ones.
    """
    return fractal((1, width), cell_px, octaves, rng, gain=gain, ridged=ridged).reshape(width)


def fractal(
    shape: tuple[int, int],
    cell_px: float,
    octaves: int,
    rng: np.random.Generator,
    *,
    gain: float = 0.5,
    stretch: float = 1.0,
    ridged: bool = False,
) -> Field:
    """A random field, (rows, columns), stretched to 0..1; `stretch` > 1 makes it lie flat.

    Octaves finer than two samples are left out: they would only alias.
    """
    # One draw a call, however large the sheet: a small preview shows the same picture.
    rng = np.random.default_rng(rng.integers(2**63))
    total: Field | None = None
    divisor = _divisor(shape, cell_px, stretch, ridged=ridged)
    height = 1.0
    for octave in range(octaves):
        cell = cell_px / 2**octave
        if cell < 2 and octave:
            break
        # Broad octaves are made small and enlarged, as the sheet shrinks no detail is lost.
        finer = _divisor(shape, cell, stretch, ridged=ridged)
        if total is not None and finer < divisor:
            total = _enlarged(total, _reduced(shape, finer))
        divisor = finer
        small = _reduced(shape, divisor)
        layer = _layer(small, cell / divisor, cell * stretch / divisor, rng)
        if ridged:
            layer = 1 - np.abs(layer * 2 - 1)
            layer *= layer
        layer *= np.float32(height)
        total = layer if total is None else total + layer
        height *= gain
    total = _enlarged(total if total is not None else np.zeros(shape, np.float32), shape)
    low, high = float(total.min()), float(total.max())
    total -= np.float32(low)
    total *= np.float32(1 / max(high - low, 1e-6))
    return total


def tile(size: int, cells: int, rng: np.random.Generator) -> Field:
    """A square field of 0..1 that continues over its edges, `cells` bumps a side."""
    lattice = rng.random((cells, cells), dtype=np.float32)
    wrapped = np.pad(lattice, 2, mode="wrap")
    wide = _spread(wrapped.T, size, size / cells, 1.0)
    field = _spread(np.ascontiguousarray(wide.T), size, size / cells, 1.0)
    low, high = float(field.min()), float(field.max())
    return np.asarray((field - low) / (high - low), dtype=np.float32)


def warped(field: Field, right_px: Real, down_px: Real) -> Field:
    """The field seen through a displacement, in samples; edges are mirrored."""
    rows, columns = field.shape[:2]
    x = np.arange(columns, dtype=np.float32)[None, :] + right_px
    y = np.arange(rows, dtype=np.float32)[:, None] + down_px
    return sampled(field, x, y)


def sampled(field: Field, x: Real, y: Real, *, wrap: bool = False) -> Field:
    """The field at fractional positions (samples), bilinear; mirrored or continued at edges."""
    if wrap:  # cv2 takes 16-bit positions, so far tiles must be brought near first
        x, y = np.mod(x, field.shape[1]), np.mod(y, field.shape[0])
    border = cv2.BORDER_WRAP if wrap else cv2.BORDER_REFLECT_101
    x, y = np.broadcast_arrays(x, y)
    seen = cv2.remap(
        field,
        np.ascontiguousarray(x, np.float32),
        np.ascontiguousarray(y, np.float32),
        cv2.INTER_LINEAR,
        borderMode=border,
    )
    return np.asarray(seen, dtype=np.float32)


def step(low: float, high: float, value: Real) -> Field:
    """Smooth step: 0 up to `low`, 1 from `high`; falling when `low` > `high`."""
    share = np.clip((value - low) / (high - low), 0.0, 1.0)
    return np.asarray(share * share * (3 - 2 * share), dtype=np.float32)


def _divisor(shape: tuple[int, int], cell_px: float, stretch: float, *, ridged: bool) -> int:
    """How much smaller an octave may be made: 12 samples a cell keep a smooth one exact."""
    if shape[0] < 64 or shape[1] < 64:
        return 1
    samples = 48 if ridged else 12  # a crest is a crease, which enlarging would round
    divisor = 1
    while divisor < 8 and cell_px * min(1.0, stretch) / (divisor * 2) >= samples:
        divisor *= 2
    return divisor


def _reduced(shape: tuple[int, int], divisor: int) -> tuple[int, int]:
    return -(-shape[0] // divisor), -(-shape[1] // divisor)


def _enlarged(field: Field, shape: tuple[int, int]) -> Field:
    """The field at a larger shape; its slope stays smooth, which OpenCV's cubic does not keep."""
    if field.shape == shape:
        return field
    for samples in (shape[1], shape[0]):
        turned = np.pad(field.T, ((2, 2), (0, 0)), mode="reflect", reflect_type="odd")
        cell = samples / field.shape[1]
        field = _spread(np.ascontiguousarray(turned), samples, cell, 0.5 + 0.5 / cell)
    return field


def _layer(shape: tuple[int, int], cell_y: float, cell_x: float, rng: np.random.Generator) -> Field:
    rows, columns = (int(n / cell) + 5 for n, cell in zip(shape, (cell_y, cell_x), strict=True))
    lattice = rng.random((rows, columns), dtype=np.float32)
    down, right = rng.random(2)
    wide = _spread(lattice.T, shape[1], cell_x, float(right))
    return _spread(np.ascontiguousarray(wide.T), shape[0], cell_y, float(down))


def _spread(lattice: Field, samples: int, cell: float, offset: float) -> Field:
    """The rows of a lattice as the control points of a cubic B-spline with `samples` rows.

    Four rows weigh on each sample; as a dense matrix product this is slower, and threads of the
    linear algebra library wait for each other on a busy machine.
    """
    place = np.arange(samples, dtype=np.float64) / cell + offset
    first = place.astype(np.intp)
    t = place - first
    taps = ((1 - t) ** 3, 3 * t**3 - 6 * t**2 + 4, -3 * t**3 + 3 * t**2 + 3 * t + 1, t**3)
    total = np.zeros((samples, lattice.shape[1]), np.float32)
    for tap, weight in enumerate(taps):
        total += lattice[first + tap] * (weight / 6).astype(np.float32)[:, None]
    return total
