"""What a video is made of, and what was measured on it."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import Any

from sqlalchemy import Row

from jobs.document import Job
from jobs.elements import Part, PartStatus, Problem, Run
from jobs.formats import Format
from jobs.version import VERSION
from jobs.wire import plain
from media.reading import reading_speed
from storage.artefacts import Record
from storage.calls import CallStatus
from transforms.edit import Edit
from transforms.findings import findings
from transforms.finish_variant import Finished
from transforms.open_takes import notes_of

MANIFEST_VERSION = 1
# An outcome has to fit into an element.
MAX_VARIANT_NOTES = 20


def manifest(
    run: Run, job: Job, finished: Sequence[Finished], encoder: str, receipt: dict[str, Any]
) -> dict[str, Any]:
    """The manifest of a delivered run, as JSON data.

    What was measured, and where scenes and words are, is told of the video, or of each variant
    where a job has some: then its files are in a folder of its name.

    Args:
      job: The whole job, with its variants.
      encoder: Version of FFmpeg.
      receipt: As `receipt` makes it.
    """
    shown = [(one, _shown(one)) for one in finished]
    if job.variants:
        about = {"variants": [_of_variant(one, told) for one, told in shown]}
    else:
        about = shown[0][1]
    return {
        "manifest_version": MANIFEST_VERSION,
        "id": run.job_id,
        "run": run.generation,
        "submission": PurePosixPath(run.submission).stem,  # SHA-256 of what was asked for
        "status": "done",
        "title": job.title,
        "files": {
            name: blob.rpartition("/")[2].partition(".")[0]
            for name, blob in public_files(finished).items()
        },
        **about,
        "parts": list(_parts(finished)),
        "notes": [plain(note) for note in notes_of_all(finished)],
        "cost_usd": receipt,
        "versions": {"aiprod": VERSION, "python": sys.version.split()[0], "encoder": encoder},
    }


def public_files(finished: Sequence[Finished]) -> dict[str, str]:
    """Blob names of all files by public name: `final.mp4`, of variants `fr-9x16/final.mp4`."""
    files: dict[str, str] = {}
    for one in finished:
        folder = f"{one.cut.edit.variant}/" if one.cut.edit.variant else ""
        media = dict(one.record.media)
        if Format.MP4 not in one.cut.job.output.formats:
            del media[Format.MP4.file]
        for format in one.formats:
            media |= format.record.media
        files |= {folder + name: blob for name, blob in media.items()}
    return files


def notes_of_all(finished: Sequence[Finished]) -> tuple[Problem, ...]:
    """What the user should know about finished videos: parts left out, loudness not reached.

    What several variants have in common is told once; of many notes the first ones are.
    """
    if len(finished) == 1:
        return _notes(finished[0])
    found = list(dict.fromkeys(note for one in finished for note in _notes(one)))
    told, hidden = found[:MAX_VARIANT_NOTES], found[MAX_VARIANT_NOTES:]
    if hidden:
        told.append(Problem(hidden[0].stage, hidden[0].code, f"... and {len(hidden)} more", False))
    return tuple(told)


def _notes(one: Finished) -> tuple[Problem, ...]:
    cut = one.cut
    found = findings(cut.job, cut.edit, cut.takes.records, one.record)
    return notes_of((), (*cut.edit.notes, *found))


def _shown(one: Finished) -> dict[str, Any]:
    """What was measured on a video, and when what is seen and said in it."""
    edit = one.cut.edit
    records = one.cut.takes.records.values()
    glyphs = {glyph for record in records for glyph in record.facts.get("missing_glyphs", ())}
    speeds = list(_reading_speeds(one.cut.job, edit))
    return {
        "quality": {
            **one.record.facts["quality"],
            "caption_reading_speed_cps": round(max((cps for cps, _ in speeds), default=0.0), 1),
            "captions_too_fast": sum(cps > comfortable for cps, comfortable in speeds),
            "missing_glyphs": sorted(glyphs),
        },
        "frame_rate": f"{edit.frame_rate[0]}/{edit.frame_rate[1]}",
        "scenes": [
            {
                "start_frame": scene.start,
                "end_frame": scene.end,
                "words": [
                    {"text": word.text, "start_frame": word.start, "end_frame": word.end}
                    for cue in scene.cues
                    for line in cue.lines
                    for word in line
                ],
            }
            for scene in edit.scenes
        ],
    }


def _reading_speeds(job: Job, edit: Edit) -> Iterator[tuple[float, float]]:
    """By caption, how fast it is read and how fast it is read with comfort."""
    for scene, time in zip(job.scenes or (), edit.scenes, strict=True):
        language = scene.language or job.language
        for cue in time.cues:
            yield (
                cue.characters_per_second(edit.rate, language),
                reading_speed(language).comfortable,
            )


def _of_variant(one: Finished, told: dict[str, Any]) -> dict[str, Any]:
    job, edit = one.cut.job, one.cut.edit
    width, height = job.output.size
    formats = (format.part for format in one.formats)
    used = [*edit.parts, *one.cut.takes.parts, one.part, *formats]
    return {
        "name": edit.variant,
        "title": job.title,
        "language": job.language,
        "preset": job.preset.value if job.preset else None,
        "aspect_ratio": job.output.aspect_ratio.value,
        "width": width,
        "height": height,
        **told,
        "tasks": sorted({part.task_id for part in used}),
    }


def _parts(finished: Sequence[Finished]) -> Iterator[dict[str, Any]]:
    """Every part once, in the order of the work."""
    generated: dict[str, Any] = {}
    rendered: dict[str, Any] = {}
    ends: dict[str, Any] = {}
    for one in finished:
        cut = one.cut
        named = cut.edit.tasks
        made = {named.get(own, own): record for own, record in cut.made.items()}
        taken = {named.get(own, own): record for own, record in cut.takes.records.items()}
        for part in cut.edit.parts:
            generated.setdefault(part.task_id, part_entry(part, made.get(part.task_id)))
        for part in cut.takes.parts:
            rendered.setdefault(part.task_id, part_entry(part, taken.get(part.task_id)))
        ends.setdefault(one.part.task_id, part_entry(one.part, one.record))
        for format in one.formats:
            ends.setdefault(format.part.task_id, part_entry(format.part, format.record))
    for wave in (generated, rendered, ends):
        yield from wave.values()


def part_entry(part: Part, record: Record | None) -> dict[str, Any]:
    """A part as the manifest has it. `record`: what was made, now or before; None: nothing."""
    entry: dict[str, Any] = {
        "task": part.task_id,
        "stage": part.stage.value,
        "key": part.key,
        "status": part.status.value,
        "cached": part.status is PartStatus.CACHED,
        "seconds": part.seconds,
        "cost_usd": 0.0,
    }
    if record:
        entry["made_in_seconds"] = record.seconds
        entry["stage_version"] = record.stage_version
        entry |= {k: v for k, v in plain(record.origin).items() if v or k == "cost_usd"}
        if part.status is not PartStatus.DONE:
            entry["cost_usd"] = 0.0  # paid for by an earlier run
        entry["cost_usd"] = round(entry["cost_usd"], 6)
        entry["sha256"] = {
            role: PurePosixPath(blob).stem for role, blob in sorted(record.media.items())
        }
    passed_over = record.facts.get("left", ()) if record else ()  # whenever it was made
    if part.left or passed_over:
        entry["left"] = [*(plain(one) for one in part.left), *passed_over]
    if part.problem:
        entry["problem"] = plain(part.problem)
    return entry


def receipt(quote_usd: float, calls: Sequence[Row[Any]]) -> dict[str, Any]:
    """What a run was to cost and what it cost, in US dollars, as the manifest has it.

    Args:
      quote_usd: What was quoted when the run was planned.
      calls: Rows of its calls. One whose outcome is unknown counts as charged, and so does one
        that is still open: another provider made the part, or its answer was no longer waited for.
    """
    open_calls = sum(call.status == CallStatus.OPEN.value for call in calls)
    unknown_calls = sum(call.status == CallStatus.UNKNOWN.value for call in calls)
    stages: dict[str, float] = {}
    for call in calls:
        stages[call.stage] = stages.get(call.stage, 0.0) + call.cost_usd
    spent_usd = sum(stages.values(), 0.0)
    return {
        "estimated": round(quote_usd, 6),
        "spent": round(spent_usd, 6),
        "difference": round(spent_usd - quote_usd, 6),
        "by_stage": {stage: round(usd, 6) for stage, usd in sorted(stages.items()) if usd},
        "unknown_calls": unknown_calls + open_calls,
        "open_calls": open_calls,
    }
