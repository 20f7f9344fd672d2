"""Composes a video with moviepy 2: a program for an environment that has it, and not AIPROD.

    python bench/moviepy_job.py JOB.json

Written as its documentation does it: a picture a scene, resized in every frame (`Resize` with a
function of time) and placed; crossfades; captions as text clips; one composite of sounds.
"""

import json
import sys
from pathlib import Path
from typing import Any

from moviepy import (
    AudioFileClip,
    CompositeAudioClip,
    CompositeVideoClip,
    ImageClip,
    TextClip,
    VideoClip,
    vfx,
)
from PIL import Image

PRESETS = {"draft": "veryfast", "standard": "medium"}


def main(job: dict[str, Any]) -> None:
    """Writes the video."""
    pictures = [_scene(job, scene) for scene in job["scenes"]]
    captions = [_caption(job, caption) for caption in job["captions"]]
    video = CompositeVideoClip([*pictures, *captions], size=tuple(job["size"]))
    sound = CompositeAudioClip([_sound(one) for one in job["sounds"]])
    video = video.with_duration(job["length_s"]).with_audio(sound.with_duration(job["length_s"]))
    video.write_videofile(
        job["target"],
        fps=job["fps"],
        codec="libx264",
        preset=PRESETS[job["quality"]],
        audio_fps=48_000,
        audio_codec="aac",
        audio_bitrate="192k",
        temp_audiofile=f"{job['target']}.m4a",
        pixel_format="yuv420p",
        ffmpeg_params=["-crf", "20", "-profile:v", "high"],
        logger=None,
    )


def _scene(job: dict[str, Any], scene: dict[str, Any]) -> VideoClip:
    width = job["size"][0]
    views = scene["views"]
    picture = ImageClip(_opened(scene["picture"])).with_duration(scene["length_s"])

    def view(t: float) -> tuple[float, float, float]:
        left, top, shown = views[min(round(t * job["fps"]), len(views) - 1)]
        return left, top, width / shown

    def place(t: float) -> tuple[float, float]:
        left, top, scale = view(t)
        return -left * scale, -top * scale

    if view(0)[2] == view(scene["length_s"])[2]:
        moving = picture.with_effects([vfx.Resize(view(0)[2])])
    else:
        moving = picture.with_effects([vfx.Resize(lambda t: view(t)[2])])
    moving = moving.with_position(place).with_start(scene["start_s"])
    return moving.with_effects([vfx.CrossFadeIn(scene["fade_s"])]) if scene["fade_s"] else moving


def _opened(path: str) -> Any:
    import numpy as np

    # By its content: the file's name says nothing of its format.
    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGB"))


def _caption(job: dict[str, Any], caption: dict[str, Any]) -> VideoClip:
    height = job["size"][1]
    text = TextClip(
        font=job["font"],
        text=caption["text"],
        font_size=round(height * 0.045),
        color="white",
        stroke_color="black",
        stroke_width=max(1, round(height * 0.003)),
        text_align="center",
        margin=(8, 8),
    )
    length_s = caption["end_s"] - caption["start_s"]
    placed = text.with_start(caption["start_s"]).with_duration(length_s)
    return placed.with_position(("center", height * 0.92 - text.h))


def _sound(one: dict[str, Any]) -> AudioFileClip:
    clip = AudioFileClip(one["file"])
    if clip.duration > one["length_s"]:
        clip = clip.subclipped(0, one["length_s"])
    return clip.with_start(one["start_s"]).with_volume_scaled(10 ** (one["gain_db"] / 20))


if __name__ == "__main__":
    main(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
