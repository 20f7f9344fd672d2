"""The job document: what a user asks for, as a checked, immutable value."""

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Annotated, Any, cast

from pydantic import BeforeValidator, Field, ValidationError, ValidationInfo, field_validator

from jobs.bookends import with_bookends
from jobs.brand import Brand
from jobs.contrast import LEAST, contrast
from jobs.decode import decode_json, plain_tree
from jobs.errors import InvalidInput
from jobs.formats import Format
from jobs.mistakes import Mistake, invalid, mistakes_of
from jobs.model import LanguageTag, Lax, Model, Prose, refusal
from jobs.output import Captions, CaptionStyle, Output
from jobs.overrides import apply_overrides
from jobs.presets import Preset, preset_choices, with_preset
from jobs.scene import Scene
from jobs.sound import Music, SoundEffects, Voice
from jobs.translations import TitleTranslations
from jobs.uri import WebhookUrl
from jobs.variants import Variants, expand, untold
from jobs.visuals import Visuals
from jobs.writing import Writing

__all__ = [
    "Job", "Mistake", "Variant", "apply_overrides", "bookended", "decode_json", "document_of",
    "job_from", "job_json", "job_schema", "parse_job", "variants_of",
]  # fmt: skip

MAX_SCENES = 500
MAX_NARRATION = 100_000  # characters in all scenes: two hours of speech
MAX_PROMPT = 20_000
MAX_METADATA = 50


class Rights(Model):
    """What the video may be used for, which decides what may be used in it."""

    commercial: bool = Field(
        default=True,
        description="Whether the video is used commercially: then only material whose licence "
        "allows that goes into it.",
    )
    verified_only: bool = Field(
        default=False,
        description="Whether material is left out whose chain of rights nobody documents, such as "
        "music from resellers of Suno.",
    )


def _allow_false(schema: dict[str, Any]) -> None:
    schema["anyOf"].append({"const": False})


def _is_empty(value: Any) -> bool:
    return not value


def _false_is_none(value: Any) -> Any:
    return None if value is False else value


class Job(Model):
    """A video to be made. Give prompt or scenes, not both; everything else has a default."""

    schema_version: Annotated[int, Field(ge=1, le=1)] = Field(
        default=1, description="Version of this format."
    )
    title: Annotated[Prose, Field(max_length=200)] | None = Field(
        default=None, description="Title of the video, for people and for the file's metadata."
    )
    language: LanguageTag = Field(
        default="en", description="Language of the narration, a BCP 47 tag."
    )
    preset: Annotated[Preset, Lax] | None = Field(
        default=None, description="Fills in what the document does not say."
    )
    scenes: Annotated[tuple[Scene, ...], Lax, Field(min_length=1, max_length=MAX_SCENES)] | None = (
        Field(None, description="The scenes, in order. Either scenes or prompt.")
    )
    prompt: Annotated[Prose, Field(max_length=MAX_PROMPT)] | None = Field(
        default=None,
        description="What the video is about, or its script; scenes are written from it.",
        validate_default=True,
    )
    script: Writing = Field(default=Writing(), description="Who makes scenes of the prompt.")
    voice: Voice = Field(default=Voice(), description="Who speaks.")
    music: Annotated[Music | None, BeforeValidator(_false_is_none)] = Field(
        default=Music(),
        description="The music; calm music when left out, none when null or false.",
        json_schema_extra=_allow_false,
    )
    sound_effects: SoundEffects = Field(
        default=SoundEffects(), description="Where sound effects come from."
    )
    visuals: Visuals = Field(
        default=Visuals(), description="Where pictures made from prompts come from."
    )
    captions: Captions = Field(default=Captions(), description="The narration as text.")
    brand: Brand | None = Field(
        default=None,
        description="The brand kit: logo, colours, fonts, intro and outro.",
        exclude_if=_is_empty,
    )
    output: Output = Field(default=Output(), description="The finished video.")
    rights: Rights = Field(default=Rights(), description="What the video may be used for.")
    budget_usd: Annotated[float, Field(ge=0, le=1_000_000)] | None = Field(
        default=None,
        description="The most that paid services may cost, in US dollars; null: no limit.",
    )
    webhook_url: WebhookUrl | None = Field(
        default=None, description="https address that is told when the job ends."
    )
    metadata: Annotated[
        dict[
            Annotated[str, Field(min_length=1, max_length=100)],
            Annotated[str, Field(max_length=1000)],
        ],
        Field(max_length=MAX_METADATA),
    ] = Field(
        default={}, description="Texts of your own by name; they come back with every answer."
    )
    translations: TitleTranslations = Field(
        default={},
        description="Its title in the languages of variants; scenes have their own translations.",
        exclude_if=_is_empty,
    )
    variants: Variants | None = Field(
        default=None,
        description="Languages, shapes and presets that the video is made in, all in one run.",
        exclude_if=_is_empty,
    )

    @field_validator("scenes")
    @classmethod
    def _can_be_spoken(cls, scenes: tuple[Scene, ...] | None) -> tuple[Scene, ...] | None:
        total = sum(len(scene.narration or "") for scene in scenes or ())
        if total > MAX_NARRATION:
            raise refusal(
                f"have {total:,} characters of narration together",
                f"at most {MAX_NARRATION:,} characters",
            )
        return scenes

    @field_validator("prompt")
    @classmethod
    def _is_prompt_or_scenes(cls, prompt: str | None, info: ValidationInfo) -> str | None:
        # Scenes that were given but are wrong are not in `info.data`.
        has_scenes = "scenes" not in info.data or info.data["scenes"] is not None
        if has_scenes and prompt is not None:
            raise refusal("has both prompt and scenes", "one of the two", at="..")
        if not has_scenes and prompt is None:
            raise refusal("has neither prompt nor scenes", "one of the two", at="..")
        return prompt

    @field_validator("output")
    @classmethod
    def _has_a_file_for_soft_captions(cls, output: Output, info: ValidationInfo) -> Output:
        captions = info.data.get("captions")
        if captions and captions.soft and Format.MP4 not in output.formats:
            raise refusal("lacks mp4, which captions.soft needs", "mp4, too", at="formats")
        return output

    @field_validator("brand")
    @classmethod
    def _is_lit_on_black(cls, brand: Brand | None, info: ValidationInfo) -> Brand | None:
        captions = info.data.get("captions")
        is_karaoke = captions and captions.burn_in and captions.style is CaptionStyle.KARAOKE
        if is_karaoke and brand and brand.colors:
            ratio = contrast(brand.colors.primary, "#000000")
            if ratio < LEAST:
                raise refusal(
                    f"has a contrast of {ratio:.1f}:1 to the black outline of karaoke captions",
                    f"a lighter colour that has {LEAST}:1 or more, or captions.style block",
                    at="colors/primary",
                )
        return brand

    @field_validator("variants")
    @classmethod
    def _has_one_sort_of_preset(
        cls, variants: Variants | None, info: ValidationInfo
    ) -> Variants | None:
        if variants and variants.presets and info.data.get("preset"):
            raise refusal("are beside a preset of the job", "one of the two", at="presets")
        return variants

    @property
    def max_duration_s(self) -> float | None:
        """Longest video the preset allows, in seconds; None without a preset."""
        return preset_choices(self.preset).max_duration_s if self.preset else None

    @property
    def review(self) -> bool:
        """Whether somebody approves the draft before the final render."""
        return preset_choices(self.preset).review if self.preset else False


def parse_job(data: bytes | str, *, name: str = "job", trusted: bool = False) -> Job:
    """The job in a JSON text.

    Args:
      data: UTF-8 bytes or text.
      name: What to call the document in messages.
      trusted: Whether `blob:` addresses of our own store are accepted.

    Raises:
      InvalidInput: The message lists every mistake, one a line. Fact `mistakes`: a tuple of
        Mistake.
    """
    return job_from(decode_json(data, name=name), name=name, trusted=trusted)


def job_from(data: object, *, name: str = "job", trusted: bool = False) -> Job:
    """The job in an already decoded JSON value; otherwise as `parse_job`."""
    plain, mistakes = plain_tree(data)
    filled = _with_job_voice(with_preset(plain)) if isinstance(plain, dict) else plain
    more = 0
    try:
        job = Job.model_validate(filled, context={"trusted": trusted})
    except ValidationError as error:
        places = {mistake.path for mistake in mistakes}
        described, more = mistakes_of(error, filled, _schema())
        mistakes += tuple(mistake for mistake in described if mistake.path not in places)
    if not mistakes and job.variants:
        mistakes = tuple(_mistakes_of_variants(document_of(job), trusted))
    if mistakes:
        raise invalid(name, mistakes, more)
    return job


@dataclass(frozen=True)
class Variant:
    """One of the outputs of a job.

    Attributes:
      name: Of its folder among the files of the job; empty for the only one.
      job: Without variants; intro and outro are scenes of it.
      original: The job that it is a variant of.
    """

    name: str
    job: Job
    original: Job


def variants_of(job: Job) -> tuple[Variant, ...]:
    """The outputs of a job, in order; a job without variants has itself as the only one."""
    whole = bookended(job)
    if not job.variants:
        return (Variant("", whole, whole),)
    return tuple(
        Variant(name, bookended(job_from(made)), whole) for name, made in expand(document_of(job))
    )


def bookended(job: Job) -> Job:
    """The job with the intro and the outro of its brand among its scenes."""
    if not job.scenes:
        return job
    return job.model_copy(update={"scenes": with_bookends(job.scenes, job.brand)})


def _mistakes_of_variants(document: dict[str, Any], trusted: bool) -> Iterator[Mistake]:
    untranslated = tuple(untold(document))
    yield from untranslated
    if untranslated:
        return  # what is missing would be told of every variant again
    seen = set()
    for name, made in expand(document):
        try:
            job_from(made, trusted=trusted)
        except InvalidInput as error:
            for mistake in cast(tuple[Mistake, ...], error.facts["mistakes"]):
                if mistake.message not in seen:
                    seen.add(mistake.message)
                    yield replace(mistake, message=f"variant {name}: {mistake.message}")


def document_of(job: Job) -> dict[str, Any]:
    """The job as plain JSON data that gives an equal job again.

    Defaults and what the preset filled in are written out, unless presets are among the variants:
    then only what was said is there, so that each of them can fill in the rest.
    """
    has_presets = job.variants is not None and job.variants.presets is not None
    return job.model_dump(mode="json", exclude_unset=has_presets)


def job_json(job: Job) -> bytes:
    """The job as canonical JSON: UTF-8, sorted names, no spaces.

    As `document_of` has it, so equal jobs give equal bytes however they were written, and the bytes
    parse to an equal job.
    """
    return json.dumps(
        document_of(job), sort_keys=True, separators=(",", ":"), ensure_ascii=False
    ).encode()


def job_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of the job document, with a description of every field."""
    return copy.deepcopy(_schema())


@cache
def _schema() -> dict[str, Any]:
    schema = Job.model_json_schema()
    one = ({"prompt": {"type": "string"}}, {"scenes": {"type": "array"}})
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "AIPROD job",
        "oneOf": [{"properties": this, "required": list(this)} for this in one],
    }


def _with_job_voice(document: dict[str, Any]) -> dict[str, Any]:
    """The document with voices of scenes completed from the voice of the job.

    A `voice_id` belongs to its provider: it is not taken over where the provider is another.
    """
    try:
        voice = Voice.model_validate(document.get("voice", {}))
    except ValidationError:
        return document  # the mistake is reported where it is, not in every scene
    given, scenes = document.get("voice", {}), document.get("scenes")
    if not given or not isinstance(scenes, list):
        return document
    return {**document, "scenes": [_with_voice(scene, given, voice) for scene in scenes]}


def _with_voice(scene: Any, given: dict[str, Any], voice: Voice) -> Any:
    if not isinstance(scene, dict) or not isinstance(own := scene.get("voice"), dict):
        return scene
    same = own.get("provider", voice.provider.value) == voice.provider.value
    taken = {key: value for key, value in given.items() if same or key != "voice_id"}
    return {**scene, "voice": {**taken, **own}}
