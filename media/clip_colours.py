"""What the numbers in a clip mean, and how they become those of the video.

Recommendation ITU-R BT.2100 has the two transfer functions of high dynamic range, BT.2408 where
its reference white lies (203 cd/m2).
"""

import re
from dataclasses import dataclass
from typing import Any

_PQ, _HLG = "smpte2084", "arib-std-b67"
_REFERENCE_WHITE = 203
# As FFmpeg lists a stream: `yuv420p10le(tv, bt2020nc/bt2020/smpte2084, progressive)`.
_LISTED = re.compile(r"Video: rawvideo [^,]*, \w+\(([^)]*)\), \d+x(\d+)")
_RANGES = ("tv", "pc")
# Matrices as `scale` calls them; any other is taken for that of its size.
_MATRICES = {"bt709": "bt709", "bt470bg": "bt470", "smpte170m": "smpte170m", "fcc": "fcc",
             "smpte240m": "smpte240m", "bt2020nc": "bt2020", "bt2020c": "bt2020"}  # fmt: skip
MIN_HD_HEIGHT = 720


@dataclass(frozen=True)
class ClipColours:
    """Colours of a clip.

    Attributes:
      matrix: From Y, Cb and Cr to RGB, as FFmpeg's `scale` calls it.
      transfer: `smpte2084` (PQ) and `arib-std-b67` (HLG) are of high dynamic range.
      is_full: Whether luma uses all of 0..255.
    """

    matrix: str = "bt709"
    transfer: str = ""
    is_full: bool = False

    @property
    def is_hdr(self) -> bool:
        """Whether it is brighter than a screen of standard dynamic range."""
        return self.transfer in (_PQ, _HLG)

    def conversion(self) -> dict[str, Any]:
        """Options of `scale` on the way to BT.709 in limited range."""
        if self.is_hdr:
            return {"out_color_matrix": "bt709", "out_range": "tv"}  # `sdr` has seen to the rest
        return {
            "in_color_matrix": self.matrix,
            "in_range": "pc" if self.is_full else "tv",
            "out_color_matrix": "bt709",
            "out_range": "tv",
        }


SDR = ClipColours()


def colours_of(listing: str) -> ClipColours:
    """Reads what FFmpeg says of the raw video that it decodes a clip to.

    A clip that does not say its matrix has BT.709 from 720 lines on, and BT.601 below, as players
    have it.
    """
    found = _LISTED.search(listing)
    words = [word.strip() for word in found[1].split(",")] if found else []
    height = int(found[2]) if found else MIN_HD_HEIGHT
    named = next((word for word in words if "/" in word or word in _MATRICES), "")
    # One name stands for all three: matrix, primaries, transfer.
    matrix, _, transfer = (named.split("/") * 3)[:3] if named else ("", "", "")
    usual = "bt709" if height >= MIN_HD_HEIGHT else "smpte170m"
    return ClipColours(_MATRICES.get(matrix, usual), transfer, "pc" in words)


def sdr(picture: Any, colours: ClipColours) -> Any:
    """A picture of high dynamic range as one of BT.709, whose highlights roll off softly."""
    return (
        picture.filter(
            "zscale",
            transferin=colours.transfer,
            primariesin="bt2020",
            matrixin="bt2020nc",
            transfer="linear",
            npl=_REFERENCE_WHITE,
        )
        .filter("format", "gbrpf32le")
        .filter("zscale", primaries="bt709")
        .filter("tonemap", "mobius", desat=0)
        .filter("zscale", transfer="bt709", matrix="bt709", range="limited")
        .filter("format", "yuv420p")
    )
