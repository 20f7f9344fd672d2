import json
from typing import Any

import pytest

from jobs.changes import MAX_CHANGES, compare
from jobs.document import job_from, job_json
from jobs.submission import InputFile, Submission


def document(*narrations: str, **fields: Any) -> dict[str, Any]:
    scenes = [{"narration": text} for text in narrations]
    return {"scenes": scenes, **fields} if scenes else fields


def submission(given: dict[str, Any], *files: InputFile) -> Submission:
    return Submission(json.loads(job_json(job_from(given))), files)


def told(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    comparison = compare(submission(before), submission(after))
    return [change.told for change in comparison.changes]


EFFECTS = [{"query": "rain"}, {"query": "wind"}]
CLIP = {"type": "clip", "uri": "a.mp4", "trim": {"start_s": 1.0}}


@pytest.mark.parametrize(
    ("before", "after", "sentences"),
    [
        pytest.param(document("A."), document("A."), [], id="nothing"),
        pytest.param(document("A."), document("B."), ["scenes[0].narration changed"], id="a leaf"),
        pytest.param(
            document("A.", "B.", "C."),
            document("A.", "B.", "X.", "C."),
            ["scenes[2] added"],
            id="a scene in the middle",
        ),
        pytest.param(
            document("A.", "B.", "C."),
            document("B.", "C."),
            ["scenes[0] removed"],
            id="the first scene gone",
        ),
        pytest.param(
            document("A.", "B.", "C.", "D."),
            document("X.", "A.", "B.", "C2."),
            ["scenes[0] added", "scenes[3].narration changed", "scenes[3] removed"],
            id="numbers are those of the new document, of removed scenes those of the old",
        ),
        pytest.param(
            document("A."),
            {"scenes": [{"narration": "A.", "effects": EFFECTS}]},
            ["scenes[0].effects[0] added", "scenes[0].effects[1] added"],
            id="effects",
        ),
        pytest.param(
            {"scenes": [{"narration": "A.", "effects": EFFECTS}]},
            {"scenes": [{"narration": "A.", "effects": EFFECTS[:1]}]},
            ["scenes[0].effects[1] removed"],
            id="the last effect gone",
        ),
        pytest.param(
            {"scenes": [{"narration": "A.", "visual": CLIP}]},
            {"scenes": [{"narration": "A.", "visual": {"type": "color", "color": "#000000"}}]},
            ["scenes[0].visual changed"],
            id="another kind of visual is one difference",
        ),
        pytest.param(
            {"scenes": [{"narration": "A.", "visual": CLIP}]},
            {"scenes": [{"narration": "A.", "visual": {**CLIP, "trim": {"start_s": 2.0}}}]},
            ["scenes[0].visual.trim.start_s changed"],
            id="a field of a visual",
        ),
        pytest.param(
            document("A."),
            document("A.", captions={"sidecar": ["vtt"]}),
            ["captions.sidecar changed"],
            id="a list of values is one value",
        ),
        pytest.param(document("A."), document("A.", music=None), ["music changed"], id="no music"),
        pytest.param(
            document("A.", metadata={"by": "Ann"}),
            document("A.", metadata={"for": "Ben"}),
            ["metadata.by removed", "metadata.for added"],
            id="names that come and go",
        ),
        pytest.param(
            document(prompt="Tea."),
            document("A."),
            ["prompt changed", "scenes[0] added"],
            id="scenes instead of a prompt",
        ),
    ],
)
def test_differences_are_told_as_users_write_them(
    before: dict[str, Any], after: dict[str, Any], sentences: list[str]
) -> None:
    assert told(before, after) == sentences


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(
            document("A.", "B.", "C.", title="T", metadata={"by": "Ann"}),
            document("X.", "A.", "C2.", title="U", metadata={"for": "Ben"}),
            id="scenes and fields",
        ),
        pytest.param(
            {"scenes": [{"narration": "A.", "effects": EFFECTS}]},
            {"scenes": [{"narration": "A.", "effects": [{"query": "sea"}]}]},
            id="effects",
        ),
        pytest.param(document(prompt="Tea."), document("A.", "B."), id="scenes for a prompt"),
        pytest.param(document("A.", "B."), document(prompt="Tea."), id="a prompt for scenes"),
    ],
)
def test_all_differences_together_give_the_new_document(
    before: dict[str, Any], after: dict[str, Any]
) -> None:
    old, new = submission(before), submission(after)
    comparison = compare(old, new)

    assert comparison.with_only(comparison.changes).submission == new
    assert comparison.with_only(comparison.changes).slots == comparison.after.slots
    assert comparison.with_only(()).submission == old
    assert comparison.with_only(()).slots == comparison.before.slots


def test_one_difference_alone_is_applied_to_what_was_before() -> None:
    old, new = submission(document("A.", "B.")), submission(document("X.", "A.", "B2."))
    added, edited = compare(old, new).changes

    with_added = compare(old, new).with_only([added])
    with_edited = compare(old, new).with_only([edited])

    assert with_added == compare(old, submission(document("X.", "A.", "B."))).after
    assert with_edited.submission == submission(document("A.", "B2."))
    assert with_edited.slots == (1, 2)


def test_other_content_under_the_same_name_is_a_difference() -> None:
    given = {"scenes": [{"narration": "A.", "visual": {"type": "image", "uri": "a.jpg"}}]}
    before = submission(given, InputFile("media/1", "a.jpg", "image"))
    after = submission(given, InputFile("media/2", "a.jpg", "image"))

    comparison = compare(before, after)

    assert [change.told for change in comparison.changes] == ["the content of a.jpg changed"]
    assert comparison.with_only(comparison.changes).submission == after


def test_many_differences_are_told_by_what_they_have_in_common() -> None:
    def numbered(word: str, count: int) -> dict[str, Any]:
        scenes = [
            {"narration": f"{word} {n}.", "motion": "none" if word == "Two" else "auto"}
            for n in range(count)
        ]
        return {"scenes": scenes, "title": word}

    some = told(numbered("One", 30), numbered("Two", 30))
    many = told(numbered("One", MAX_CHANGES + 1), numbered("Two", MAX_CHANGES + 1))

    assert some == ["title changed", *(f"scenes[{n}] changed" for n in range(30))]
    assert many == ["title changed", "scenes changed"]
