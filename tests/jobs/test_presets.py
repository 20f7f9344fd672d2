from fractions import Fraction
from typing import Any

import pytest

from jobs.document import job_from
from jobs.errors import InvalidInput

ONE_SCENE = {"scenes": [{"narration": "The sea."}]}


@pytest.mark.parametrize(
    ("preset", "size", "style", "quality", "transition", "longest_s", "review"),
    [
        pytest.param(
            "quick_social", (1080, 1920), "karaoke", "draft", ("cut", 0.0), 30, False, id="quick"
        ),
        pytest.param(
            "brand_campaign",
            (1920, 1080),
            "block",
            "standard",
            ("crossfade", 0.5),
            120,
            False,
            id="brand",
        ),
        pytest.param(
            "premium_spot",
            (1920, 1080),
            "block",
            "standard",
            ("crossfade", 0.8),
            180,
            True,
            id="premium",
        ),
    ],
)
def test_a_preset_fills_in_what_is_not_given(
    preset: str,
    size: tuple[int, int],
    style: str,
    quality: str,
    transition: tuple[str, float],
    longest_s: float,
    review: bool,
) -> None:
    job = job_from({**ONE_SCENE, "preset": preset})

    given = (job.scenes or ())[0].transition
    assert job.output.size == size
    assert job.output.frame_rate == Fraction(30)
    assert job.captions.style.value == style
    assert job.output.quality.value == quality
    assert (given.type.value, given.duration_s) == transition
    assert (job.max_duration_s, job.review) == (longest_s, review)


def test_what_the_document_says_wins_field_by_field() -> None:
    job = job_from(
        {
            "preset": "premium_spot",
            "output": {"fps": 25},
            "captions": {"burn_in": False, "style": "karaoke"},
            "scenes": [
                {"narration": "a", "transition": {"type": "wipe_left"}},
                {"narration": "b", "transition": {"duration_s": 2}},
                {"narration": "c", "transition": {"type": "cut"}},
                {"narration": "d", "transition": None},
            ],
        }
    )

    transitions = [(s.transition.type.value, s.transition.duration_s) for s in job.scenes or ()]
    assert job.output.frame_rate == 25
    assert job.output.quality.value == "standard"
    assert (job.captions.burn_in, job.captions.style.value) == (False, "karaoke")
    assert transitions == [("wipe_left", 0.8), ("crossfade", 2.0), ("cut", 0.0), ("crossfade", 0.8)]


@pytest.mark.parametrize(
    "document",
    [
        pytest.param({"prompt": "x", "output": []}, id="output"),
        pytest.param({"prompt": "x", "captions": 5}, id="captions"),
        pytest.param({"scenes": [7]}, id="scene"),
        pytest.param({"scenes": [{"narration": "x", "transition": "cut"}]}, id="transition"),
        pytest.param({"scenes": {"a": 1}}, id="scenes"),
    ],
)
def test_a_preset_does_not_hide_mistakes(document: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput) as without:
        job_from(document)
    with pytest.raises(InvalidInput) as with_preset:
        job_from({**document, "preset": "premium_spot"})

    assert with_preset.value.message == without.value.message
