from typing import Any

import pytest

from jobs.document import job_from
from jobs.errors import InvalidInput
from jobs.reprocessing import Change, Measure, Request, Selection
from jobs.stages import Stage
from jobs.states import Status
from jobs.submission import InputFile, Submission
from jobs.wire import from_json, to_json

PICTURE = InputFile("media/ab/abcd.png", "pictures/tide.png", "image")


def before(*inputs: InputFile, **fields: Any) -> Submission:
    document = {"scenes": [{"narration": "One."}], "music": {"gain_db": -12}, **fields}
    return Submission(job_from(document).model_dump(mode="json"), inputs)


def picture(uri: str) -> dict[str, Any]:
    """A patch: one scene with that picture."""
    return {"scenes": [{"duration_s": 2, "visual": {"type": "image", "uri": uri}}]}


def test_nothing_asked_for_is_the_same_again() -> None:
    given = before(PICTURE, title="Tides")

    assert Change().submission(given, "job-1") == given


def test_the_patch_of_a_job_comes_after_that_for_all_and_sets_come_last() -> None:
    change = Change(
        sets=("music.gain_db=-18",),
        patch={"title": "All", "language": "de", "music": {"gain_db": -1}},
    )

    after = change.submission(before(), "job-1", {"title": "Own", "music": {"gain_db": -2}})

    assert after.document["title"] == "Own"
    assert after.document["language"] == "de"
    assert after.document["music"]["gain_db"] == -18


def test_null_takes_the_default() -> None:
    after = Change(patch={"language": None}).submission(before(language="de"), "job-1")

    assert after.document["language"] == "en"


def test_what_a_document_of_before_does_not_say_takes_its_default() -> None:
    given = before()
    older = {name: value for name, value in given.document.items() if name != "rights"}

    assert Change().submission(Submission(older), "job-1").document == given.document


@pytest.mark.parametrize(
    ("patch", "told"),
    [
        pytest.param({"music": {"gain_db": "loud"}}, "music.gain_db", id="a wrong value"),
        pytest.param({"scenes": None}, "neither prompt nor scenes", id="something is missing"),
        pytest.param({"colour": "red"}, "colour", id="a field that is not known"),
        pytest.param({"preset": "quick_social"}, "preset: it fills in", id="a preset"),
        pytest.param(
            picture("elsewhere.png"),
            r"scenes\[0\].visual.uri: elsewhere.png is not among the files",
            id="a file of this machine",
        ),
        pytest.param(
            picture("upload://up-1"),
            "not among the files", id="an upload of somebody",
        ),
        pytest.param(
            picture("blob:media/ab/abcd.png"),
            "not read", id="something in our store",
        ),
    ],
)  # fmt: skip
def test_what_is_no_job_afterwards_is_refused_by_name(patch: dict[str, Any], told: str) -> None:
    with pytest.raises(InvalidInput, match=f"(?s)job-1.*{told}"):
        Change(patch=patch).submission(before(), "job-1")


@pytest.mark.parametrize(
    "uri", ["pictures/tide.png", "https://example.com/tide.png", "gs://tides/tide.png"]
)
def test_files_that_the_job_has_and_addresses_are_taken(uri: str) -> None:
    change = Change(patch=picture(uri))

    after = change.submission(before(PICTURE), "job-1")

    assert after.document["scenes"][0]["visual"]["uri"] == uri
    assert after.inputs == (PICTURE,)


def test_stages_that_are_forced_take_with_them_what_is_made_from_them() -> None:
    takes = Change(force=(Stage.VOICE,)).takes({"music": 2}, 3)

    assert takes == {"music": 2, "voice": 3, "render": 3, "mix": 3, "finish": 3, "format": 3}


def test_only_takes_nothing_with_it() -> None:
    assert Change(only=(Stage.RENDER,)).takes({"render": 2, "voice": 1}, 3) == {
        "render": 3,
        "voice": 1,
    }


def test_a_request_comes_back_from_the_ledger_as_it_was() -> None:
    request = Request(
        Selection(
            ("job-1",), Status.DONE, 1.0, 2.0, "quick_social", "elevenlabs", "v3", Stage.MUSIC,
            (Measure("lufs", "<", -20.0),), is_stale=True,
        ),
        Change(("a=1",), {"music": None}, (Stage.VOICE,), (Stage.RENDER,)),
        "acme", "0" * 64, 2.5,
    )  # fmt: skip

    assert from_json(Request, to_json(request)) == request
