"""Small films with picture and sound, for tests of what is made of a finished video."""

from pathlib import Path

from media.run import Workspace

COLOURS = ["-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709"]


def write_film(
    space: Workspace, frames: int, *, keys: str, source: str = "testsrc2", rate: str = "30"
) -> Path:
    """Writes film.mp4, 128x72, into the work folder.

    Args:
      keys: Seconds at which there are key frames beside those that come every two seconds.
    """
    base = rate.partition("/")[0]
    joint = ":" if "=" in source else "="
    space.run(
        [
            "-y", "-f", "lavfi", "-i", f"{source}{joint}s=128x72:r={rate}",
            "-f", "lavfi", "-i", "sine=f=440:r=48000",
            "-frames:v", str(frames), "-af", f"atrim=end_sample={_samples(frames, rate)}",
            "-c:v", "libx264", "-preset", "veryfast", "-profile:v", "high", "-threads", "1",
            "-g", str(round(2 * frames_a_second(rate))), "-force_key_frames", keys,
            "-pix_fmt", "yuv420p", *COLOURS, "-color_range", "tv",
            "-c:a", "aac", "-ac", "2", "-video_track_timescale", base, "film.mp4",
        ]
    )  # fmt: skip
    return space.folder / "film.mp4"


def frames_a_second(rate: str) -> float:
    over, _, under = rate.partition("/")
    return int(over) / int(under or 1)


def _samples(frames: int, rate: str) -> int:
    return round(frames * 48_000 / frames_a_second(rate))
