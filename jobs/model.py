"""What every part of the job document has in common: strictness, and the types of its text."""

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from jobs.languages import canonical_tag, close_languages, find_language
from jobs.text import clean_text, is_blank

REFUSED = "refused"  # type of the errors made by `refusal`


class Model(BaseModel):
    """Base of the document's objects: immutable, unknown fields refused, nothing coerced."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)


def refusal(problem: str, accepted: str, *, at: str = ".") -> PydanticCustomError:
    """An error for a rule that is our own, to be raised in a validator.

    Args:
      problem: Predicate of the sentence that names the field: "ends before it starts".
      accepted: What would be right, as the object of "give".
      at: Where the mistake is, as a path from the validated field: `.` for itself, `../text` for
        the field beside it.
    """
    facts = {"problem": problem, "accepted": accepted, "at": at}
    return PydanticCustomError(REFUSED, "{problem}", facts)


def _cleaned(value: Any) -> Any:
    return clean_text(value) if isinstance(value, str) else value


def _visible(text: str) -> str:
    if is_blank(text):
        raise refusal("is blank", "text that can be seen")
    return text


def _spoken(tag: str) -> str:
    if find_language(tag):
        return canonical_tag(tag)
    close = [
        f"{language.tag} ({language.name.replace(' (', ', ').rstrip(')')})"
        for language in close_languages(tag)
    ]
    known = "the tag of a spoken language, such as en, pt-BR or zh; docs/job.md lists them"
    raise refusal("is not a language that can be spoken", " or ".join(close) or known)


def _unique(items: tuple[Any, ...]) -> tuple[Any, ...]:
    if len(set(items)) < len(items):
        raise refusal("names something twice", "each at most once")
    return items


Prose = Annotated[
    str,
    BeforeValidator(_cleaned),
    AfterValidator(_visible),
    Field(json_schema_extra={"minLength": 1}),
]
"""Text for people, cleaned and not blank; narrow it with `Field(max_length=...)`."""

LanguageTag = Annotated[str, Field(max_length=35, examples=["pt-BR"]), AfterValidator(_spoken)]
"""BCP 47 tag in its canonical case, of a language that can be spoken."""

Unique = AfterValidator(_unique)
"""Refuses a tuple that holds something twice; the schema says so with `Once`."""

Once = Field(json_schema_extra={"uniqueItems": True})

Lax = Field(strict=False)
"""For tuples and enums, which JSON writes as arrays and strings."""
