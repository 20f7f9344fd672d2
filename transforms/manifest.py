"""What a video is made of, and what was measured on it."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from sqlalchemy import Row

from jobs.document import Job
from jobs.elements import Part, PartStatus, Problem, Run
from jobs.errors import ErrorCode
from jobs.version import VERSION
from jobs.wire import plain
from media.cues import COMFORTABLE_CPS
from storage.artefacts import Record
from storage.calls import CallStatus
from transforms.edit import Edit
from transforms.renders import MIX_TASK
from transforms.takes import Takes

MANIFEST_VERSION = 1


def manifest(
    run: Run,
    job: Job,
    edit: Edit,
    made: Mapping[str, Record],
    takes: Takes,
    finished: Part,
    record: Record,
    encoder: str,
    receipt: dict[str, Any],
) -> dict[str, Any]:
    """The manifest of a delivered run, as JSON data.

    Args:
      made: Records of the generated parts by task id; `takes` holds those of the rendered ones.
      finished: The part that is the finished file, with its record.
      encoder: Version of FFmpeg.
      receipt: As `receipt` makes it.
    """
    notes = all_notes(edit, takes)
    parts = [_part(part, made.get(part.task_id)) for part in edit.parts]
    parts += [_part(part, takes.records.get(part.task_id)) for part in takes.parts]
    parts.append(_part(finished, record))
    glyphs = {
        glyph for taken in takes.records.values() for glyph in taken.facts.get("missing_glyphs", ())
    }
    cps = [cue.characters_per_second(edit.rate) for scene in edit.scenes for cue in scene.cues]
    return {
        "manifest_version": MANIFEST_VERSION,
        "id": run.job_id,
        "run": run.generation,
        "submission": PurePosixPath(run.submission).stem,  # SHA-256 of what was asked for
        "status": "done",
        "title": job.title,
        "files": {
            name: blob.rpartition("/")[2].partition(".")[0] for name, blob in record.media.items()
        },
        "quality": {
            **record.facts["quality"],
            "caption_reading_speed_cps": round(max(cps, default=0.0), 1),
            "captions_too_fast": sum(speed > COMFORTABLE_CPS for speed in cps),
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
        "parts": parts,
        "notes": [plain(note) for note in notes],
        "cost_usd": receipt,
        "versions": {"aiprod": VERSION, "python": sys.version.split()[0], "encoder": encoder},
    }


def receipt(quote_usd: float, calls: Sequence[Row[Any]]) -> dict[str, Any]:
    """What a run was to cost and what it cost, in US dollars, as the manifest has it.

    Args:
      quote_usd: What was quoted when the run was planned.
      calls: Rows of its calls. One whose outcome is unknown counts as charged.
    """
    stages: dict[str, float] = {}
    for call in calls:
        stages[call.stage] = stages.get(call.stage, 0.0) + call.cost_usd
    spent_usd = sum(stages.values(), 0.0)
    return {
        "estimated": round(quote_usd, 6),
        "spent": round(spent_usd, 6),
        "difference": round(spent_usd - quote_usd, 6),
        "by_stage": {stage: round(usd, 6) for stage, usd in sorted(stages.items()) if usd},
        "unknown_calls": sum(call.status == CallStatus.UNKNOWN.value for call in calls),
    }


def _part(part: Part, record: Record | None) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "task": part.task_id,
        "stage": part.stage.value,
        "key": part.key,
        "status": part.status.value,
        "cached": part.status.value == "cached",
        "seconds": part.seconds,
        "cost_usd": 0.0,
    }
    if record:
        entry["made_in_seconds"] = record.seconds
        entry["stage_version"] = record.stage_version
        entry |= {k: v for k, v in plain(record.origin).items() if v or k == "cost_usd"}
        if part.status is not PartStatus.DONE:
            entry["cost_usd"] = 0.0  # paid for by an earlier run
        entry["sha256"] = {
            role: PurePosixPath(blob).stem for role, blob in sorted(record.media.items())
        }
    if part.left:
        entry["left"] = [plain(one) for one in part.left]
    if part.problem:
        entry["problem"] = plain(part.problem)
    return entry


def all_notes(edit: Edit, takes: Takes) -> tuple[Problem, ...]:
    """What the user should know about a finished video: parts left out, loudness not reached."""
    note = takes.records[MIX_TASK].facts["note"]
    heard = (Problem("mix", ErrorCode.QUALITY_MISSED, note, False),) if note else ()
    return edit.notes + heard
