"""The film as WebM: AV1 by SVT-AV1, and Opus."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import ffmpeg

from media.run import CLIP_FORMATS, Workspace, compiled, fenced_input

# SVT-AV1 by output quality: preset (13 is fastest) and crf.
_QUALITY = {"draft": (10, 35), "standard": (8, 30)}
KEYFRAME_INTERVAL_S = 5  # seeking decodes at most so much
OPUS_KBPS = 160  # of stereo, where it is taken for transparent
MAX_PARALLELISM = 6  # of SVT-AV1


def make_webm(
    space: Workspace, film: Path, rate: Fraction, quality: str, title: str | None, cores: int
) -> Path:
    """Writes final.webm into the work folder.

    Args:
      cores: How many this may keep busy; the result is the same with any.
    """
    space.run(compiled(webm_graph(film, rate, quality, title, cores), "warning"))
    return space.folder / "final.webm"


def webm_graph(film: Path, rate: Fraction, quality: str, title: str | None, cores: int) -> Any:
    """The FFmpeg graph. Ten bits: dark gradients band less, and every AV1 decoder has them."""
    preset, crf = _QUALITY[quality]
    source = fenced_input(film, CLIP_FORMATS)
    return ffmpeg.output(
        source.video,
        source.audio,
        "final.webm",
        format="webm",
        vcodec="libsvtav1",
        preset=preset,
        crf=crf,
        pix_fmt="yuv420p10le",
        g=round(rate * KEYFRAME_INTERVAL_S),
        fps_mode="passthrough",
        color_range="tv",
        colorspace="bt709",
        color_primaries="bt709",
        color_trc="bt709",
        acodec="libopus",
        ar=48_000,
        ac=2,
        fflags="+bitexact",
        map_metadata=-1,
        map_chapters=-1,
        **{
            "svtav1-params": f"lp={max(1, min(cores, MAX_PARALLELISM))}",
            "b:a": f"{OPUS_KBPS}k",
            "flags:v": "+bitexact",
            "flags:a": "+bitexact",
        },
        **({"metadata": f"title={title}"} if title else {}),
    )
