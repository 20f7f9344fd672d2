"""A scene: what is said, what is seen, what is heard, and how it gives way to the next."""

from enum import Enum
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationInfo, field_validator

from jobs.camera import Focus, Motion, Movement
from jobs.colors import HexColor
from jobs.lower_third import LowerThird
from jobs.model import LanguageTag, Lax, Model, Prose, refusal
from jobs.recording import Recording, located, spoken_text
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
    DISSOLVE = "dissolve"
    BLUR = "blur"
    WIPE_LEFT = "wipe_left"
    WIPE_RIGHT = "wipe_right"
    WIPE_UP = "wipe_up"
    WIPE_DOWN = "wipe_down"
    SLIDE_LEFT = "slide_left"
    SLIDE_RIGHT = "slide_right"
    SLIDE_UP = "slide_up"
    SLIDE_DOWN = "slide_down"
    COVER_LEFT = "cover_left"
    COVER_RIGHT = "cover_right"
    COVER_UP = "cover_up"
    COVER_DOWN = "cover_down"
    CIRCLE_OPEN = "circle_open"
    CIRCLE_CLOSE = "circle_close"


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


class ClipSound(Enum):
    """What becomes of the sound of a clip."""

    DROP = "drop"
    KEEP = "keep"
    DUCK = "duck"


def _is_drop(value: object) -> bool:
    return value is ClipSound.DROP


def _is_zero(value: object) -> bool:
    return value == 0.0


class Clip(Model):
    """A video clip of the user's."""

    type: Literal["clip"] = Field(description="A video clip.")
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
    sound: Annotated[ClipSound, Lax] = Field(
        default=ClipSound.DROP,
        description="What becomes of its sound: drop it; keep it, and the music steps back for it; "
        "or duck it, so that it steps back for the voice as the music does.",
        exclude_if=_is_drop,
    )
    sound_gain_db: Annotated[float, Field(ge=-60, le=12)] = Field(
        default=0.0,
        description="Level of its sound against the voice, in dB.",
        exclude_if=_is_zero,
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
    color: HexColor = Field(description="The colour as #rrggbb.")


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

    query: Annotated[Prose, Field(max_length=500)] | None = Field(
        default=None, description="What it sounds like: ocean waves, door creaks, applause."
    )
    uri: MediaUri | None = Field(
        default=None,
        description="A sound of yours in place of query: a path from the job file, or a gs:// or "
        "https:// address.",
        validate_default=True,
        exclude_if=_is_empty,
    )
    at: EffectTime | None = Field(
        default=None, description="When it begins; at the start of the scene when left out."
    )
    gain_db: Annotated[float, Field(ge=-60, le=12)] = Field(
        default=-8.0, description="Level against the voice, in dB."
    )

    @field_validator("uri")
    @classmethod
    def _is_one_of_two(cls, value: str | None, info: ValidationInfo) -> str | None:
        has_query = "query" not in info.data or info.data["query"] is not None
        if has_query and value is not None:
            raise refusal("has both query and uri", "one of the two", at="..")
        if not has_query and value is None:
            raise refusal(
                "has neither query nor uri", 'one of the two, such as {"query": "rain"}', at=".."
            )
        return value

    @property
    def name(self) -> str:
        """What it is called in messages."""
        return self.query or self.uri or ""


class Scene(Model):
    """One scene: it lasts as long as its narration, or `duration_s` if that is longer."""

    narration: Annotated[Prose, Field(max_length=MAX_NARRATION)] | None = Field(
        default=None,
        description="What is said. A scene without narration needs duration_s and a visual.",
    )
    narration_audio: Recording | None = Field(
        default=None,
        description="A recording of the narration, heard instead of a synthesized voice.",
        exclude_if=_is_empty,
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
    lower_third: LowerThird | None = Field(
        default=None,
        description="Who is seen: a name and a role in a bar, for some seconds.",
        exclude_if=_is_empty,
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

    @field_validator("narration_audio")
    @classmethod
    def _says_the_narration(cls, value: Recording | None, info: ValidationInfo) -> Recording | None:
        narration = info.data.get("narration")
        if value and value.words and narration is not None:
            try:
                located(value.words, narration)
            except LookupError as error:
                (number,) = error.args
                raise refusal(
                    "is not in the narration of this scene behind the word before it",
                    "the words as the narration has them, or no narration",
                    at=f"words/[{number}]/text",
                ) from None
        return value

    @field_validator("effects")
    @classmethod
    def _words_are_spoken(
        cls, effects: tuple[Effect, ...], info: ValidationInfo
    ) -> tuple[Effect, ...]:
        recording = info.data.get("narration_audio")
        if not {"narration", "narration_audio"} <= set(info.data):
            return effects
        if recording and recording.captions:
            return effects  # which words it has is known when it is read
        narration = spoken_text(info.data["narration"], recording) or ""
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
        if value is None and info.data.get("narration_audio", "") is None:
            raise refusal("is missing", "text that is spoken, or duration_s", at="../narration")
        if info.data.get("visual", "") is None:
            raise refusal(
                "is missing, and there is no narration to make a picture from",
                'an object such as {"type": "title", "text": "The end"}',
                at="../visual",
            )
        return value

    @property
    def spoken_text(self) -> str | None:
        """What is said, as far as the document tells: captions of a recording are in a file."""
        return spoken_text(self.narration, self.narration_audio)

    @property
    def is_spoken(self) -> bool:
        """Whether anybody speaks in it, even where what is said is told by a file."""
        return bool(self.narration or self.narration_audio)

    @property
    def effective_visual(self) -> Image | Clip | Prompt | Title | Color:
        """What is seen: the visual, or a picture made from the narration."""
        return self.visual or Prompt(type="prompt", prompt=self.narration or "")

    @property
    def effective_chapter(self) -> str | None:
        """Name of the chapter that begins here, if one does."""
        return self.chapter or (self.visual.text if isinstance(self.visual, Title) else None)
