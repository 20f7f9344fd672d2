import pytest

from jobs.elements import (
    MAX_ELEMENT_BYTES,
    Ending,
    Gathered,
    Outcome,
    Part,
    PartList,
    PartStatus,
    Problem,
    Run,
)
from jobs.errors import ErrorCode
from jobs.stages import Stage
from transforms.job_step import RunEnded
from transforms.open_takes import notes_of, open_takes
from transforms.studio import StudioConfig

RUN = Run("job", 1, 1, "media/submission.json")


def failed(number: int, message: str, *, required: bool) -> Part:
    task = f"effect/{number:03}"
    problem = Problem(
        "effect", ErrorCode.NO_MATCH, message, False, "語" * 3990 + "the end", '"' * 2048
    )
    return Part(RUN, task, Stage.EFFECT, 99, required, "k", "p", PartStatus.FAILED, problem=problem)


def outcome_of(studio: StudioConfig, parts: tuple[Part, ...]) -> Outcome:
    opened = studio.open()
    try:
        name = opened.artefacts.keep_json(PartList(parts))
        with pytest.raises(RunEnded) as caught:
            open_takes(Gathered(RUN, "p", name), opened)
    finally:
        opened.close()
    return caught.value.outcome


def test_eight_failures_are_told_and_the_others_counted(studio: StudioConfig) -> None:
    parts = tuple(failed(number, f"no {number}", required=True) for number in range(20))

    problems = outcome_of(studio, parts).problems

    assert [problem.message for problem in problems] == [
        *(f"no {number}" for number in range(7)),
        "no 7 ... and 12 more",
    ]
    assert all(problem.stderr_tail.endswith("the end") for problem in problems)
    assert {len(problem.stderr_tail) for problem in problems} == {500}
    assert [len(problem.command) for problem in problems] == [2048, *[0] * 7]


def test_the_worst_failures_fit_into_an_element(studio: StudioConfig) -> None:
    parts = tuple(failed(number, "語" * 4000, required=True) for number in range(99))

    assert len(outcome_of(studio, parts).to_bytes()) < MAX_ELEMENT_BYTES


@pytest.mark.parametrize(
    "code", [ErrorCode.STORE_UNAVAILABLE, ErrorCode.LEDGER_UNAVAILABLE], ids=lambda code: code.value
)
def test_an_outage_puts_the_run_off_even_where_the_part_may_be_missing(
    studio: StudioConfig, code: ErrorCode
) -> None:
    outage = Problem("effect", code, "does not answer", True)
    part = Part(RUN, "e", Stage.EFFECT, 1, False, "k", "p", PartStatus.FAILED, problem=outage)

    assert outcome_of(studio, (part,)).ending is Ending.POSTPONED


def test_what_was_made_and_has_gone_is_made_again(studio: StudioConfig) -> None:
    part = Part(RUN, "v", Stage.VOICE, 1, True, "never-kept", "p", PartStatus.DONE)

    assert outcome_of(studio, (part,)).ending is Ending.INCOMPLETE


def test_forty_notes_are_told_and_the_others_counted() -> None:
    parts = [failed(number, f"no {number}", required=False) for number in range(45)]
    more = [Problem("mix", ErrorCode.INVALID_INPUT, "unplaced", False)]

    notes = notes_of(parts, more)

    assert [note.message for note in notes] == [
        *(f"no {number}" for number in range(40)),
        "... and 6 more",
    ]


def test_few_notes_are_all_told() -> None:
    more = [Problem("mix", ErrorCode.INVALID_INPUT, "unplaced", False)]

    notes = notes_of([failed(0, "no", required=False), failed(1, "so", required=True)], more)

    assert [note.message for note in notes] == ["no", "unplaced"]


def test_the_worst_notes_fit_into_an_element() -> None:
    parts = [failed(number, "語" * 4000, required=False) for number in range(99)]

    ended = Outcome(RUN, Ending.DONE, notes_of(parts, []))

    assert len(ended.to_bytes()) < MAX_ELEMENT_BYTES
