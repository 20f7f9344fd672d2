"""The canonical job beside the same composed with moviepy 2: time, memory, sharpness.

moviepy gets the pictures, voices, music and effects that our render used, the same places and times
for them, and the same FFmpeg. It does neither ducking nor loudness. Ours is timed from its assets,
as moviepy is. Both run in turns; moviepy lives in `.venv-bench`, which is made when it is needed.

    python -m bench.moviepy_compare [--rounds 5] [--scenes 6] [--height 1080] [--quality draft]
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import mean
from typing import Any

import cv2
import numpy as np

from bench.canonical import Canonical, add_size, write_job
from bench.measured import Taken, measured, medians, ratios
from bench.rendering import RENDERED, Place, conditions, ffmpeg
from media.chunk import ChunkSpec, ShotSpec, still_motion
from media.fonts import font_set
from media.gallery import Opened
from media.pictures import read_picture
from media.timeline import SAMPLE_RATE_HZ

ENVIRONMENT = Path(".venv-bench")
MOVIEPY = "2.2.1"
BOUNDS = {"wall": 11, "memory": 2, "sharpness": 1}


def main() -> None:
    """Prints one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--keep", type=Path, help="a folder for both videos, to be looked at")
    parser.add_argument("--quality", choices=("draft", "standard"), default="draft")
    add_size(parser)
    given = parser.parse_args()
    found = {"conditions": {**conditions(), "moviepy": MOVIEPY}, "rounds": given.rounds}
    python = environment()
    with tempfile.TemporaryDirectory(prefix="aiprod-bench-") as name:
        canonical = Canonical(given.scenes, given.height, given.quality)
        found |= compare(canonical, given.rounds, python, given.keep or Path(name))
    print(json.dumps(found, indent=2))


def environment() -> Path:
    """The Python that has moviepy; made when it is not there."""
    python = ENVIRONMENT / "bin" / "python"
    if not any(ENVIRONMENT.glob(f"lib/*/site-packages/moviepy-{MOVIEPY}.dist-info")):
        subprocess.run([sys.executable, "-m", "venv", str(ENVIRONMENT)], check=True)
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, f"moviepy=={MOVIEPY}"], check=True)
    return python.absolute()


def compare(canonical: Canonical, rounds: int, python: Path, folder: Path) -> dict[str, Any]:
    """Renders with both in turns and looks at what came out."""
    job, place = write_job(folder / "job", canonical), Place(folder)
    place.render(job)
    composed = folder / "moviepy.mp4"
    ours_taken: list[Taken] = []
    theirs_taken: list[Taken] = []
    mix = place.mix()
    sources = {shot.source for spec in place.chunks() for shot in spec.shots}
    sounds = {clip.blob for clip in (*mix.voices, *mix.effects)}
    with place.files(sources | sounds | ({mix.music.blob} if mix.music else set())) as files:
        described = folder / "moviepy.json"
        described.write_text(json.dumps(description(place, files, composed)))
        for _ in range(rounds):
            place.forget(*RENDERED)
            ours_taken.append(place.render(job))
            theirs_taken.append(_compose(python, described))
    ours, others = medians(ours_taken), medians(theirs_taken)
    times = [_middle_s(scene) for scene in json.loads(described.read_text())["scenes"]]
    sharp = {"aiprod": sharpness(place.video(), times), "moviepy": sharpness(composed, times)}
    return {
        "size": "{}x{}".format(*canonical.size),
        "quality": canonical.quality,
        "aiprod": {**ours, "file_bytes": place.video().stat().st_size},
        "moviepy": {**others, "file_bytes": composed.stat().st_size},
        "sharpness": {name: round(mean(values), 2) for name, values in sharp.items()},
        "ratio_to_aiprod": ratios(others, ours),
        "ratios_by_round": [
            ratios(medians([theirs]), medians([mine]))
            for theirs, mine in zip(theirs_taken, ours_taken, strict=True)
        ],
        "sharpness_to_moviepy": round(mean(sharp["aiprod"]) / mean(sharp["moviepy"]), 3),
        "bounds": BOUNDS,
    }


def _compose(python: Path, described: Path) -> Taken:
    program = Path(__file__).with_name("moviepy_job.py")
    # Its own FFmpeg would be the same wheel, perhaps of another version.
    names = {"FFMPEG_BINARY": ffmpeg(), "IMAGEIO_FFMPEG_EXE": ffmpeg()}
    return measured([str(python), str(program), str(described)], names)


def description(place: Place, files: dict[str, Path], target: Path) -> dict[str, Any]:
    """What `moviepy_job` reads: everything with its file, place and time in seconds."""
    specs, mix = place.chunks(), place.mix()
    length_s = mix.total_samples / SAMPLE_RATE_HZ
    music = [(mix.music.blob, 0, mix.music.gain_db, None)] if mix.music else []
    clips = [(one.blob, one.start, one.gain_db, one.length) for one in (*mix.voices, *mix.effects)]
    return {
        "size": [specs[0].width, specs[0].height],
        "fps": float(specs[0].rate),
        "quality": specs[0].quality,
        "length_s": length_s,
        "target": str(target),
        "font": str(font_set("en").main().path),
        "scenes": list(_scenes(place, files)),
        "captions": list(_captions(place)),
        "sounds": [
            {
                "file": str(files[blob]),
                "start_s": start / SAMPLE_RATE_HZ,
                "gain_db": gain_db,
                "length_s": samples / SAMPLE_RATE_HZ if samples else length_s,
            }
            for blob, start, gain_db, samples in [*clips, *music]
        ],
    }


def _scenes(place: Place, files: dict[str, Path]) -> Iterator[dict[str, Any]]:
    origin = 0
    for spec in place.chunks():
        rate = float(spec.rate)
        for number, shot in enumerate(spec.shots):
            if shot.first < 0:
                continue  # the end of a scene that the chunk before has
            seam = spec.seams[number - 1] if number else None
            yield {
                "picture": str(files[shot.source]),
                "start_s": (origin + shot.first) / rate,
                "length_s": shot.frames / rate,
                "fade_s": seam.frames / rate if seam else 0,
                "views": _views(spec, shot, files[shot.source]),
            }
        origin += spec.frames


def _views(spec: ChunkSpec, shot: ShotSpec, picture: Path) -> list[list[float]]:
    """What each frame shows of the picture, in its pixels: left, top, width."""
    moves = still_motion(shot, Opened(read_picture(picture)), spec.width / spec.height, spec.rate)
    views = (moves.at(frame / max(shot.frames - 1, 1)) for frame in range(shot.frames))
    return [[view.left, view.top, view.width] for view in views]


def _captions(place: Place) -> Iterator[dict[str, Any]]:
    origin = 0
    for spec in place.chunks():
        rate = float(spec.rate)
        for cue in (cue for scene in spec.captions for cue in scene.cues):
            start_s, end_s = (origin + cue.start) / rate, (origin + cue.end) / rate
            yield {"start_s": start_s, "end_s": end_s, "text": cue.text}
        origin += spec.frames


def _middle_s(scene: dict[str, Any]) -> float:
    return float(scene["start_s"] + scene["length_s"] / 2)


def sharpness(video: Path, times_s: list[float]) -> list[float]:
    """Standard deviation of the Laplacian of luma of frames, above where captions are."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for time_s in times_s:
            target = Path(folder) / "frame.png"
            command = [ffmpeg(), "-nostdin", "-loglevel", "error", "-y", "-ss", f"{time_s:.3f}"]
            command += ["-i", str(video), "-frames:v", "1", "-vf", "extractplanes=y", str(target)]
            subprocess.run(command, check=True, env=dict(os.environ))
            luma = cv2.imread(str(target), cv2.IMREAD_GRAYSCALE)
            if luma is None:
                raise RuntimeError(f"{video} has no frame at {time_s:.3f} s")
            upper = luma[: luma.shape[0] * 3 // 4]
            found.append(float(np.std(cv2.Laplacian(upper, cv2.CV_64F))))
    return found


if __name__ == "__main__":
    main()
