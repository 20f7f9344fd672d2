"""The plan of a video that a model writes: data, read as strictly as what a user writes.

A plan says what is spoken, seen and heard. It has no field for anything else: what it says
beside that is a mistake, so that a prompt cannot choose settings, providers or addresses.
"""

from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, ValidationError, ValidationInfo, field_validator

from jobs.decode import decode_json, plain_tree
from jobs.errors import Charged, InvalidInput, ProviderUnusable
from jobs.mistakes import Mistake, mistakes_of
from jobs.model import Lax, Model, Prose, refusal
from jobs.text import is_blank, is_speakable

MOST_SCENES = 60  # what may be asked for at all: some ten minutes
MAX_NARRATION = 1200  # characters; a minute and a half, where seconds are asked for
MAX_VISUAL = 1500
MAX_EFFECTS = 3
# Mistakes that are told to who repairs the plan, and characters of each: they are paid for, too.
MOST_MISTAKES, LONGEST_MISTAKE = 20, 300
_WHOLE = "the plan"


def _left_out(value: Any) -> Any:
    return None if isinstance(value, str) and is_blank(value) else value


# Models fill in what may be left out with nothing: that is worth no second call.
_Blank = BeforeValidator(_left_out)
_NoList = BeforeValidator(lambda value: () if value is None else value)


class PlannedEffect(Model):
    """A sound in a scene."""

    query: Annotated[Prose, Field(max_length=200)]
    word: Annotated[Annotated[Prose, Field(max_length=60)] | None, _Blank] = None


class PlannedScene(Model):
    """What is said, seen and heard together."""

    narration: Annotated[Prose, Field(max_length=MAX_NARRATION)]
    visual: Annotated[Prose, Field(max_length=MAX_VISUAL)]
    music_mood: Annotated[Annotated[Prose, Field(max_length=200)] | None, _Blank] = None
    effects: Annotated[tuple[PlannedEffect, ...], _NoList, Lax, Field(max_length=MAX_EFFECTS)] = ()

    @field_validator("narration")
    @classmethod
    def _has_sound(cls, value: str) -> str:
        if not is_speakable(value):
            raise refusal("has nothing in it that can be spoken", "text with letters or digits")
        return value

    @field_validator("effects")
    @classmethod
    def _words_are_spoken(
        cls, effects: tuple[PlannedEffect, ...], info: ValidationInfo
    ) -> tuple[PlannedEffect, ...]:
        narration = info.data.get("narration", "").casefold()
        for index, effect in enumerate(effects):
            if narration and effect.word and effect.word.casefold().strip() not in narration:
                raise refusal(
                    "is not in the narration of this scene",
                    "a word of the narration, or leave it out",
                    at=f"[{index}]/word",
                )
        return effects


class Plan(Model):
    """The scenes, in order."""

    scenes: Annotated[tuple[PlannedScene, ...], Lax, Field(min_length=1)]

    @field_validator("scenes")
    @classmethod
    def _are_not_too_many(
        cls, scenes: tuple[PlannedScene, ...], info: ValidationInfo
    ) -> tuple[PlannedScene, ...]:
        most = (info.context or {}).get("most_scenes", MOST_SCENES)
        if len(scenes) > most:
            raise refusal(f"has {len(scenes)} scenes", f"at most {most} scenes")
        return scenes


@dataclass(frozen=True)
class Checked:
    """A plan, or what is wrong with it: sentences, and the places they are about."""

    plan: Plan | None
    mistakes: tuple[str, ...] = ()
    places: tuple[str, ...] = ()


def check_plan(text: str, most_scenes: int) -> Checked:
    """Reads a plan that a model wrote."""
    try:
        plain, found = plain_tree(decode_json(text, name=_WHOLE))
    except InvalidInput as error:
        return Checked(None, (error.message,), (_WHOLE,))
    if not isinstance(plain, dict):
        return Checked(None, ("The plan is no JSON object with scenes.",), (_WHOLE,))
    try:
        plan = Plan.model_validate(plain, context={"most_scenes": most_scenes})
    except ValidationError as error:
        described, _ = mistakes_of(error, plain, _fields())
        found += described
    else:
        if not found:
            return Checked(plan)
    told: tuple[Mistake, ...] = found[:MOST_MISTAKES]
    return Checked(
        None,
        tuple(mistake.message[:LONGEST_MISTAKE] for mistake in told),
        tuple(mistake.path or _WHOLE for mistake in told),
    )


def repaired_plan(text: str, most_scenes: int, provider: str) -> Plan:
    """The plan in the text of a repair, after which there is no other.

    Raises:
      ProviderUnusable: It is wrong again. Its message has places, not words, of the plan.
    """
    checked = check_plan(text, most_scenes)
    if checked.plan is None:
        raise ProviderUnusable(
            f"{provider} wrote a plan that cannot be used, and its repair has mistakes, too: "
            f"{', '.join(checked.places[:5])}",
            charged=Charged.YES,
            provider=provider,
        )
    return checked.plan


def scenes_of(plan: Plan) -> list[dict[str, Any]]:
    """The plan as scenes of a job document."""
    return [_scene(scene) for scene in plan.scenes]


def music_of(plan: Plan) -> str | None:
    """What music the plan wishes for, as a prompt of a job document; None: it does not say."""
    moods = dict.fromkeys(scene.music_mood for scene in plan.scenes if scene.music_mood)
    return ", ".join(moods)[:2000] or None


def response_schema() -> dict[str, Any]:
    """The plan as `responseSchema`: types, names and descriptions alone.

    Models refuse bounds of lists, texts and numbers, or say that there are too many states
    (googleapis/python-genai issue 660); `check_plan` knows them.
    """
    text = {"type": "STRING"}
    effect = _object(
        {
            "query": {**text, "description": "What the sound is, in English, in a few words."},
            "word": {**text, "description": "The word of the narration it begins with."},
        },
        required=("query",),
    )
    scene = _object(
        {
            "narration": {**text, "description": "What is said, in the language of the video."},
            "visual": {**text, "description": "What is seen, for a painter; in English."},
            "music_mood": {**text, "description": "Mood and instruments, in English."},
            "effects": {"type": "ARRAY", "items": effect},
        },
        required=("narration", "visual"),
    )
    return _object({"scenes": {"type": "ARRAY", "items": scene}}, required=("scenes",))


def _object(properties: dict[str, Any], required: tuple[str, ...]) -> dict[str, Any]:
    return {
        "type": "OBJECT",
        "properties": properties,
        "required": list(required),
        "propertyOrdering": list(properties),
    }


def _scene(scene: PlannedScene) -> dict[str, Any]:
    effects = [
        {"query": effect.query, **({"at": {"word": effect.word}} if effect.word else {})}
        for effect in scene.effects
    ]
    return {
        "narration": scene.narration,
        "visual": {"type": "prompt", "prompt": scene.visual},
        **({"effects": effects} if effects else {}),
    }


@cache
def _fields() -> dict[str, Any]:
    return Plan.model_json_schema()
