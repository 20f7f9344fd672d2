import pytest

from jobs.elements import (
    MAX_ELEMENT_BYTES,
    DeadLetter,
    Ending,
    Gathered,
    Outcome,
    Part,
    PartStatus,
    Problem,
    Run,
    Script,
    Task,
    Video,
)
from jobs.errors import ErrorCode, ToolFailed
from jobs.stages import Stage
from jobs.submission import InputFile, Submission, job_id
from jobs.variants import MAX_VARIANTS
from jobs.wire import canonical, from_json, sha256

RUN = Run("job", 2, 5, "media/submission.json")
PROBLEM = Problem("voice", ErrorCode.TIMEOUT, "too slow", True, "tail")


@pytest.mark.parametrize(
    "element",
    [
        pytest.param(RUN, id="run"),
        pytest.param(Script(RUN, "media/a.json"), id="script"),
        pytest.param(
            Task(RUN, "v/0", Stage.VOICE, 3, True, "k", "p", "l", {"a": [1, "é"]}), id="task"
        ),
        pytest.param(
            Part(RUN, "v/0", Stage.VOICE, 3, True, "k", "p", PartStatus.FAILED, 1.5, PROBLEM),
            id="part",
        ),
        pytest.param(Gathered(RUN, "p", "parts"), id="gathered"),
        pytest.param(Outcome(RUN, Ending.FAILED, (PROBLEM,)), id="outcome"),
        pytest.param(DeadLetter.of("why", "decode", b"what"), id="dead letter"),
    ],
)
def test_elements_come_back_from_their_bytes(element: Task) -> None:
    assert type(element).from_bytes(element.to_bytes()) == element


def test_an_outcome_of_before_sizes_were_noted_is_read() -> None:
    before = (
        b'{"manifest": "m.json", "files": {"final.mp4": "f.mp4"}, "frames": 90, "duration_s": 3}'
    )

    assert from_json(Video, before) == Video("m.json", {"final.mp4": "f.mp4"}, 90, 3.0, {})


def test_the_outcome_of_as_many_variants_as_there_may_be_fits_into_an_element() -> None:
    blob = f"media/3f/{'3f' * 32}.mp4"
    names = ("final.mp4", "poster.jpg", "captions.srt", "captions.vtt", "credits.txt")
    # The longest tag, preset and shape.
    folders = [f"yue-Latn-jyutping-brand_campaign-16x{n}" for n in range(MAX_VARIANTS)]
    files = {f"{folder}/{name}": blob for folder in folders for name in names}
    video = Video(blob, files, 9_000_000, 360_000.0, dict.fromkeys(files, 2_000_000_000))
    note = Problem("effect", ErrorCode.NO_MATCH, "語" * 300, False)

    outcome = Outcome(RUN, Ending.DONE, (note,) * 21, video)

    assert len(outcome.to_bytes()) < MAX_ELEMENT_BYTES


def test_the_longest_narration_fits_into_an_element() -> None:
    task = Task(RUN, "v/0", Stage.VOICE, 3, True, "k" * 64, "p" * 80, "l", {"text": "語" * 5000})

    assert len(task.to_bytes()) < MAX_ELEMENT_BYTES


def test_what_is_too_large_for_an_element_is_named() -> None:
    task = Task(RUN, "v/0", Stage.VOICE, 3, True, "k", "p", "l", {"text": "a" * MAX_ELEMENT_BYTES})

    with pytest.raises(ValueError, match=r"Task of 65,\d{3} bytes"):
        task.to_bytes()


def test_an_endless_message_is_cut() -> None:
    problem = Problem.of("script", ToolFailed("語" * 60_000, stderr_tail="語" * 60_000))

    assert len(problem.message) == 4000
    assert len(Outcome(RUN, Ending.FAILED, (problem,)).to_bytes()) < MAX_ELEMENT_BYTES


def test_a_problem_keeps_the_end_of_what_the_tool_said() -> None:
    problem = Problem.of("render", ToolFailed("died", stderr_tail="x" * 60_000 + "the end"))

    assert problem.stderr_tail.endswith("the end")
    assert len(problem.stderr_tail) == 4000


def test_a_problem_keeps_the_command_that_failed() -> None:
    problem = Problem.of("render", ToolFailed("died", command="ffmpeg -i 'file:a b.mp4'"))

    assert problem.command == "ffmpeg -i 'file:a b.mp4'"


def test_a_command_that_is_too_long_says_that_it_was_cut() -> None:
    problem = Problem.of("render", ToolFailed("died", command="語" * 5000))

    assert len(problem.command.encode()) <= 2048
    assert problem.command.endswith("語 ... (cut)")


def test_a_problem_of_before_commands_were_kept_can_be_read() -> None:
    old = {"stage": "mix", "code": "timeout", "message": "slow", "retryable": True}

    assert from_json(Problem, canonical(old)).command == ""


@pytest.mark.parametrize(
    ("message", "kept"),
    [
        pytest.param(b'{"v": 1}', '{"v": 1}', id="text"),
        pytest.param(b"\xff{", "\\xff{", id="no text"),
        pytest.param(b"x" * 9000, "x" * 8192, id="longer than what is kept"),
    ],
)
def test_a_dead_letter_knows_the_message_it_is_cut_from(message: bytes, kept: str) -> None:
    letter = DeadLetter.of("why" * 1000, "decode", message)

    assert (letter.message, letter.sha256) == (kept, sha256(message))
    assert len(letter.reason) == 500


@pytest.mark.parametrize("byte", [b"\xff", b"\x01", b"\x00", "語".encode()], ids=str)
def test_the_longest_dead_letter_fits_into_an_element(byte: bytes) -> None:
    assert len(DeadLetter.of("\x01" * 500, "decode", byte * 9000).to_bytes()) < MAX_ELEMENT_BYTES


DOCUMENT = Submission({"title": "T"}, (InputFile("media/a.jpg", "a.jpg", "image"),))


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        pytest.param("Tide pools", "tide-pools", id="words"),
        pytest.param("../../etc/passwd", "etc-passwd", id="a path"),
        pytest.param("مرحبا", "job", id="no Latin letters"),
        pytest.param("x" * 200, "x" * 40, id="long"),
    ],
)
def test_a_job_is_named_in_safe_letters(name: str, slug: str) -> None:
    assert job_id(name, DOCUMENT).rpartition("-")[0] == slug


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(Submission({"title": "U"}, DOCUMENT.inputs), id="another document"),
        pytest.param(
            Submission(DOCUMENT.document, (InputFile("media/b.jpg", "a.jpg", "image"),)),
            id="the same name with another content",
        ),
    ],
)
def test_another_content_is_another_job(other: Submission) -> None:
    assert job_id("T", DOCUMENT) != job_id("T", other)
    assert job_id("T", DOCUMENT) == job_id("T", Submission({"title": "T"}, DOCUMENT.inputs))
