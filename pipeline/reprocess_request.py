"""From options of the command line to what is asked for."""

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jobs.decode import decode_json, plain_tree
from jobs.errors import InvalidInput
from jobs.mistakes import shown
from jobs.overrides import check_overrides
from jobs.presets import Preset
from jobs.reprocessing import Change, Measure, Selection
from jobs.stages import Stage
from jobs.states import TERMINAL, Status
from pipeline.history_file import is_id

MEASURES = ("lufs", "peak_dbtp", "lra", "duration_s", "av_difference_s", "frames", "height")
MOST_IDS = 1000  # they are values of one query, of which databases take some ten thousand
_MEASURE = re.compile(r"\s*([a-z_]+)\s*([<>])\s*(-?\d+(?:\.\d+)?)\s*", re.ASCII)


def selection_of(
    ids: Sequence[str],
    *,
    status: str | None,
    since: str | None,
    until: str | None,
    preset: str | None,
    provider: str | None,
    model: str | None,
    missing: str | None,
    quality: Sequence[str],
    is_stale: bool,
) -> Selection:
    """The selection. Raises `InvalidInput` naming the option."""
    for one in ids:
        if not is_id(one):
            raise InvalidInput(f"{shown(one)} is no id of a job")
    if len(ids) > MOST_IDS:
        raise InvalidInput(f"{len(ids):,} ids; give more than {MOST_IDS:,} in a file, by --from")
    since_s, until_s = _time("--since", since), _time("--until", until)
    if since_s is not None and until_s is not None and since_s >= until_s:
        raise InvalidInput(f"--since {since} is not before --until {until}: no job was made then")
    return Selection(
        ids=tuple(dict.fromkeys(ids)),
        status=_status(status),
        since_s=since_s,
        until_s=until_s,
        preset=_one_of("--preset", preset, [one.value for one in Preset]),
        provider=provider,
        model=model,
        missing=_stage("--missing", missing) if missing is not None else None,
        measures=tuple(_measure(one) for one in quality),
        is_stale=is_stale,
    )


def change_of(
    sets: Sequence[str], patch: Path | None, force: str | None, only: str | None
) -> Change:
    """The change. Raises `InvalidInput` naming the option."""
    check_overrides(sets)
    return Change(
        tuple(sets),
        _patch(patch) if patch else None,
        stages_of("--force", force),
        stages_of("--only", only),
    )


def stages_of(option: str, text: str | None) -> tuple[Stage, ...]:
    """Stages with commas between them. Raises `InvalidInput`."""
    names = [name.strip() for name in (text or "").split(",") if name.strip()]
    known = {stage.value: stage for stage in Stage}
    for name in names:
        if name not in known:
            raise InvalidInput(f"{option} {name}: no such stage; give some of {', '.join(known)}")
    return tuple(known[name] for name in dict.fromkeys(names))


def _stage(option: str, text: str) -> Stage:
    found = stages_of(option, text)
    if len(found) != 1:
        raise InvalidInput(f"{option} {text}: give one stage")
    return found[0]


def _status(text: str | None) -> Status | None:
    names = sorted(status.value for status in TERMINAL)
    found = _one_of("--status", text, names)
    return Status(found) if found else None


def _one_of(option: str, text: str | None, known: Sequence[str]) -> str | None:
    if text is not None and text not in known:
        raise InvalidInput(f"{option} {text!r}: give {', '.join(known[:-1])} or {known[-1]}")
    return text


def _time(option: str, text: str | None) -> float | None:
    if text is None:
        return None
    try:
        time = datetime.fromisoformat(text)
    except ValueError as error:
        example = "2026-01-31 or 2026-01-31T18:00+01:00"
        raise InvalidInput(f"{option} {text!r} is no date; give one such as {example}") from error
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()


def _measure(text: str) -> Measure:
    match = _MEASURE.fullmatch(text)
    if not match or match[1] not in MEASURES:
        raise InvalidInput(
            f"--quality {text!r}: give a condition such as 'lufs<-20', of {', '.join(MEASURES)}"
        )
    return Measure(match[1], match[2], float(match[3]))


def _patch(path: Path) -> dict[str, Any]:
    try:
        value, mistakes = plain_tree(decode_json(path.read_bytes(), name=str(path)))
    except OSError as error:
        raise InvalidInput(f"{path}: cannot be read: {error.strerror}") from error
    if mistakes:
        raise InvalidInput(f"{path}: {mistakes[0].message}")
    if not isinstance(value, dict):
        raise InvalidInput(f"{path}: {json.dumps(value)[:60]} is no object of fields to change")
    return value
