"""What each delivery format takes, against the encoder of the mp4.

`python -m bench.formats out/<job>` takes the film of a finished job and prints JSON: seconds of
CPU and by the clock for each format with its check, one after the other.
"""

import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

from jobs.formats import Rung, ladder
from media.clear import clear_stretches
from media.format_gate import AV1, H264, Picture, check_file
from media.hls import check_cuts, copy_picture, encode_picture, segment_starts
from media.podcast import make_podcast
from media.poster import make_poster
from media.preview import excerpts, make_preview
from media.run import Workspace, find_ffmpeg
from media.sheet import make_sheet, sheet_frames
from media.webm import make_webm


def main() -> None:
    """Prints the measurement."""
    job = Path(sys.argv[1]).absolute()
    manifest = json.loads((job / "manifest.json").read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory(prefix="aiprod-") as folder:
        space = Workspace(find_ffmpeg(None), Path(folder))
        makers = _makers(space, job, manifest)
        found = {name: _measured(make) for name, make in makers.items()}
    print(json.dumps({"load": os.getloadavg()[0], "formats": found}, indent=2))


def _makers(space: Workspace, job: Path, manifest: dict[str, Any]) -> dict[str, Callable[[], Any]]:
    film, rate = job / "final.mp4", Fraction(manifest["frame_rate"])
    measured = manifest["quality"]
    size, frames = (measured["width"], measured["height"]), measured["frames"]
    clear = clear_stretches([(s["start_frame"], s["end_frame"]) for s in manifest["scenes"]], rate)
    encoded = [
        *("-nostdin", "-y", "-i", str(film), "-an", "-c:v", "libx264", "-preset", "medium"),
        *("-crf", "20", "-threads", "1", "mp4.mp4"),
    ]

    def rendition(rung: Rung) -> None:
        if rung.max_kbps is None:
            segments = copy_picture(space, film, rung)
        else:
            segments = encode_picture(space, film, rung, rate, "standard")
        check_cuts(segments, segment_starts(space, film, rate), frames, rate)
        path = space.folder / f"{rung.name}.mp4"
        picture = Picture(frames, rung.size, H264)
        check_file(space, path, picture, None, decoding=bool(rung.max_kbps))

    def webm() -> None:
        path = make_webm(space, film, rate, "standard", None, os.cpu_count() or 1)
        check_file(space, path, Picture(frames, size, AV1), frames / rate)

    shown = excerpts(clear, frames, rate)
    page = sheet_frames(frames, rate, clear)
    return {
        "encoder of the mp4": lambda: space.run(encoded),
        **{f"hls-{rung.name}": partial(rendition, rung) for rung in ladder(size)},
        "webm": webm,
        "m4a": lambda: make_podcast(space, film, job / "poster.jpg", None, (), rate),
        "gif": lambda: make_preview(space, film, "gif", size, shown),
        "webp": lambda: make_preview(space, film, "webp", size, shown),
        "sheet": lambda: make_sheet(space, film, size, page, rate),
        "poster": lambda: make_poster(space, film, float(clear[0][0] / rate)),
    }


def _measured(make: Callable[[], Any]) -> dict[str, float]:
    cpu_s, wall_s = _cpu_s(), time.monotonic()
    make()
    return {
        "cpu_s": round(_cpu_s() - cpu_s, 1),
        "wall_s": round(time.monotonic() - wall_s, 1),
    }


def _cpu_s() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


if __name__ == "__main__":
    main()
