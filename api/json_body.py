"""JSON bodies, read as strictly as job documents: no name twice, no NaN, no half characters."""

from collections.abc import Callable
from typing import Any, TypeVar

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

from api.deps import Body
from jobs.decode import decode_json, plain_tree
from jobs.mistakes import Mistake, invalid, shown

M = TypeVar("M", bound=BaseModel)
NAME = "body"


def strict_json(body: bytes) -> dict[str, Any]:
    """The members of an object, each there once: parsers disagree on which of two counts.

    Raises:
      InvalidInput: Fact `mistakes`, each with its place.
    """
    data, mistakes = plain_tree(decode_json(body, name=NAME))
    if mistakes:
        raise invalid(NAME, mistakes)
    if not isinstance(data, dict):
        given, accepted = shown(data), "a JSON object"
        message = f"the document is {given}: give {accepted}."
        raise invalid(NAME, (Mistake("", given, accepted, message),))
    return data


def json_body(model: type[M]) -> Callable[[bytes], M]:
    """A dependency: the body of a request as this model; an empty one is an empty object.

    FastAPI would read it before it looks at the key. Put it behind the caller.
    """

    def read(body: Body) -> M:
        try:
            return model.model_validate(strict_json(body) if body.strip() else {})
        except ValidationError as error:
            found = error.errors(include_url=False)
            raise RequestValidationError(
                [{**one, "loc": (NAME, *one["loc"])} for one in found]
            ) from error

    return read
