from typing import Any

import pytest

from jobs.document import Job, job_from
from jobs.stages import Stage
from media.cues import Cue, CueWord
from storage.artefacts import Origin, Record
from transforms.edit import Edit, EditChunk, EditScene
from transforms.findings import findings

CALM: dict[str, Any] = {"black": [], "frozen": [], "flashing": []}


def told(
    quality: dict[str, Any] | None = None,
    *,
    chunk: dict[str, Any] | None = None,
    cues: tuple[Cue, ...] = (),
    mix: dict[str, Any] | None = None,
    motion: str | dict[str, Any] = "zoom_in",
    second: dict[str, Any] | None = None,
    transition: int = 0,
) -> list[str]:
    """What is said of a video of two scenes of 4 s at 25 frames a second."""
    scene = {"narration": "One.", "visual": {"type": "image", "uri": "a.jpg"}, "motion": motion}
    job: Job = job_from({"scenes": [scene, {**scene, **(second or {})}]})
    scenes = (EditScene(0, 100 + transition, "One.", cues), EditScene(100, 200, "Two.", ()))
    chunks = (EditChunk("render/0", 0, 0, 100), EditChunk("render/1", 1, 1, 100))
    edit = Edit("", (25, 1), 200, 384_000, scenes, chunks, (), ())
    rendered = {
        "render/0": record({}),
        "render/1": record(chunk or {}),
        "mix/000": record({"note": "", **(mix or {})}),
    }
    finish = record({"quality": {**CALM, **(quality or {})}})
    return [problem.message for problem in findings(job, edit, rendered, finish)]


def record(facts: dict[str, Any]) -> Record:
    return Record(Stage.RENDER, 1, "key", Origin("aiprod"), {}, facts)


def seen(*edges: float | None) -> list[dict[str, Any]]:
    """Frames that were looked at every half second."""
    return [
        {"frame": 12 * number, "sharpness": 9.0, "is_visible": True, "edges": one}
        for number, one in enumerate(edges)
    ]


def stand_on(*frames: int) -> list[dict[str, Any]]:
    return [{"frame": frame, "first": "the title", "second": "the logo"} for frame in frames]


def cue(start: int, end: int, text: str) -> Cue:
    return Cue(start, end, ((CueWord(text, start, end),),))


def test_of_a_faultless_video_nothing_is_told() -> None:
    assert told(cues=(cue(0, 50, "One."), cue(52, 90, "and two"))) == []


@pytest.mark.parametrize(
    ("given", "says"),
    [
        pytest.param(
            {"quality": {"black": [{"start_s": 1.0, "end_s": 2.5}]}},
            "a black picture from 1.0 to 2.5 s",
            id="black",
        ),
        pytest.param(
            {"quality": {"frozen": [{"start_s": 0.5, "end_s": 3.0}]}},
            "a picture that stands still from 0.5 to 3.0 s",
            id="frozen",
        ),
        pytest.param(
            {"quality": {"flashing": [{"start_s": 5.0, "end_s": 6.0}]}},
            "more than three flashes a second from 5.0 to 6.0 s, a hazard",
            id="flashing",
        ),
        pytest.param(
            {"chunk": {"softened": [{"start_s": 1.0, "end_s": 2.0}]}},
            "more than three flashes a second from 5.0 to 6.0 s, which were softened",
            id="softened, told at its time in the video",
        ),
        pytest.param(
            {"chunk": {"missing_glyphs": ["\ue001"]}}, "no installed font has \ue001 (U+E001)",
            id="missing glyph",
        ),
        pytest.param(
            {"cues": (cue(25, 50, "far too many letters to be read"),)},
            "a caption at 1.0 s is read at 31 characters a second, en at 20 at most",
            id="too fast",
        ),
        pytest.param(
            {"cues": (cue(0, 50, "One"), cue(40, 90, "two"))},
            "two captions stand on each other at 1.6 s",
            id="collision",
        ),
        pytest.param(
            {"chunk": {"glimpses": seen(1.2, 0.6, 0.6, 0.6, 1.2)}},
            "a blurred picture from 4.5 to 5.9 s",
            id="blurred",
        ),
        pytest.param(
            {"chunk": {"collisions": stand_on(12, 24, 36)}},
            "the title and the logo stand on each other from 4.5 to 5.9 s",
            id="text on the logo",
        ),
        pytest.param(
            {"mix": {"note": "true peak -0.7 dBTP"}}, "true peak -0.7 dBTP", id="loudness"
        ),
        pytest.param(
            {"mix": {"clipped": [{"start_s": 1.25, "end_s": 2.0}]}},
            "a voice is clipped from 1.2 to 2.0 s",
            id="clipped",
        ),
        pytest.param(
            {"mix": {"silent": [{"start_s": 3.0, "end_s": 5.5}]}},
            "silence from 3.0 to 5.5 s, where something was to be heard",
            id="silent",
        ),
    ],
)  # fmt: skip
def test_what_is_wanting_is_told_with_its_time(given: dict[str, Any], says: str) -> None:
    (found,) = told(**given)

    assert says in found


@pytest.mark.parametrize(
    ("given", "count"),
    [
        pytest.param({"motion": "none"}, 0, id="a picture without motion"),
        pytest.param({"motion": {"end": {"zoom": 1}}}, 0, id="from a view to the same"),
        pytest.param({"motion": {"end": {"zoom": 2}}}, 1, id="from a view to another"),
        pytest.param({"second": {"motion": "none"}}, 1, id="one of two scenes moves"),
    ],
)
def test_a_scene_that_was_to_stand_still_may(given: dict[str, Any], count: int) -> None:
    still = {"frozen": [{"start_s": 1.0, "end_s": 7.0}]}

    assert len(told(still, **given)) == count


def test_what_is_blurred_by_a_transition_is_not_told() -> None:
    glimpses = seen(0.6, 0.6, 0.6, 0.6, 1.2)

    assert told(chunk={"glimpses": glimpses}, transition=40) == []
    assert told(chunk={"glimpses": glimpses}, transition=10) != []


@pytest.mark.parametrize(
    "edges",
    [
        pytest.param((0.6, 0.6, 1.2, 0.6, 0.6), id="shorter than a second"),
        pytest.param((0.6, 0.6, None, 0.6, 0.6), id="without an edge"),
    ],
)
def test_what_is_blurred_for_a_moment_is_not_told(edges: tuple[float | None, ...]) -> None:
    assert told(chunk={"glimpses": seen(*edges)}) == []


def test_a_chunk_of_before_that_knows_no_edges_is_not_told() -> None:
    glimpses = [{"frame": 12 * n, "sharpness": 1.0, "is_visible": True} for n in range(8)]

    assert told(chunk={"glimpses": glimpses}) == []


def test_two_collisions_at_different_times_are_told_each() -> None:
    found = told(chunk={"collisions": stand_on(0, 60)})

    assert [text.partition("other ")[2] for text in found] == [
        "from 4.0 to 4.5 s",
        "from 6.4 to 6.9 s",
    ]
