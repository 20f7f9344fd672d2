"""Videos of before and after, side by side."""

import tempfile
from contextlib import ExitStack
from pathlib import Path

from PIL import Image

from jobs.errors import AiprodError
from jobs.formats import film_names
from media.poster import make_poster
from media.run import Workspace, find_ffmpeg
from storage.blobs import Blobs
from storage.reprocessing_report import Line, Shown

AT = (1 / 6, 1 / 2, 5 / 6)  # of the length of each video
CELL_HEIGHT, GAP = 240, 4  # pixels


def contact_sheet(line: Line, blobs: Blobs, ffmpeg: str | None, path: Path) -> bool:
    """Draws frames of both videos of a job, those of before above; false when one of the two is not
    there."""
    shown = (line.before, line.after)
    if not all(shown):
        return False
    try:
        rows = [_frames(one, blobs, ffmpeg) for one in shown if one]
    except (AiprodError, OSError, IndexError):
        return False  # files of before may have been removed
    width = max(sum(frame.width + GAP for frame in row) for row in rows)
    sheet = Image.new("RGB", (width - GAP, 2 * CELL_HEIGHT + GAP), "white")
    for number, row in enumerate(rows):
        left = 0
        for frame in row:
            sheet.paste(frame, (left, number * (CELL_HEIGHT + GAP)))
            left += frame.width + GAP
    path.parent.mkdir(parents=True, exist_ok=True)
    sheet.save(path, quality=90)
    return True


def _frames(shown: Shown, blobs: Blobs, ffmpeg: str | None) -> list[Image.Image]:
    length_s = float(shown.quality.get("duration_s") or 0.0)
    frames = []
    with ExitStack() as stack:
        video = stack.enter_context(blobs.as_file(shown.files[film_names(shown.files)[0]]))
        for share in AT:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="aiprod-")))
            space = Workspace(find_ffmpeg(ffmpeg), folder, wall_s=60.0)
            with Image.open(make_poster(space, video, share * length_s)) as frame:
                size = (max(1, round(frame.width * CELL_HEIGHT / frame.height)), CELL_HEIGHT)
                frames.append(frame.convert("RGB").resize(size, Image.Resampling.LANCZOS))
    return frames


def comparison(line: Line) -> str:
    """What was measured on both videos, in a line."""
    before, after = line.before, line.after
    if not before or not after:
        return f"{line.item.job_id}: {line.item.state.value} {line.why}".rstrip()
    told = [
        f"{_number(before.quality.get(name))} -> {_number(after.quality.get(name))} {unit}"
        for name, unit in (("duration_s", "s"), ("lufs", "LUFS"), ("peak_dbtp", "dBTP"))
    ]
    told.append(f"{_kilobytes(before.size_bytes)} -> {_kilobytes(after.size_bytes)} kB")
    made = f"{line.made} part{'' if line.made == 1 else 's'} made, {line.reused} reused"
    return f"{line.item.job_id}: {', '.join(told)}; {made}"


def _number(value: object) -> str:
    return f"{value:.1f}" if isinstance(value, float | int) else "?"


def _kilobytes(size_bytes: int | None) -> str:
    return "?" if size_bytes is None else f"{size_bytes / 1000:,.0f}"
