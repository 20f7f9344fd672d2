"""Where on a frame text and logos may stand."""

from media.sprite import Area

TALL = 0.7  # width to height below which a frame is made for telephones


def safe_area(width: int, height: int) -> Area:
    """The part of a frame that screens show whole and apps do not cover.

    Within 90 % of both sides (title safe, SMPTE ST 2046-1). On tall frames clear of what TikTok,
    Reels and Shorts lay over videos: names above, texts below, buttons at the right.
    """
    left, top, right, bottom = 0.05, 0.05, 0.95, 0.95
    if width / height < TALL:
        left, top, right, bottom = 0.06, 0.12, 0.87, 0.77
    return Area(
        round(left * width), round(top * height), round(right * width), round(bottom * height)
    )
