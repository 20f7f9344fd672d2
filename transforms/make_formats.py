"""The forms of a finished video beside its mp4, each a part of its own."""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

from jobs.elements import Gathered, Part, PartStatus, Task
from jobs.formats import Rung
from jobs.languages import find_language
from jobs.stages import Stage
from jobs.wire import canonical, from_json, plain
from media.chapters import Chapter
from media.clear import clear_stretches
from media.format_gate import AV1, H264, Picture, check_file
from media.hls import (
    Segment,
    Stream,
    check_cuts,
    copy_picture,
    copy_sound,
    encode_picture,
    segment_starts,
    stream_of,
)
from media.master_playlist import Tongue, captions_playlist, master_playlist
from media.podcast import make_podcast
from media.preview import excerpts, make_preview
from media.run import Workspace
from media.sheet import make_sheet, sheet_frames
from media.sidecar import vtt
from media.webm import make_webm
from storage.artefacts import Media, Origin, Record
from transforms.finish_variant import Cut, Finished, MadeFormat
from transforms.formats import format_orders
from transforms.side_by_side import side_by_side
from transforms.studio import Studio

HLS = "hls"
INIT_BYTES = 4096  # of a rendition: what decoders need to know is in the first thousand
_Files = tuple[Mapping[str, Media], dict[str, Any]]  # media by public name, and facts


@dataclass(frozen=True)
class _Bench:
    """What a format is made with.

    Attributes:
      film, poster: Files on this machine.
      cores: How many it may keep busy.
      renditions: Records of those that an HLS playlist leads to, the largest first.
    """

    space: Workspace
    finished: Finished
    film: Path
    poster: Path
    params: Mapping[str, Any]
    cores: int
    renditions: tuple[Record, ...]

    @property
    def rate(self) -> Fraction:
        return self.finished.cut.edit.rate

    @property
    def frames(self) -> int:
        return self.finished.cut.edit.frames

    @property
    def length_s(self) -> Fraction:
        return self.frames / self.rate

    @property
    def size(self) -> tuple[int, int]:
        return self.finished.cut.job.output.size

    @property
    def clear(self) -> tuple[tuple[int, int], ...]:
        scenes = [(scene.start, scene.end) for scene in self.finished.cut.edit.scenes]
        return clear_stretches(scenes, self.rate)


def format_tasks(gathered: Gathered, cut: Cut, encoder: str) -> tuple[Task, ...]:
    """What is to be made of a variant once it is finished, with ids as without other variants.

    Args:
      encoder: Version of FFmpeg.
    """
    orders = format_orders(
        cut.job,
        [part.key for part in cut.takes.parts],
        cut.edit.chunks,
        [scene.cues for scene in cut.edit.scenes],
        cut.chapters,
        encoder,
    )
    return tuple(
        Task(
            gathered.run, order.task_id, Stage.FORMAT, 1, True,
            gathered.run.slate.key(Stage.FORMAT, order.params), gathered.plan, "", order.params,
        )
        for order in orders
    )  # fmt: skip


def make_formats(
    orders: Sequence[tuple[Finished, Sequence[Task]]], studio: Studio, check: Callable[[], None]
) -> list[tuple[MadeFormat, ...]]:
    """Makes the formats of all variants side by side; those that are there are found.

    Playlists of HLS come last: they tell what was measured on their renditions.

    Args:
      orders: Of each variant, its tasks.
      check: Asked now and then; what it raises ends the work.

    Raises:
      QualityMissed: One is not what it should be.
    """
    workers = studio.config.workers
    flat = [(one, task) for one, tasks in orders for task in tasks]
    first = {id(task): (one, task) for one, task in flat if task.params["format"] != HLS}
    cores = max(1, workers // max(1, len(first)))
    calls = [partial(_made, task, one, studio, cores, ()) for one, task in first.values()]
    done = dict(zip(first, side_by_side(calls, workers, check), strict=True))
    found = []
    for one, tasks in orders:
        made = []
        for task in tasks:
            if id(task) not in done:
                names = {f"{HLS}-{name}" for name in task.params["rungs"]}
                renditions = tuple(
                    done[id(other)].record for other in tasks if other.params["format"] in names
                )
                done[id(task)] = _made(task, one, studio, workers, renditions)
            made.append(done[id(task)])
        found.append(tuple(made))
    return found


def _made(
    task: Task, finished: Finished, studio: Studio, cores: int, renditions: tuple[Record, ...]
) -> MadeFormat:
    started = time.monotonic()
    record = studio.artefacts.find(Stage.FORMAT, task.key)
    status = PartStatus.CACHED if record else PartStatus.DONE
    if record is None:
        with studio.space(task.run) as space, ExitStack() as stack:
            film, poster = (
                stack.enter_context(studio.blobs.as_file(finished.record.media[name]))
                for name in ("final.mp4", "poster.jpg")
            )
            bench = _Bench(space, finished, film, poster, task.params, cores, renditions)
            make = _rendition if "rung" in task.params else _MAKERS[task.params["format"]]
            media, facts = make(bench)
            took_s = time.monotonic() - started
            record = studio.artefacts.keep(
                Stage.FORMAT, task.key, Origin("aiprod"), media, facts, took_s
            )
    seconds = round(time.monotonic() - started, 3)
    part = Part(task.run, task.task_id, task.stage, 1, True, task.key, task.plan, status, seconds)
    return MadeFormat(part, record)


def _rendition(bench: _Bench) -> _Files:
    rung = from_json(Rung, canonical(bench.params["rung"]))
    space, film, rate = bench.space, bench.film, bench.rate
    is_copy = rung.max_kbps is None
    if is_copy:
        segments = copy_picture(space, film, rung)
    else:
        segments = encode_picture(space, film, rung, rate, bench.params["quality"])
    check_cuts(segments, segment_starts(space, film, rate), bench.frames, rate)
    path = space.folder / f"{rung.name}.mp4"
    picture = Picture(bench.frames, rung.size, H264)
    check_file(space, path, picture, None, decoding=not is_copy)
    return _stream(bench, rung.name, segments, rung.size)


def _stream(
    bench: _Bench, name: str, segments: Sequence[Segment], size: tuple[int, int] = (0, 0)
) -> _Files:
    path, playlist = (bench.space.folder / f"{name}{suffix}" for suffix in (".mp4", ".m3u8"))
    with path.open("rb") as file:
        stream = stream_of(name, segments, file.read(INIT_BYTES), size)
    return {f"hls/{path.name}": path, f"hls/{playlist.name}": playlist}, {"stream": plain(stream)}


def _hls(bench: _Bench) -> _Files:
    """The playlist that is opened, with sound and captions."""
    sound, facts = _stream(bench, "audio", copy_sound(bench.space, bench.film))
    check_file(bench.space, bench.space.folder / "audio.mp4", None, bench.length_s)
    job = bench.finished.cut.job
    cues = [cue for scene in bench.finished.cut.edit.scenes for cue in scene.cues]
    text = master_playlist(
        [_stream_in(record.facts) for record in bench.renditions],
        _stream_in(facts),
        bench.rate,
        _tongue(job.language),
        has_captions=bool(cues),
        are_burned_in=job.captions.burn_in,
    )
    media = {"hls/master.m3u8": (text.encode(), ".m3u8"), **sound}
    if cues:
        media["hls/captions.vtt"] = (vtt(cues, bench.rate).encode(), ".vtt")
        media["hls/captions.m3u8"] = (captions_playlist(bench.length_s).encode(), ".m3u8")
    return media, facts


def _tongue(tag: str) -> Tongue:
    language = find_language(tag)
    name = language.name if language else tag
    return Tongue(tag, name if "-" in tag else name.partition(" (")[0])


def _stream_in(facts: Mapping[str, Any]) -> Stream:
    return from_json(Stream, canonical(facts["stream"]))


def _webm(bench: _Bench) -> _Files:
    params = bench.params
    path = make_webm(
        bench.space, bench.film, bench.rate, params["quality"], params["title"], bench.cores
    )
    check_file(bench.space, path, Picture(bench.frames, bench.size, AV1), bench.length_s)
    return {path.name: path}, {}


def _m4a(bench: _Bench) -> _Files:
    chapters = [from_json(Chapter, canonical(one)) for one in bench.params["chapters"]]
    path = make_podcast(
        bench.space, bench.film, bench.poster, bench.params["title"], chapters, bench.rate
    )
    check_file(bench.space, path, None, bench.length_s)
    return {path.name: path}, {}


def _preview(bench: _Bench) -> _Files:
    shown = excerpts(bench.clear, bench.frames, bench.rate)
    path = make_preview(bench.space, bench.film, bench.params["format"], bench.size, shown)
    return {path.name: path}, {}


def _sheet(bench: _Bench) -> _Files:
    shown = sheet_frames(bench.frames, bench.rate, bench.clear)
    path = make_sheet(bench.space, bench.film, bench.size, shown, bench.rate)
    return {path.name: path}, {}


_MAKERS: Mapping[str, Callable[[_Bench], _Files]] = MappingProxyType(
    {
        HLS: _hls,
        "webm": _webm,
        "m4a": _m4a,
        "gif": _preview,
        "webp": _preview,
        "sheet": _sheet,
    }
)
