"""From gathered parts to what was made for each, or to the end of a run that cannot go on."""

import logging
from collections.abc import Sequence
from dataclasses import replace

from jobs.elements import Ending, Gathered, Outcome, Part, PartList, PartStatus, Problem, Run
from jobs.wire import from_json
from transforms.job_step import RunEnded
from transforms.perform import OUTAGES
from transforms.studio import Studio
from transforms.takes import Takes

LOG = logging.getLogger(__name__)
# How much an outcome tells, so that it fits into an element even in the widest letters. The
# manifest and the ledger tell the rest, part by part.
MAX_FAILURES, _FAILURE_CHARACTERS, _FAILURE_TAIL = 8, 1000, 500
MAX_NOTES, _NOTE_CHARACTERS = 40, 300


def open_takes(gathered: Gathered, studio: Studio) -> Takes:
    """Finds what a wave made.

    Raises:
      RunEnded: The user has cancelled, a required part failed, or what was made cannot be reached:
        then the run comes again.
    """
    parts = from_json(PartList, studio.blobs.read(gathered.parts) or b"").parts
    check_made(gathered.run, parts)
    records = {}
    gone = []
    for part in parts:
        if not part.is_made:
            continue
        record = studio.artefacts.find(part.stage, part.key)
        if record:
            records[part.task_id] = record
        else:
            gone.append(part.task_id)
    if gone:
        LOG.error("of job %s, artefacts vanished: %s", gathered.run.job_id, ", ".join(gone[:5]))
        raise RunEnded(Outcome(gathered.run, Ending.INCOMPLETE))
    return Takes(parts, records)


def check_made(run: Run, parts: Sequence[Part]) -> None:
    """Raises `RunEnded` when a run cannot go on with these parts."""
    if any(part.status is PartStatus.CANCELLED for part in parts):
        raise RunEnded(Outcome(run, Ending.CANCELLED))
    if any(part.problem and part.problem.code in OUTAGES for part in parts):
        raise RunEnded(Outcome(run, Ending.POSTPONED))
    failed = [part for part in parts if part.required and not part.is_made]
    if failed:
        problems = _failures([part.problem for part in failed if part.problem])
        raise RunEnded(Outcome(run, Ending.FAILED, problems))


def notes_of(parts: Sequence[Part], more: Sequence[Problem]) -> tuple[Problem, ...]:
    """Why optional parts are missing, and `more` to note: 40 notes, and how many there are beside.

    What tools said is left to the parts in the manifest.
    """
    notes = [part.problem for part in parts if part.problem and not part.required] + [*more]
    told = [
        replace(_shortened(note, _NOTE_CHARACTERS, tail=""), command="")
        for note in notes[:MAX_NOTES]
    ]
    hidden = notes[MAX_NOTES:]
    if hidden:
        told.append(Problem(hidden[0].stage, hidden[0].code, f"... and {len(hidden)} more", False))
    return tuple(told)


def _failures(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    """Why a wave failed: eight problems, the last of which says how many there are beside."""
    told = [
        _shortened(problem, _FAILURE_CHARACTERS, problem.stderr_tail[-_FAILURE_TAIL:])
        for problem in problems[:MAX_FAILURES]
    ]
    told[1:] = [replace(problem, command="") for problem in told[1:]]  # one is enough to look at
    hidden = len(problems) - len(told)
    if hidden:
        told[-1] = replace(told[-1], message=f"{told[-1].message} ... and {hidden} more")
    return tuple(told)


def _shortened(problem: Problem, characters: int, tail: str) -> Problem:
    message = problem.message
    if len(message) > characters:
        message = f"{message[: characters - 1]}…"
    return replace(problem, message=message, stderr_tail=tail)
