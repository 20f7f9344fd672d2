"""The Terraform files of `deployments/terraform`, read: blocks, references, expressions."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hcl2

DEPLOYMENTS = Path(__file__).parents[2] / "deployments"
TERRAFORM = DEPLOYMENTS / "terraform"

# How the parser marks what is not of the file.
_MARKS = ("__is_block__", "__comments__", "__inline_comments__")

Body = Mapping[str, Any]
Address = tuple[str, str]  # a type and a name


@dataclass(frozen=True)
class Configuration:
    """All files together, as Terraform takes them.

    Blocks are lists of dictionaries, and so are told from maps, which are dictionaries. Expressions
    are text with `${...}`, literals text without. A `dynamic` block is where it will be, with its
    `for_each` under that name.
    """

    variables: Mapping[str, Body]
    locals: Mapping[str, Any]
    resources: Mapping[Address, Body]
    data: Mapping[Address, Body]
    outputs: Mapping[str, Body]

    def used(self) -> set[tuple[str, str, str]]:
        """Provider, kind and type of everything."""
        kinds = {"resource": self.resources, "data": self.data}
        return {
            (provider_of(body), kind, type_name)
            for kind, blocks in kinds.items()
            for (type_name, _), body in blocks.items()
        }

    def everything(self) -> Iterator[tuple[str, Any]]:
        """All blocks with where they are, for messages."""
        for (type_name, name), body in self.resources.items():
            yield f"{type_name}.{name}", body
        for (type_name, name), body in self.data.items():
            yield f"data.{type_name}.{name}", body
        yield from ((f"local.{name}", value) for name, value in self.locals.items())
        yield from ((f"var.{name}", body) for name, body in self.variables.items())
        yield from ((f"output.{name}", body) for name, body in self.outputs.items())


def read_configuration(folder: Path) -> Configuration:
    """Reads all `.tf` files of a folder."""
    found: dict[str, dict[Any, Any]] = {
        kind: {} for kind in ("variable", "locals", "resource", "data", "output")
    }
    for path in sorted(folder.glob("*.tf")):
        for kind, blocks in hcl2.loads(path.read_text(encoding="utf-8")).items():
            for block in blocks if kind in found else ():
                cleaned = _cleaned(block)
                if kind in ("resource", "data"):
                    ((type_name, named),) = cleaned.items()
                    cleaned = {(type_name, name): body for name, body in named.items()}
                assert not set(cleaned) & set(found[kind]), f"{path.name}: twice: {list(cleaned)}"
                found[kind].update(cleaned)
    return Configuration(
        found["variable"], found["locals"], found["resource"], found["data"], found["output"]
    )


def provider_of(body: Body) -> str:
    """The provider of a resource."""
    return text_of(body.get("provider", "google")).strip("${}")


def text_of(value: Any) -> str:
    """A value as text."""
    assert isinstance(value, str), value
    return value


def blocks(body: Body, name: str) -> list[Body]:
    """The blocks of that name, dynamic ones included."""
    found = body.get(name, [])
    assert isinstance(found, list), f"{name} is no block"
    return found


def texts(value: Any) -> Iterator[str]:
    """All text in a value, names of arguments left out."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            if "${" in str(key):
                yield str(key)
            yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)


def expressions(text: str) -> Iterator[str]:
    """What stands in `${...}`, from outermost to innermost."""
    start = text.find("${")
    while start >= 0:
        depth, end = 1, start + 2
        while depth:
            depth += {"{": 1, "}": -1}.get(text[end], 0)
            end += 1
        inner = text[start + 2 : end - 1]
        yield inner
        yield from expressions(inner)
        start = text.find("${", end)


def references(text: str) -> set[str]:
    """What expressions in a text refer to: `var.x`, `local.x`, `google_x.y[0].z`, `data.x.y.z`."""
    found = set()
    for expression in expressions(text):
        code = re.sub(r"\$\{[^{}]*\}", "", expression)
        found.update(re.findall(_REFERENCE, code))
    return found


_REFERENCE = re.compile(
    r"(?<![\w.\"/-])"
    r"((?:var|local)\.\w+|(?:data\.)?google_\w+\.\w+(?:\[(?:[^\[\]]+)\])?(?:\.\w+)?)"
)


def _cleaned(value: Any) -> Any:
    """Without marks, and without the quotes that the parser leaves around literals."""
    if isinstance(value, str):
        is_quoted = len(value) > 1 and value[0] == value[-1] == '"'
        return value[1:-1].replace('\\"', '"').replace("\\\\", "\\") if is_quoted else value
    if isinstance(value, list):
        return [_cleaned(one) for one in value]
    if not isinstance(value, dict):
        return value
    cleaned: dict[str, Any] = {}
    for key, inner in value.items():
        if key not in _MARKS and key != "dynamic":
            cleaned[_cleaned(key)] = _cleaned(inner)
    for dynamic in value.get("dynamic", []):
        for key, inner in _cleaned(dynamic).items():
            (content,) = inner["content"]
            cleaned.setdefault(key, []).append({**content, "for_each": inner["for_each"]})
    return cleaned
