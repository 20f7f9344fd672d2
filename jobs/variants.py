"""One job, many outputs: the languages, shapes and presets that one job is made in.

    languages   fr       ar                 a video for each pair, in one run:
    shapes      16:9     9:16               fr-16x9, fr-9x16, ar-16x9, ar-9x16

A variant is a job document of its own, without variants. What several of them need is made once,
because it has the same key.
"""

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Annotated, Any

from pydantic import Field, ValidationInfo, WrapValidator, field_validator

from jobs.mistakes import Mistake, shown
from jobs.model import LanguageTag, Lax, Model, Once, Unique, refusal
from jobs.output import AspectRatio
from jobs.presets import Preset
from jobs.sound import Voice
from jobs.translations import each_once

MAX_VARIANTS = 24
Document = dict[str, Any]

_Some = Field(min_length=1, max_length=MAX_VARIANTS)


class Variants(Model):
    """Every combination of these is made; what is null is as in the job itself."""

    languages: Annotated[tuple[LanguageTag, ...], Lax, _Some, Unique, Once] | None = Field(
        default=None,
        description="Languages, with texts from `translations`. The job's own is made, too, when "
        "it is among them.",
    )
    aspect_ratios: (
        Annotated[tuple[Annotated[AspectRatio, Lax], ...], Lax, _Some, Unique, Once] | None
    ) = Field(default=None, description="Shapes of the picture.")
    presets: Annotated[tuple[Annotated[Preset, Lax], ...], Lax, _Some, Unique, Once] | None = Field(
        default=None,
        description="Presets, each of which fills in what the document does not say.",
        validate_default=True,
    )
    voices: Annotated[dict[LanguageTag, Voice], WrapValidator(each_once)] = Field(
        default={}, description="Who speaks a language, where it is not the job's voice."
    )

    @field_validator("presets")
    @classmethod
    def _are_some_and_not_too_many(
        cls, presets: tuple[Preset, ...] | None, info: ValidationInfo
    ) -> tuple[Preset, ...] | None:
        given = [info.data.get("languages"), info.data.get("aspect_ratios"), presets]
        count = 1
        for values in given:
            count *= len(values or (None,))
        if count > MAX_VARIANTS:
            raise refusal(f"are {count} videos", f"at most {MAX_VARIANTS} combinations", at="..")
        is_whole = {"languages", "aspect_ratios"} <= set(info.data)
        if is_whole and not any(given):
            raise refusal("names nothing to vary", "languages, aspect_ratios or presets", at="..")
        return presets


def expand(document: Document) -> Iterator[tuple[str, Document]]:
    """The variants of a valid document, in order: name, and a document without variants.

    Names are made of what is varied, in this order: `fr-quick_social-9x16`. A document without
    variants is its own, without a name. What of its texts is not translated keeps its language.
    """
    asked = document.get("variants")
    if asked is None:
        yield "", document
        return
    languages, ratios, presets = (
        asked.get(name) or (None,) for name in ("languages", "aspect_ratios", "presets")
    )
    for language, preset, ratio in product(languages, presets, ratios):
        made = {name: value for name, value in document.items() if name not in _OF_THE_WHOLE}
        if document.get("scenes"):
            made["scenes"] = [_untranslated(scene) for scene in document["scenes"]]
        if language:
            made = _in_language(made, document, language)
        if preset:
            made["preset"] = preset
        if ratio:
            made["output"] = {**document.get("output", {}), "aspect_ratio": ratio}
        shape = ratio.replace(":", "x") if ratio else None
        yield "-".join(part for part in (language, preset, shape) if part), made


def untold(document: Document) -> Iterator[Mistake]:
    """What variants in other languages lack, or have for nothing. The document is valid else."""
    own = document.get("language", "en")
    languages = (document.get("variants") or {}).get("languages") or ()
    if document.get("prompt") and any(language != own for language in languages):
        place = "variants.languages"
        yield _mistake(place, "needs translations, which a prompt has not", "scenes instead")
    for index, scene in enumerate(document.get("scenes") or ()):
        for language in languages:
            yield from _untold_of(scene, f"scenes[{index}]", language, own)


_OF_THE_WHOLE = ("variants", "translations")


def _untold_of(scene: Document, place: str, language: str, own: str) -> Iterator[Mistake]:
    told = (scene.get("translations") or {}).get(language)
    place = f"{place}.translations.{language}"
    if told is None:
        if scene.get("narration") and language not in (own, scene.get("language")):
            yield _mistake(place, "is missing", 'an object such as {"narration": "..."}')
        return
    is_spoken, is_title = bool(scene.get("narration")), _is_title(scene)
    if scene.get("narration_audio") and told.get("narration"):
        is_spoken = True  # in this language a voice speaks
    if is_spoken and not told.get("narration"):
        yield _mistake(f"{place}.narration", "is missing", "what is said in this language")
    if told.get("narration") and not is_spoken:
        yield _mistake(f"{place}.narration", "translates nothing", "a narration to the scene, too")
    for name in ("title", "subtitle"):
        if told.get(name) and not is_title:
            yield _mistake(f"{place}.{name}", "translates nothing", "a visual of the type title")
    if told.get("lower_third") and not scene.get("lower_third"):
        yield _mistake(f"{place}.lower_third", "translates nothing", "one to the scene, too")

    if told.get("chapter") and not scene.get("chapter"):
        yield _mistake(f"{place}.chapter", "translates nothing", "a chapter to the scene, too")

    words = told.get("words") or {}
    called = [effect["at"]["word"] for effect in scene.get("effects") or () if _is_called(effect)]
    for word in dict.fromkeys(called):
        spoken = words.get(word, word)
        if is_spoken and spoken.casefold().strip() not in (told.get("narration") or "").casefold():
            what = f"lacks {shown(word)}, which calls an effect"
            yield _mistake(f"{place}.words", what, "the word of this narration that stands for it")
    for word in set(words) - set(called):
        yield _mistake(f"{place}.words", f"has {shown(word)}, which calls nothing", "words of `at`")


def _mistake(place: str, problem: str, accepted: str) -> Mistake:
    return Mistake(place, "nothing", accepted, f"{place} {problem}: give {accepted}.")


def _in_language(made: Document, document: Document, language: str) -> Document:
    own = document.get("language", "en")
    voice = document["variants"].get("voices", {}).get(language)
    scenes = [
        _scene_in(scene, translated, language, own)
        for scene, translated in zip(
            made.get("scenes") or (), document.get("scenes") or (), strict=True
        )
    ]
    made = {**made, "language": language, **({"scenes": scenes} if scenes else {})}
    if told := (document.get("translations") or {}).get(language):
        made["title"] = told["title"]
    if voice:
        made["voice"] = voice
        if scenes:  # a prompt has none yet
            made["scenes"] = [_spoken_by(scene, voice) for scene in scenes]
    return made


def _scene_in(scene: Document, whole: Document, language: str, own: str) -> Document:
    told = (whole.get("translations") or {}).get(language)
    if told is None:
        # It keeps its own language, so that what is written in it is drawn as it always is.
        return scene if own == language else {**scene, "language": scene.get("language") or own}
    made = {**scene, "language": None}
    if told.get("narration"):
        made["narration"] = told["narration"]
        made.pop("narration_audio", None)  # a recording is in one language
        if scene.get("visual") is None:  # the picture stays the same in all languages
            made["visual"] = {"type": "prompt", "prompt": scene["narration"]}
    if _is_title(scene):
        texts = {"text": told.get("title"), "subtitle": told.get("subtitle")}
        made["visual"] = {**scene["visual"], **{k: v for k, v in texts.items() if v}}
    if told.get("chapter"):
        made["chapter"] = told["chapter"]
    if told.get("lower_third"):
        made["lower_third"] = told["lower_third"]
    if told.get("words"):
        made["effects"] = [_called(effect, told["words"]) for effect in scene.get("effects") or ()]
    return made


def _called(effect: Document, words: Mapping[str, str]) -> Document:
    if not _is_called(effect) or effect["at"]["word"] not in words:
        return effect
    return {**effect, "at": {**effect["at"], "word": words[effect["at"]["word"]]}}


def _is_called(effect: Document) -> bool:
    return bool((effect.get("at") or {}).get("word"))


def _spoken_by(scene: Document, voice: Document) -> Document:
    """A scene with a voice of its own keeps how fast it is spoken."""
    own = scene.get("voice")
    return {**scene, "voice": {**own, **voice, "speed": own.get("speed", 1.0)}} if own else scene


def _untranslated(scene: Document) -> Document:
    return {name: value for name, value in scene.items() if name != "translations"}


def _is_title(scene: Document) -> bool:
    return (scene.get("visual") or {}).get("type") == "title"
