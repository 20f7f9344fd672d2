"""An hour of 500 scenes, rendered whole at a small size, with marks that are found again in it.

A mark is a white scene of half a second with a beep in it: near the start, in the middle, near the
end. The decoded file says where they are. Frames are counted, and so is memory.

    python -m bench.hour [--seconds 3600] [--scenes 500] [--height 144] [--keep FOLDER]
"""

import argparse
import json
import subprocess
import tempfile
from dataclasses import dataclass
from math import floor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.canonical import Canonical, document, write_job
from bench.rendering import Place, conditions, ffmpeg
from media.timeline import SAMPLE_RATE_HZ
from media.wave import open_wave

FPS = 24
FRAME_SAMPLES = SAMPLE_RATE_HZ // FPS
FADE_FRAMES, FLASH_FRAMES = 12, 12
BEEP_S = 0.1  # into the flash
WHITE = 230  # mean luma of 0..255 that no picture of the canonical job comes near
SEARCHED_S = 5  # on both sides of where a beep should be


@dataclass(frozen=True)
class Mark:
    """Where a flash and its beep should be: the frame and the sample with which they begin."""

    frame: int
    sample: int


def main() -> None:
    """Prints one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=3600)
    parser.add_argument("--scenes", type=int, default=500, help="at least 7")
    parser.add_argument("--height", type=int, default=144)
    parser.add_argument("--keep", type=Path, help="a folder for everything, to be looked at")
    given = parser.parse_args()
    found: dict[str, Any] = {"conditions": conditions()}
    with tempfile.TemporaryDirectory(prefix="aiprod-bench-") as name:
        canonical = Canonical(given.scenes, given.height, "draft", FPS)
        found |= measure(canonical, given.seconds * FPS, given.keep or Path(name))
    print(json.dumps(found, indent=2))


def measure(canonical: Canonical, frames: int, folder: Path) -> dict[str, Any]:
    """Renders the job and finds its marks again."""
    job, place = write_job(folder / "job", canonical), Place(folder)
    marked, marks = with_marks(document(canonical), frames)
    job.write_text(json.dumps(marked))
    taken = place.render(job)
    times_s, brightness = frame_times_s(place.video()), frame_brightness(place.video())
    flashes = bright_runs(brightness)
    beep = place.mix().effects
    with place.files({one.blob for one in beep}) as files:
        sounds = {one.start: files[one.blob] for one in beep}
        heard = samples_of(place.video(), folder / "sound.raw")
        beeps = [first_sample(heard, sounds[mark.sample], mark.sample) for mark in marks]
    found = [
        {
            "flash_frame": {"expected": mark.frame, "found": first},
            "flash_frames": {"expected": FLASH_FRAMES, "found": length},
            "beep_sample": {"expected": mark.sample, "found": sample},
            "drift_ms": round((sample / SAMPLE_RATE_HZ - times_s[first] - BEEP_S) * 1000, 3),
        }
        for mark, (first, length), sample in zip(marks, flashes, beeps, strict=True)
    ]
    return {
        "size": "{}x{}".format(*canonical.size),
        "scenes": canonical.scenes,
        "frames": {"expected": frames, "found": len(brightness)},
        "marks": found,
        "largest_drift_ms": max(abs(float(str(one["drift_ms"]))) for one in found),
        "bound_ms": round(1000 / FPS, 1),
        "wall_s": round(taken.wall_s, 1),
        "cpu_s": round(taken.cpu_s, 1),
        "peak_mib": round(taken.peak_mib),
        "loudness": place.manifest()["quality"].get("lufs"),
    }


def with_marks(job: dict[str, Any], frames: int) -> tuple[dict[str, Any], list[Mark]]:
    """The job with three of its scenes as marks, and all of it so many frames long."""
    scenes = job["scenes"]
    marked = (1, len(scenes) // 2, len(scenes) - 2)
    for number, scene in enumerate(scenes):
        scene.pop("effects", None)
        before_mark = number + 1 in marked or number in marked
        scene["transition"] = {"type": "cut"} if before_mark else _crossfade()
        if number in marked:
            scenes[number] = _flash(scene["transition"])
    scenes[-1].pop("transition")
    fades = [_fade_frames(scene) for scene in scenes]
    plain = [number for number in range(len(scenes)) if number not in marked]
    left = frames + sum(fades) - FLASH_FRAMES * len(marked)
    lengths = [FLASH_FRAMES] * len(scenes)
    for order, number in enumerate(plain):
        lengths[number] = left // len(plain) + (order < left % len(plain))
        scenes[number]["duration_s"] = _seconds(lengths[number])
    starts = [sum(lengths[:n]) - sum(fades[:n]) for n in marked]
    beep = round(BEEP_S * SAMPLE_RATE_HZ)
    return job, [Mark(start, start * FRAME_SAMPLES + beep) for start in starts]


def _crossfade() -> dict[str, Any]:
    return {"type": "crossfade", "duration_s": FADE_FRAMES / FPS}


def _fade_frames(scene: dict[str, Any]) -> int:
    return FADE_FRAMES if scene.get("transition", {}).get("type") == "crossfade" else 0


def _flash(transition: dict[str, Any]) -> dict[str, Any]:
    return {
        "visual": {"type": "color", "color": "#ffffff"},
        "duration_s": _seconds(FLASH_FRAMES),
        "effects": [{"query": "beep", "at": {"offset_s": BEEP_S}, "gain_db": 0}],
        "transition": transition,
    }


def _seconds(frames: int) -> float:
    # Rounded down: a scene lasts the whole frames that its seconds begin.
    return floor(frames / FPS * 10_000) / 10_000


def frame_times_s(video: Path) -> list[float]:
    """When each frame is shown, by the container, in order."""
    told = _decoded(video, "-map", "0:v", "-c", "copy", "-f", "framecrc").decode().splitlines()
    (base,) = (line.split()[-1] for line in told if line.startswith("#tb 0:"))
    numerator, denominator = (int(part) for part in base.split("/"))
    stamps = sorted(int(line.split(",")[2]) for line in told if not line.startswith("#"))
    return [stamp * numerator / denominator for stamp in stamps]


def frame_brightness(video: Path) -> NDArray[np.float64]:
    """Mean luma of each frame, 0 to 255."""
    small = ("-vf", "scale=16:16,format=gray", "-fps_mode", "passthrough", "-f", "rawvideo")
    pixels = np.frombuffer(_decoded(video, "-map", "0:v", *small), np.uint8)
    return np.asarray(pixels.reshape(-1, 256).mean(axis=1), np.float64)


def bright_runs(brightness: NDArray[np.float64]) -> list[tuple[int, int]]:
    """First frame and length of each run of white frames."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], brightness > WHITE, [0]])))
    return [(int(first), int(end - first)) for first, end in edges.reshape(-1, 2)]


def samples_of(video: Path, target: Path) -> NDArray[np.int16]:
    """The sound, mono; silence stands for whatever it begins later than the video."""
    mono = ("-map", "0:a", "-af", "aresample=async=1:first_pts=0", "-ac", "1", "-f", "s16le")
    target.write_bytes(_decoded(video, *mono))
    return np.memmap(target, np.int16, "r")


def first_sample(heard: NDArray[np.int16], sound: Path, near: int) -> int:
    """Where a sound begins that was mixed in: the best fit, within seconds of a sample."""
    wave = open_wave(sound)
    wanted = np.asarray(wave[0 : len(wave)], np.float64).mean(axis=1)
    start = max(near - SEARCHED_S * SAMPLE_RATE_HZ, 0)
    part = heard[start : near + SEARCHED_S * SAMPLE_RATE_HZ].astype(np.float64)
    length = len(part) + len(wanted)
    spectrum = np.fft.rfft(part, length) * np.conj(np.fft.rfft(wanted - wanted.mean(), length))
    fit = np.fft.irfft(spectrum, length)[: len(part)]
    return start + int(np.argmax(fit))


def _decoded(video: Path, *arguments: str) -> bytes:
    command = [ffmpeg(), "-nostdin", "-loglevel", "error", "-i", str(video), *arguments, "pipe:1"]
    return subprocess.run(command, check=True, capture_output=True).stdout


if __name__ == "__main__":
    main()
