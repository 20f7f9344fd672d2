"""Intro and outro of a brand, as the first and the last scene of what is made."""

from collections.abc import Mapping
from typing import Any

from jobs.brand import Bookend, Brand
from jobs.camera import Motion
from jobs.scene import Clip, Image, Scene, Transition, TransitionType, WhenShort

PICTURE_S = 3.0  # how long a picture is seen
CLIP_S = 5.0  # of a clip that nobody has opened yet
_TRANSITION = Transition(type=TransitionType.CROSSFADE, duration_s=0.5)


def with_bookends(scenes: tuple[Scene, ...], brand: Brand | None) -> tuple[Scene, ...]:
    """Scenes with intro and outro around them."""
    first, last = (_scenes(one) for one in ((brand.intro, brand.outro) if brand else (None, None)))
    return (*first, *scenes, *last)


def leading(brand: Brand | None) -> int:
    """How many scenes stand before the first of the document."""
    return 1 if brand and brand.intro else 0


def scene_place(brand: Brand | None, scenes: int, index: int) -> str:
    """Where the document says what a scene is: `scenes[2]`, `brand.intro`.

    Args:
      scenes: How many there are with intro and outro; `index` is among these.
    """
    if index < leading(brand):
        return "brand.intro"
    if brand and brand.outro and index == scenes - 1:
        return "brand.outro"
    return f"scenes[{index - leading(brand)}]"


def visual_place(brand: Brand | None, scenes: int, index: int) -> str:
    """Where the document says what is seen in a scene: `scenes[2].visual`, `brand.intro`."""
    place = scene_place(brand, scenes, index)
    return f"{place}.visual" if place.startswith("scenes") else place


def clip_s(facts: Mapping[str, Any] | None) -> float:
    """How long a clip is seen: all of it; some seconds while nobody has opened it.

    Args:
      facts: What was found out about it.
    """
    length_s = float((facts or {}).get("length_s", 0.0))
    return length_s if length_s > 0 else CLIP_S


def _scenes(visual: Bookend | None) -> tuple[Scene, ...]:
    if visual is None:
        return ()
    if isinstance(visual, Clip):
        # It lasts as long as its scene but for a part of a frame, which is no time to begin anew.
        visual = visual.model_copy(update={"when_short": WhenShort.HOLD})
    # Not validated: a clip lasts as long as it is, which a scene of a document cannot say.
    scene = Scene.model_construct(
        visual=visual,
        motion=Motion.NONE,
        transition=_TRANSITION,
        duration_s=PICTURE_S if isinstance(visual, Image) else None,
    )
    return (scene,)
