"""A scene: what is said, what is seen, what is heard, and how it gives way to the next."""

import re
from enum import Enum
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from jobs.camera import Focus, Motion, Movement
from jobs.model import LanguageTag, Lax, Model, Prose, refusal
from jobs.sound import Voice
from jobs.text import is_speakable
from jobs.translations import SceneTranslations
from jobs.uri import MediaUri

MAX_NARRATION = 5000  # characters; what speech services accept in one request
MAX_EFFECTS = 20
MAX_SCENE_S = 600
MAX_CLIP_S = 86_400


class TransitionType(Enum):
    """How one scene gives way to the next."""

    CUT = "cut"
    CROSSFADE = "crossfade"
    FADE_BLACK = "fade_black"
    FADE_WHITE = "fade_white"
    WIPE_LEFT = "wipe_left"
    WIPE_RIGHT = "wipe_right"
    WIPE_UP = "wipe_up"
    WIPE_DOWN = "wipe_down"
    SLIDE_LEFT = "slide_left"
    SLIDE_RIGHT = "slide_right"


def _is_empty(value: object) -> bool:
    return not value


class Transition(Model):
    """How a scene gives way to the next one; unused in the last scene."""

    type: Annotated[TransitionType, Lax] = Field(description="The kind of transition.")
    duration_s: Annotated[float, Field(ge=0, le=3)] = Field(
        default=0.5,
        description="How long both scenes are seen, in seconds. A cut has no length: it reads 0.",
        validate_default=True,
    )

    @field_validator("duration_s")
    @classmethod
    def _cut_is_instant(cls, value: float, info: ValidationInfo) -> float:
        return 0.0 if info.data.get("type") is TransitionType.CUT else value


class Trim(Model):
    """Which part of a clip is shown."""

    start_s: Annotated[float, Field(ge=0, le=MAX_CLIP_S)] = Field(
        default=0.0, description="Where it begins, in seconds of the clip."
    )
    end_s: Annotated[float, Field(gt=0, le=MAX_CLIP_S)] | None = Field(
        default=None, description="Where it ends, in seconds of the clip; null for the clip's end."
    )

    @field_validator("end_s")
    @classmethod
    def _ends_after_start(cls, value: float | None, info: ValidationInfo) -> float | None:
        start_s = info.data.get("start_s", 0.0)
        if value is not None and value <= start_s:
            raise refusal("is not after start_s", f"a number greater than {start_s:g}")
        return value


def _color(color: str) -> str:
    if not re.fullmatch("#[0-9a-fA-F]{6}", color):
        raise refusal("is not a colour", "six hexadecimal digits after #, such as #1a2b3c")
    return color.lower()


class Fit(Enum):
    """How a picture of another shape fills the frame."""

    CROP = "crop"
    BLUR = "blur"
    LETTERBOX = "letterbox"


def _is_cropped(fit: object) -> bool:
    return fit is Fit.CROP


class Image(Model):
    """A picture of the user's."""

    type: Literal["image"] = Field(description="A still picture.")
    uri: MediaUri = Field(
        description="The picture: a path from the job file, or a gs:// or https:// address."
    )
    fit: Annotated[Fit, Lax] = Field(
        default=Fit.CROP,
        description="How a picture of another shape fills the frame: crop cuts off its edges; "
        "letterbox shows all of it on black, blur on a blurred copy of itself.",
        exclude_if=_is_cropped,
    )
    focus: Focus | None = Field(
        default=None,
        description="What stays in view, as shares of width and height of the whole picture, "
        "from its upper left. Looked for when left out, faces first.",
        exclude_if=_is_empty,
    )


class WhenShort(Enum):
    """What is seen of a clip that ends before its scene."""

    HOLD = "hold"
    LOOP = "loop"


def _is_held(when_short: object) -> bool:
    return when_short is WhenShort.HOLD


class Clip(Model):
    """A video clip of the user's, shown without its sound."""

    type: Literal["clip"] = Field(description="A video clip, without its sound.")
    uri: MediaUri = Field(
        description="The clip: a path from the job file, or a gs:// or https:// address."
    )
    trim: Trim | None = Field(default=None, description="Which part is shown; all of it when null.")
    fit: Annotated[Fit, Lax] = Field(
        default=Fit.CROP,
        description="How a clip of another shape fills the frame: crop cuts off its edges; "
        "letterbox shows all of it on black, blur on a blurred copy of itself.",
        exclude_if=_is_cropped,
    )
    focus: Focus | None = Field(
        default=None,
        description="What stays in view where the clip is cropped, as shares of its width and "
        "height, from its upper left; the middle when left out.",
        exclude_if=_is_empty,
    )
    when_short: Annotated[WhenShort, Lax] = Field(
        default=WhenShort.HOLD,
        description="What is seen when the scene lasts longer: hold the last frame, or loop.",
        exclude_if=_is_held,
    )


class Prompt(Model):
    """A picture that is made from a description."""

    type: Literal["prompt"] = Field(description="A picture made from a description.")
    prompt: Annotated[Prose, Field(max_length=MAX_NARRATION)] = Field(
        description="What is to be seen."
    )
    focus: Focus | None = Field(
        default=None,
        description="What stays in view, as of an image: for pictures that are known already.",
        exclude_if=_is_empty,
    )


class Title(Model):
    """Large text over a quiet background."""

    type: Literal["title"] = Field(description="Large text over a quiet background.")
    text: Annotated[Prose, Field(max_length=200)] = Field(description="The title.")
    subtitle: Annotated[Prose, Field(max_length=300)] | None = Field(
        default=None, description="Smaller text below it."
    )


class Color(Model):
    """One colour."""

    type: Literal["color"] = Field(description="One colour.")
    color: Annotated[
        str,
        AfterValidator(_color),
        Field(json_schema_extra={"pattern": "^#[0-9a-fA-F]{6}$", "examples": ["#1a2b3c"]}),
    ] = Field(description="The colour as #rrggbb.")


Visual = Annotated[Image | Clip | Prompt | Title | Color, Field(discriminator="type")]


class EffectTime(Model):
    """When an effect begins: `word` or `offset_s`, one of the two."""

    word: Annotated[Prose, Field(max_length=200)] | None = Field(
        default=None,
        description="The word of the narration it begins with; the first time it is spoken.",
    )
    offset_s: Annotated[float, Field(ge=0, le=600)] | None = Field(
        default=None, description="Seconds from the start of the scene.", validate_default=True
    )

    @field_validator("offset_s")
    @classmethod
    def _is_one_of_two(cls, value: float | None, info: ValidationInfo) -> float | None:
        has_word = "word" not in info.data or info.data["word"] is not None
        if has_word == (value is not None):
            problem = "has both word and offset_s" if has_word else "has neither word nor offset_s"
            raise refusal(problem, 'one of the two, such as {"word": "sea"}', at="..")
        return value


class Effect(Model):
    """A sound in a scene."""

    query: Annotated[Prose, Field(max_length=500)] = Field(
        description="What it sounds like: ocean waves, door creaks, applause."
    )
    at: EffectTime | None = Field(
        default=None, description="When it begins; at the start of the scene when left out."
    )
    gain_db: Annotated[float, Field(ge=-60, le=12)] = Field(
        default=-8.0, description="Level against the voice, in dB."
    )


class Scene(Model):
    """One scene: it lasts as long as its narration, or `duration_s` if that is longer."""

    narration: Annotated[Prose, Field(max_length=MAX_NARRATION)] | None = Field(
        default=None,
        description="What is said. A scene without narration needs duration_s and a visual.",
    )
    language: LanguageTag | None = Field(
        default=None, description="Language of this narration, where it is not that of the job."
    )
    voice: Voice | None = Field(
        default=None,
        description="Another voice for this scene. Fields that are left out are those of the job's "
        "voice; voice_id only while the provider is the same.",
    )
    visual: Visual | None = Field(
        default=None, description="What is seen. Made from the narration when left out."
    )
    motion: Movement = Field(
        default=Motion.AUTO,
        description="How the camera moves over a still picture: a name, or from where to where.",
    )
    effects: Annotated[tuple[Effect, ...], Lax, Field(max_length=MAX_EFFECTS)] = Field(
        default=(), description="Sounds in this scene."
    )
    transition: Transition = Field(
        default=Transition(type=TransitionType.CUT),
        description="How this scene gives way to the next: a cut, or what the preset says.",
    )
    duration_s: Annotated[float, Field(ge=0.1, le=MAX_SCENE_S)] | None = Field(
        default=None,
        description="The least length of the scene, in seconds.",
        validate_default=True,
    )
    chapter: Annotated[Prose, Field(max_length=200)] | None = Field(
        default=None,
        description="Name of the chapter that begins here. A title begins one without that, of its "
        "own text.",
        exclude_if=_is_empty,
    )
    translations: SceneTranslations = Field(
        default={},
        description="Its texts in the languages of variants.",
        exclude_if=_is_empty,
    )

    @field_validator("transition", mode="before")
    @classmethod
    def _null_is_a_cut(cls, value: Any) -> Any:
        return {"type": "cut"} if value is None else value

    @field_validator("narration")
    @classmethod
    def _has_sound(cls, value: str | None) -> str | None:
        if value is not None and not is_speakable(value):
            raise refusal("has nothing in it that can be spoken", "text with letters or digits")
        return value

    @field_validator("effects")
    @classmethod
    def _words_are_spoken(
        cls, effects: tuple[Effect, ...], info: ValidationInfo
    ) -> tuple[Effect, ...]:
        narration = info.data.get("narration") or ""
        if "narration" not in info.data:
            return effects
        for index, effect in enumerate(effects):
            word = effect.at.word if effect.at else None
            if word is not None and word.casefold().strip() not in narration.casefold():
                raise refusal(
                    "is not in the narration of this scene",
                    "a word of the narration, or offset_s instead",
                    at=f"[{index}]/at/word",
                )
        return effects

    @field_validator("duration_s")
    @classmethod
    def _has_length_and_picture(cls, value: float | None, info: ValidationInfo) -> float | None:
        if info.data.get("narration", "") is not None:
            return value
        if value is None:
            raise refusal("is missing", "text that is spoken, or duration_s", at="../narration")
        if info.data.get("visual", "") is None:
            raise refusal(
                "is missing, and there is no narration to make a picture from",
                'an object such as {"type": "title", "text": "The end"}',
                at="../visual",
            )
        return value

    @property
    def effective_visual(self) -> Image | Clip | Prompt | Title | Color:
        """What is seen: the visual, or a picture made from the narration."""
        return self.visual or Prompt(type="prompt", prompt=self.narration or "")

    @property
    def effective_chapter(self) -> str | None:
        """Name of the chapter that begins here, if one does."""
        return self.chapter or (self.visual.text if isinstance(self.visual, Title) else None)
