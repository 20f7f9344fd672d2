"""Texts of a job in other languages: what variants in those languages say and show."""

from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from pydantic import Field, WrapValidator

from jobs.lower_third import LowerThird
from jobs.model import LanguageTag, Model, Prose, refusal

T = TypeVar("T")
MAX_WORD = 200  # characters, as of the word that calls an effect


def each_once(given: Any, validate: Callable[[Any], dict[str, T]]) -> dict[str, T]:
    found = validate(given)
    if len(found) < len(given):  # `pt-br` and `pt-BR` are one language
        raise refusal("has a language twice", "each language once")
    return found


def _is_none(value: object) -> bool:
    return value is None


class TitleTranslation(Model):
    """What the job is called in another language."""

    title: Annotated[Prose, Field(max_length=200)] = Field(description="Title of the video.")


class SceneTranslation(Model):
    """What a scene says and shows in another language."""

    narration: Annotated[Prose, Field(max_length=5000)] | None = Field(
        default=None, description="What is said; needed where the scene has a narration."
    )
    title: Annotated[Prose, Field(max_length=200)] | None = Field(
        default=None, description="The text of a title; left as it is when null."
    )
    subtitle: Annotated[Prose, Field(max_length=300)] | None = Field(
        default=None, description="The text below a title; left as it is when null."
    )
    chapter: Annotated[Prose, Field(max_length=200)] | None = Field(
        default=None,
        description="Name of the chapter; left as it is when null.",
        exclude_if=_is_none,
    )
    lower_third: LowerThird | None = Field(
        default=None,
        description="The lower third; left as it is when null.",
        exclude_if=_is_none,
    )
    words: dict[
        Annotated[str, Field(min_length=1, max_length=MAX_WORD)],
        Annotated[Prose, Field(max_length=MAX_WORD)],
    ] = Field(
        default={},
        description="Words that call effects, and what stands for them in this narration: "
        '{"sea": "mer"}.',
    )


TitleTranslations = Annotated[dict[LanguageTag, TitleTranslation], WrapValidator(each_once)]
SceneTranslations = Annotated[dict[LanguageTag, SceneTranslation], WrapValidator(each_once)]
