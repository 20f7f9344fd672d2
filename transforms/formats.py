"""What is made of a finished video, and what decides about each: no Beam, no FFmpeg.

Nothing of it depends on captions beside the video or credits, so that another title encodes nothing
again but what has the title in it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from jobs.document import Job
from jobs.formats import Format, ladder
from jobs.stages import VERSIONS, Stage
from jobs.wire import plain
from media.chapters import Chapter, chapters_of
from media.cues import Cue
from transforms.edit import EditChunk


@dataclass(frozen=True)
class FormatOrder:
    """One part that is made of a finished video: `format/webm`, `format/hls-720p`.

    Attributes:
      params: Everything that decides about it.
    """

    name: str
    params: dict[str, Any]

    @property
    def task_id(self) -> str:
        return f"format/{self.name}"


def chapters_in(job: Job, starts: Sequence[int], frames: int) -> tuple[Chapter, ...]:
    """Chapters of a video, from what its scenes say.

    Args:
      starts: First frame of each scene.
    """
    names = [scene.effective_chapter for scene in job.scenes or ()]
    return chapters_of(list(zip(starts, names, strict=True)), frames)


def format_orders(
    job: Job,
    keys: Sequence[str],
    chunks: Sequence[EditChunk],
    cues: Sequence[Sequence[Cue]],
    chapters: Sequence[Chapter],
    encoder: str,
) -> tuple[FormatOrder, ...]:
    """What is to be made of a finished video, each name once.

    Args:
      keys: Of the mix and the chunks, in the order of their task ids.
      cues: By scene, captions in frames of the video.
    """
    film = {"parts": list(keys), "frames": [chunk.frames for chunk in chunks], "encoder": encoder}
    orders = _orders(job, film, cues, chapters)
    return tuple(FormatOrder(name, {"format": name, **params}) for name, params in orders)


def _orders(
    job: Job, film: dict[str, Any], cues: Sequence[Sequence[Cue]], chapters: Sequence[Chapter]
) -> Iterator[tuple[str, dict[str, Any]]]:
    output = job.output
    quality = {"quality": output.quality.value}
    for one in Format:
        if one not in output.formats:
            continue
        match one:
            case Format.MP4:
                pass  # it is the finished video
            case Format.HLS:
                rungs = ladder(output.size)
                for rung in rungs:
                    # The first is a copy of the film.
                    yield (
                        f"hls-{rung.name}",
                        {**film, "rung": plain(rung), **(quality if rung.max_kbps else {})},
                    )
                yield (
                    "hls",
                    {
                        **film,
                        **quality,
                        "rungs": [rung.name for rung in rungs],
                        "cues": [[plain(cue) for cue in scene] for scene in cues],
                        "language": job.language,
                        "burned_in": job.captions.burn_in,
                    },
                )
            case Format.WEBM:
                yield one.value, {**film, **quality, "title": job.title}
            case Format.M4A:
                yield (
                    one.value,
                    {
                        **film,
                        "title": job.title,
                        "chapters": [plain(chapter) for chapter in chapters],
                        "finish": VERSIONS[Stage.FINISH],  # which chooses the cover
                    },
                )
            case Format.GIF | Format.WEBP | Format.SHEET:
                yield one.value, film
