"""Clips: video files of users, as shots at the size, rate and colours of the video."""

import math
from contextlib import ExitStack
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from jobs.errors import UnsupportedMedia
from media.clip_colours import SDR, ClipColours, sdr
from media.planes import Planes
from media.run import CLIP_FORMATS, Process, Workspace, compiled, fenced_input

MAX_FRAME_S = Fraction(1, 2)  # no frame of a clip is shown longer, unless it stands still anyway
# A blurred fill is made at this share of the size, where a small blur is a large one.
_FILL_SHARE = 8
_LEAST_FILL = 16  # of planes of 4x2 FFmpeg 9 makes garbage when it blurs them
_FILL_SIGMA = 4
_FILL_LEVEL = -0.08  # a little darker than the picture, which then stands out


@dataclass(frozen=True)
class ClipSpec:
    """How a clip is shown.

    Attributes:
      start_s, length_s: The part of the file that may be used, in seconds; what lies behind is not
        shown.
      fit: `crop` covers the frame, `letterbox` puts the whole picture on black, `blur` on a
        blurred copy of itself.
      loops: Whether it begins again at its end; else its last frame is held.
      colours: What its numbers mean.
      focus: What stays in view where it is cropped, in shares of width and height; the middle when
        None.
    """

    start_s: float
    length_s: float
    fit: str = "crop"
    loops: bool = False
    colours: ClipColours = SDR
    focus: tuple[float, float] | None = None


class ClipShot:
    """Frames read from running FFmpegs, one for each round through the clip. Close it."""

    def __init__(
        self, space: Workspace, path: Path, clip: ClipSpec, size: tuple[int, int], rate: Fraction
    ) -> None:
        """A clip at the size and frame rate of the video. Nothing runs before a frame is drawn."""
        self._space, self._path, self._clip = space, path, clip
        self._size, self._rate = size, rate
        self._frames = max(1, math.floor(Fraction(clip.length_s) * rate))
        self._held, self._spare = Planes.blank(*size), Planes.blank(*size)
        self._running = ExitStack()
        self._process: Process | None = None
        self._round = -1
        self._next = 0
        self._has_frame = False

    def draw(self, frame: int, onto: Planes) -> None:
        """Draws a frame; raises `UnsupportedMedia`, `ToolFailed` when it cannot be decoded."""
        turn, place = divmod(frame, self._frames) if self._clip.loops else (0, frame)
        if turn != self._round:
            self._begin(turn, place)
        while self._process and self._next <= place:
            self._read(self._process)
        onto.data[:] = self._held.data

    def close(self) -> None:
        """Ends what still runs."""
        self._running.close()
        self._process = None

    def _begin(self, turn: int, place: int) -> None:
        self.close()
        # A little early: a shot that is entered behind the clip's end still meets its last frame.
        entered = max(0, min(place, self._frames) - math.ceil(self._rate * MAX_FRAME_S))
        later_s = float(entered / self._rate)
        clip = replace(
            self._clip,
            start_s=self._clip.start_s + later_s,
            length_s=self._clip.length_s - later_s,
        )
        graph = clip_graph(self._path, clip, self._size, self._rate)
        process = Process(self._space, compiled(graph, "error"), feeding=False, reading=True)
        self._process = self._running.enter_context(process)
        self._round, self._next = turn, entered

    def _read(self, process: Process) -> None:
        view = memoryview(self._spare.data.reshape(-1).data)
        got = 0
        while got < len(view):
            block = process.stdout.read(len(view) - got)
            if not block:
                self._end(process)
                return
            view[got : got + len(block)] = block
            got += len(block)
        self._held, self._spare = self._spare, self._held
        self._has_frame = True
        self._next += 1

    def _end(self, process: Process) -> None:
        # A decoder that died looks like the end of the clip: finish() tells them apart.
        process.finish()
        self.close()
        if not self._has_frame:
            raise UnsupportedMedia("the clip shows no picture where the scene begins")


def clip_graph(path: Path, clip: ClipSpec, size: tuple[int, int], rate: Fraction) -> Any:
    """FFmpeg graph that decodes a clip to raw frames on stdout: yuv420p, BT.709, limited range."""
    picture = (
        fenced_input(path, CLIP_FORMATS, ss=f"{clip.start_s:.6f}", t=f"{clip.length_s:.6f}")
        # Only frames that are marked as interlaced; each of their fields is a moment of its own.
        .video.filter("bwdif", mode="send_field", deint="interlaced")
        .filter("fps", fps=f"{rate.numerator}/{rate.denominator}")
        .filter("scale", w="iw*sar", h="ih")  # square pixels first, or the picture is squeezed
        .filter("setsar", 1)
    )
    if clip.colours.is_hdr:
        picture = sdr(_scaled(picture, size, "increase"), clip.colours)
    shown = _fitted(picture, clip, size)
    return shown.output("pipe:1", format="rawvideo", pix_fmt="yuv420p", map_metadata=-1)


def _fitted(picture: Any, clip: ClipSpec, size: tuple[int, int]) -> Any:
    width, height = size
    conversion = clip.colours.conversion()
    if clip.fit == "crop":
        x, y = clip.focus or (0.5, 0.5)
        return _scaled(picture, size, "increase", **conversion).filter(
            "crop",
            width,
            height,
            x=f"max(0,min(in_w-{width},in_w*{x:.6f}-{width // 2}))",
            y=f"max(0,min(in_h-{height},in_h*{y:.6f}-{height // 2}))",
        )
    if clip.fit == "letterbox":
        whole = _scaled(picture, size, "decrease", **conversion)
        return whole.filter("pad", width, height, "(ow-iw)/2", "(oh-ih)/2", "black")
    both = picture.split()
    small = (_share(width), _share(height))
    fill = (
        _scaled(both[0], small, "increase", **conversion)
        .filter("crop", *small)
        .filter("format", "yuv420p")
        .filter("gblur", sigma=_FILL_SIGMA)
        .filter("eq", brightness=_FILL_LEVEL)
        .filter("scale", width, height, flags="bicubic")
    )
    whole = _scaled(both[1], size, "decrease", **conversion).filter("format", "yuv420p")
    return fill.overlay(whole, x="trunc((W-w)/4)*2", y="trunc((H-h)/4)*2", shortest=1)


def _share(side: int) -> int:
    return max(_LEAST_FILL, side // _FILL_SHARE // 2 * 2)


def _scaled(picture: Any, size: tuple[int, int], how: str, **conversion: Any) -> Any:
    return picture.filter(
        "scale",
        w=size[0],
        h=size[1],
        force_original_aspect_ratio=how,
        force_divisible_by=2,
        flags="bicubic+accurate_rnd",
        **conversion,
    )
