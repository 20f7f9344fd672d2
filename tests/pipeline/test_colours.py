"""Colours through the whole chain: bars of known colour go in, FFmpeg alone decodes final.mp4.

What is compared are code values of BT.709 in limited range, which is what the file says it has.
"""

import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from media.run import Workspace
from tests.pipeline.conftest import Desk

# As Recommendation ITU-R BT.709-6 has it (items 3.3 to 3.5), and not by what draws the pictures.
KR, KB = 0.2126, 0.0722
BARS = {
    "75": ("#bfbfbf", "#bfbf00", "#00bfbf", "#00bf00", "#bf00bf", "#bf0000", "#0000bf"),
    "muted": ("#101010", "#40382c", "#7f7f7f", "#e0c0a0", "#204060", "#8a2be2", "#fafafa"),
}
WIDTH, HEIGHT, FPS = 426, 240, 24
SCENE_FRAMES = 12
# Off every edge, that of the frame and those of chroma, also when a zoom of 1.1 has moved them.
OFF_PX = 20
MOST_OFF = 2  # code values
CLIPS = tuple((matrix, reach) for matrix in ("bt709", "smpte170m") for reach in ("tv", "pc"))


def code_values(color: str) -> tuple[int, ...]:
    red, green, blue = (value / 255 for value in bytes.fromhex(color.removeprefix("#")))
    luma = KR * red + (1 - KR - KB) * green + KB * blue
    cb, cr = (blue - luma) / (2 * (1 - KB)), (red - luma) / (2 * (1 - KR))
    return round(16 + 219 * luma), round(128 + 224 * cb), round(128 + 224 * cr)


def write_bars(space: Workspace, folder: Path, name: str) -> Iterator[dict[str, Any]]:
    """Writes bars as stills and as clips; yields a scene for each."""
    pixels = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    for x in range(WIDTH):
        pixels[:, x] = list(bytes.fromhex(BARS[name][x * 7 // WIDTH].removeprefix("#")))
    image = Image.fromarray(pixels)
    image.save(folder / f"{name}.png")
    image.save(folder / f"{name}.jpg", quality=95)
    middle = (0.5, 0.5)
    nearer = {"start": {"zoom": 1, "focus": middle}, "end": {"zoom": 1.1, "focus": middle}}
    for suffix in ("png", "jpg"):
        for motion in ("none", nearer):
            yield {"visual": {"type": "image", "uri": f"{name}.{suffix}"}, "motion": motion}
    for matrix, reach in CLIPS:
        clip = folder / f"{name}-{matrix}-{reach}.mp4"
        scale = f"scale=out_color_matrix={matrix}:out_range={reach}:flags=accurate_rnd"
        space.run([
            "-loop", "1", "-framerate", str(FPS), "-i", str(folder / f"{name}.png"), "-t", "1",
            "-vf", f"{scale},format=yuv420p", "-colorspace", matrix, "-color_range", reach,
            "-crf", "1", "-y", str(clip),
        ])  # fmt: skip
        yield {"visual": {"type": "clip", "uri": clip.name}}


@dataclass(frozen=True)
class Decoded:
    """A video as FFmpeg decodes it: luma, and chroma at its own size, by frame."""

    luma: NDArray[np.uint8]
    cb: NDArray[np.uint8]
    cr: NDArray[np.uint8]

    @classmethod
    def of(cls, program: str, video: Path) -> "Decoded":
        raw = subprocess.run(
            [program, "-v", "error", "-i", video, "-pix_fmt", "yuv420p", "-f", "rawvideo", "-"],
            capture_output=True,
            check=True,
            timeout=60,
        ).stdout
        size = WIDTH * HEIGHT
        frames = np.frombuffer(raw, np.uint8).reshape(-1, size * 3 // 2)
        half = (-1, HEIGHT // 2, WIDTH // 2)
        return cls(
            frames[:, :size].reshape(-1, HEIGHT, WIDTH),
            frames[:, size : size * 5 // 4].reshape(half),
            frames[:, size * 5 // 4 :].reshape(half),
        )

    def off(self, scene: int, colors: Sequence[str]) -> int:
        """How far bars are from their colours at most, in any frame of a scene.

        Of the pixels of a bar the median counts: what x264 leaves out differs from pixel to pixel.
        """
        frames = slice(scene * SCENE_FRAMES, (scene + 1) * SCENE_FRAMES)
        worst = 0.0
        for number, color in enumerate(colors):
            first, last = (WIDTH * (number + k) // 7 for k in (0, 1))
            columns = slice((first + OFF_PX) // 2 * 2, (last - OFF_PX) // 2 * 2)
            halves = slice(columns.start // 2, columns.stop // 2)
            rows, half_rows = slice(OFF_PX, -OFF_PX), slice(OFF_PX // 2, -OFF_PX // 2)
            seen = (
                self.luma[frames, rows, columns],
                self.cb[frames, half_rows, halves],
                self.cr[frames, half_rows, halves],
            )
            for plane, value in zip(seen, code_values(color), strict=True):
                medians = np.median(plane, axis=(1, 2))
                worst = max(worst, float(np.abs(medians - value).max()))
        return int(np.ceil(worst))


@pytest.mark.parametrize("quality", ["draft", "standard"])
def test_colours_of_stills_and_clips_arrive_in_the_finished_video(
    desk: Desk, space: Workspace, quality: str
) -> None:
    shown = [(name, scene) for name in BARS for scene in write_bars(space, desk.folder, name)]
    output = {"height": HEIGHT, "fps": FPS, "quality": quality}
    scenes = [{"duration_s": SCENE_FRAMES / FPS, **scene} for _, scene in shown]
    job = {"title": "Bars", "scenes": scenes, "music": None, "output": output}
    desk.write("bars.json", job)

    ran = desk.run("render", "bars.json", "--json")

    video = desk.folder / ran.json["video"]
    decoded = Decoded.of(space.ffmpeg, video)
    off = {
        f"{scene['visual']['uri']} {'moves' if isinstance(scene.get('motion'), dict) else ''}": (
            decoded.off(number, BARS[name])
        )
        for number, (name, scene) in enumerate(shown)
    }
    assert len(decoded.luma) == len(shown) * SCENE_FRAMES
    assert {name: far for name, far in off.items() if far > MOST_OFF} == {}
    said = space.run(["-i", str(video), "-c", "copy", "-t", "0.1", "-f", "null", "-"], capture=True)
    assert "yuv420p(tv, bt709, progressive)" in said.stderr_tail
