"""Contrast of colours, as WCAG 2.2 defines it."""

LEAST = 4.5  # success criterion 1.4.3, level AA


def contrast(one: str, other: str) -> float:
    """Ratio of the luminances of two sRGB colours `#rrggbb`, from 1 to 21."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(color: str) -> float:
    """Relative luminance of an sRGB colour `#rrggbb`, from 0 to 1."""
    red, green, blue = (_linear(value / 255) for value in bytes.fromhex(color[1:]))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)
