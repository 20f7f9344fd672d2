"""The job that the benchmarks of rendering render: the same bytes for the same numbers.

Pictures are busier than most photographs: "dead leaves" (discs of all sizes over each other) on
noise of equal power per octave, with grain. Each scene has a picture with motion, a narration and
captions of it, and fades into the next; music lies below, and every other scene has an effect.

    python -m bench.canonical FOLDER [--scenes 6] [--height 1080] [--quality draft]
"""

import argparse
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

JPEG_QUALITY = 92
MARGIN = 1.5  # pictures are larger than the frame, as photographs are
LEAVES = 500
MOTIONS = ("zoom_in", "zoom_out")  # round a point off centre: each frame is resized anew
EFFECTS = ("ocean waves", "whoosh", "thunder")
# 8, 9 and 7 of them: 504 different sentences, so that no voice is shared.
WHO = ("The tide", "A gull", "The crab", "One wave", "The wind", "A child", "The boat", "Nobody")
DOES = ("leaves", "finds", "hides", "covers", "takes", "carries", "forgets", "watches", "wants")
WHAT = ("the rocks", "the sand", "a shell", "the shore", "the pool", "a stone", "the light")
THEN = ("Nothing moves for an hour.", "Then it all begins again.", "The water is cold and clear.")


@dataclass(frozen=True)
class Canonical:
    """What the job is like.

    Attributes:
      scene_s: Length of each scene, of which `fade_s` is shared with the next.
      is_short: Whether narrations are of one sentence, about 1.3 s, instead of two, about 3.5 s.
    """

    scenes: int = 6
    height: int = 1080
    quality: str = "draft"
    fps: int = 30
    scene_s: float = 5.4
    fade_s: float = 0.5
    is_short: bool = False

    @property
    def size(self) -> tuple[int, int]:
        """Of a frame, in pixels; even."""
        return round(self.height * 8 / 9) * 2, self.height


def write_job(folder: Path, canonical: Canonical) -> Path:
    """Writes pictures and the job file; its path."""
    folder.mkdir(parents=True, exist_ok=True)
    width, height = (round(length * MARGIN) for length in canonical.size)
    for number in range(canonical.scenes):
        target = str(folder / f"{number:03}.jpg")
        quality = [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY]
        cv2.imwrite(target, picture(number, width, height), quality)
    job = folder / "canonical.json"
    job.write_text(json.dumps(document(canonical), indent=1))
    return job


def document(canonical: Canonical) -> dict[str, Any]:
    """The job document."""
    return {
        "title": "Canonical",
        "scenes": [_scene(canonical, number) for number in range(canonical.scenes)],
        "voice": {"provider": "espeak"},
        "music": {"provider": "local", "prompt": "calm, piano and soft strings"},
        "sound_effects": {"provider": "local"},
        "output": {
            "height": canonical.height,
            "fps": canonical.fps,
            "quality": canonical.quality,
            "loudness": "web",
        },
    }


def _scene(canonical: Canonical, number: int) -> dict[str, Any]:
    is_last = number == canonical.scenes - 1
    said = f"{WHO[number % len(WHO)]} {DOES[number % len(DOES)]} {WHAT[number % len(WHAT)]}."
    if not canonical.is_short:
        said = f"{said} {THEN[number % len(THEN)]}"
    scene: dict[str, Any] = {
        "narration": said,
        "visual": {"type": "image", "uri": f"{number:03}.jpg"},
        "motion": MOTIONS[number % len(MOTIONS)],
        # Six scenes are then 30 s: the last one shares nothing with a next.
        "duration_s": round(canonical.scene_s + (0.1 if is_last else 0), 3),
    }
    if not is_last:
        scene["transition"] = {"type": "crossfade", "duration_s": canonical.fade_s}
    if number % 2 == 0:
        query = EFFECTS[number // 2 % len(EFFECTS)]
        scene["effects"] = [{"query": query, "at": {"offset_s": 0.6}}]
    return scene


def picture(seed: int, width: int, height: int) -> NDArray[np.uint8]:
    """A busy picture, blue, green and red."""
    random = np.random.default_rng(seed)
    leaves = (_octaves(random, width, height) * 255).clip(0, 255).astype(np.uint8)
    for _ in range(LEAVES):
        # Radii by a power law of exponent -3, from a hundredth to a fifth of the height.
        radius = round(height * 0.01 / np.sqrt(1 - random.random() * (1 - 1 / 400)))
        centre = (int(random.integers(width)), int(random.integers(height)))
        colour = [int(part) for part in random.integers(20, 235, 3)]
        cv2.circle(leaves, centre, max(radius, 1), colour, -1, cv2.LINE_AA)
    grain = random.normal(0, 2, (height, width, 1))
    return (leaves + grain).clip(0, 255).astype(np.uint8)


def _octaves(random: np.random.Generator, width: int, height: int) -> NDArray[np.float32]:
    """Noise whose amplitude falls as one over the frequency, around 0.5."""
    fx, fy = np.fft.rfftfreq(width)[np.newaxis], np.fft.fftfreq(height)[:, np.newaxis]
    spectrum = 1 / np.maximum(np.hypot(fx, fy), 1 / width)
    planes = []
    for _ in range(3):
        noise = np.fft.rfft2(random.standard_normal((height, width))) * spectrum
        plane = np.fft.irfft2(noise, (height, width))
        planes.append(0.5 + 0.08 * plane / plane.std())
    return np.stack(planes, axis=-1).astype(np.float32)


def add_size(parser: argparse.ArgumentParser) -> None:
    """Options that say how large the job is."""
    parser.add_argument("--scenes", type=int, default=6, help="of about 5 s; up to 500")
    parser.add_argument("--height", type=int, default=1080, help="of the picture, in pixels")


def main() -> None:
    """Writes the job and prints where."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    add_size(parser)
    parser.add_argument("--quality", choices=("draft", "standard"), default="draft")
    given = parser.parse_args()
    print(write_job(given.folder, Canonical(given.scenes, given.height, given.quality)))


if __name__ == "__main__":
    main()
