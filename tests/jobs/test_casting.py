import pytest

from jobs.casting import LOCAL_CHOICES, Casting, Choice, Clearance
from jobs.stages import Stage

FIRST, NAMED = Choice("first"), Choice("named", is_automatic=False)
VOICES = Casting({Stage.VOICE: (FIRST, NAMED, *LOCAL_CHOICES[Stage.VOICE])})


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        pytest.param("auto", ["first", "espeak"], id="in order, without who has to be named"),
        pytest.param("named", ["named"], id="named"),
        pytest.param("espeak", ["espeak"], id="the local one"),
        pytest.param("unknown", [], id="not configured"),
    ],
)
def test_who_is_asked(asked: str, found: list[str]) -> None:
    assert [choice.provider for choice in VOICES.of(Stage.VOICE, asked)] == found


def test_only_what_a_provider_needs_decides_about_its_key() -> None:
    choice = Choice("elevenlabs", "eleven_v3", ("text",), {"voice": "A"})

    assert choice.params({"text": "Hi.", "speed": 1.0}) == {
        "text": "Hi.",
        "voice": "A",
        "provider": "elevenlabs",
        "model": "eleven_v3",
        "clearance": "clear",
    }


def test_what_was_made_under_other_rights_is_another_thing() -> None:
    params = [Choice("piper", "amy", clearance=one).params({}) for one in Clearance]

    assert len({one["clearance"] for one in params}) == len(Clearance)


@pytest.mark.parametrize(
    ("clearance", "is_commercial", "is_verified_only", "said"),
    [
        (Clearance.CLEAR, True, True, None),
        (Clearance.PERSONAL, False, True, None),
        (Clearance.PERSONAL, True, False, "may not be used commercially"),
        (Clearance.UNVERIFIED, True, False, None),
        (Clearance.UNVERIFIED, False, True, "are not verified"),
    ],
)
def test_what_may_be_used_depends_on_the_job(
    clearance: Clearance, is_commercial: bool, is_verified_only: bool, said: str | None
) -> None:
    refusal = Choice("suno", clearance=clearance).refusal(
        is_commercial=is_commercial, is_verified_only=is_verified_only
    )

    assert (said is None) == (refusal is None)
    assert said is None or said in (refusal or "")
