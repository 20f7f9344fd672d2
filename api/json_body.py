"""JSON bodies, read as strictly as job documents: no name twice, no NaN, no half characters."""

from collections.abc import Callable
from typing import Any, TypeVar

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

from api.deps import Body
from jobs.decode import decode_json, plain_tree
from jobs.mistakes import invalid

M = TypeVar("M", bound=BaseModel)
NAME = "body"


def strict_json(body: bytes) -> Any:
    """Plain data. Parsers disagree on which of two members of one name counts: none does here.

    Raises:
      InvalidInput: Fact `mistakes`, each with its place.
    """
    data, mistakes = plain_tree(decode_json(body, name=NAME))
    if mistakes:
        raise invalid(NAME, mistakes)
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
