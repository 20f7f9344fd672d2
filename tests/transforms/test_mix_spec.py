from fractions import Fraction
from typing import Any

import pytest

from jobs.document import job_from
from jobs.stages import Stage
from media.timeline import SceneLength, lay_out
from storage.artefacts import Origin, Record
from transforms.mix_spec import ClipSpec, MixSpec, mix_spec
from transforms.takes import Takes

# Two scenes of 2 s; the first gives way to the second in half a second.
SCENES = [SceneLength(0, 2.0, "crossfade", 0.5), SceneLength(0, 2.0, "cut", 0.0)]
TIMELINE = lay_out(SCENES, Fraction(30))


def placed(scene: int, offset_s: float, *, loop: bool = False) -> tuple[list[int], list[str]]:
    """First samples of the clips in a mix with one effect, and what could not be placed."""
    silent: dict[str, Any] = {"visual": {"type": "color", "color": "#204060"}, "duration_s": 2}
    scenes = [dict(silent), dict(silent)]
    scenes[scene]["effects"] = [{"query": "rain", "at": {"offset_s": offset_s}}]
    facts = {"samples": 480_000 if loop else 24_000, "loop": loop}
    made = Record(Stage.EFFECT, 1, "k", Origin("local"), {"audio": "media/rain.wav"}, facts)
    takes = Takes((), {f"effect/{scene:03}.00": made})

    spec, notes = mix_spec(job_from({"scenes": scenes}), TIMELINE, takes, [(), ()], "")

    return [clip.start for clip in spec.effects], [note.message for note in notes]


@pytest.mark.parametrize("loop", [False, True], ids=["once", "loop"])
@pytest.mark.parametrize(
    ("scene", "offset_s"),
    [
        pytest.param(0, 2.0, id="at its scene's end, in the next scene"),
        pytest.param(0, 3.4, id="in the next scene"),
        pytest.param(1, 2.0, id="at the video's end"),
        pytest.param(1, 600.0, id="behind the video's end"),
    ],
)
def test_an_effect_behind_its_scene_is_left_out_and_told(
    scene: int, offset_s: float, loop: bool
) -> None:
    starts, notes = placed(scene, offset_s, loop=loop)

    assert starts == []
    assert notes == [
        f"scenes[{scene}].effects[0].at.offset_s: {offset_s:g} s lies at or behind the scene's end "
        "(the scene lasts 2 s), so the effect 'rain' was left out"
    ]


@pytest.mark.parametrize(
    ("scene", "offset_s", "start"),
    [
        pytest.param(0, 1.9, 91_200, id="in the transition"),
        pytest.param(1, 0.0, 72_000, id="at the start of the second scene"),
    ],
)
def test_an_effect_begins_at_its_offset(scene: int, offset_s: float, start: int) -> None:
    assert placed(scene, offset_s) == ([start], [])


def clip_sound(samples: int = 96_000, **fields: Any) -> tuple[MixSpec, list[str]]:
    """The mix of two scenes of 2 s, the second of which shows a clip of 1 s."""
    clip = {"type": "clip", "uri": "a.mp4", **fields}
    scenes = [
        {"visual": {"type": "color", "color": "#204060"}, "duration_s": 2},
        {"visual": clip, "duration_s": 2},
    ]
    seen = {"length_s": 1.0, "start_s": 0.0, "blob": "media/a.mp4"}
    sound = {"samples": samples, "loop": False, "level_db": -3.0}
    takes = Takes(
        (),
        {
            "visual/001": Record(Stage.VISUAL, 1, "k", Origin("user"), {}, seen),
            "effect/001.20": Record(
                Stage.EFFECT, 1, "k", Origin("user"), {"audio": "media/a.wav"}, sound
            ),
        },
    )
    job = job_from({"scenes": scenes, "music": None})
    spec, notes = mix_spec(job, TIMELINE, takes, [(), ()], "")
    return spec, [note.message for note in notes]


def test_the_sound_of_a_clip_is_as_long_as_its_picture() -> None:
    spec, notes = clip_sound(sound="keep", sound_gain_db=-2)

    # It is seen from 1.5 s on; the crossfade takes half a second.
    assert spec.effects == (
        ClipSpec("media/a.wav", 72_000, -5.0, 48_000, fade_in_ms=500.0, fade_out_ms=10.0),
    )
    assert spec.speech == ((72_000, 120_000),)
    assert (spec.ducking_db, notes) == (0.0, [])


def test_the_sound_of_a_clip_is_repeated_as_its_picture_is() -> None:
    spec, _ = clip_sound(sound="duck", when_short="loop")

    assert [(clip.start, clip.length, clip.ducks) for clip in spec.effects] == [
        (72_000, 48_000, True),
        (120_000, 48_000, True),
    ]
    assert [clip.fade_in_ms for clip in spec.effects] == [500.0, 10.0]
    assert (spec.speech, spec.ducking_db) == ((), 10.0)


def test_a_clip_without_sound_is_noted() -> None:
    spec, notes = clip_sound(0, sound="keep")

    assert (spec.effects, spec.speech) == ((), ())
    assert notes == ["scenes[1].visual.sound: the clip has no sound, so none is heard"]


def test_the_sound_of_a_clip_is_dropped_unless_it_is_asked_for() -> None:
    assert clip_sound()[0].effects == ()
