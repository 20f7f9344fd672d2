"""What a field accepts, in words, from the JSON Schema of the document.

One source for validation, the published schema and the messages: they cannot disagree.
"""

from collections.abc import Iterator, Mapping
from typing import Any

Node = Mapping[str, Any]
Path = tuple[str | int, ...]


def accepted_at(schema: Node, path: Path, data: Any) -> str:
    """What is accepted at a path, as the object of "give": "a number from -60 to 12".

    Args:
      schema: JSON Schema of the whole document.
      path: Names and indexes from the document down.
      data: The document: its `type` fields choose between alternatives.
    """
    if not path:
        return "an object with prompt or scenes"
    nodes = [node for start in _nodes_at(schema, path, data) for node in _variants(schema, start)]
    choices = choices_at(schema, path, data)
    kinds = [kind for node in nodes if (kind := _kind_of(node))]
    phrases = (
        [f"one of {', '.join(choices)}" if len(choices) > 1 else choices[0]] if choices else []
    )
    if len(kinds) > 1:
        phrases.append(f"an object whose type is one of {', '.join(kinds)}")
        nodes = [node for node in nodes if not _kind_of(node)]
    phrases += [phrase for node in nodes if (phrase := _phrase(node))]
    return " or ".join(dict.fromkeys(phrases)) or "a value"


def choices_at(schema: Node, path: Path, data: Any) -> tuple[str, ...]:
    """The closed set of values that are accepted at a path, as they are written in sentences."""
    values: dict[str, None] = {}
    for start in _nodes_at(schema, path, data):
        for node in _variants(schema, start):
            one = [node["const"]] if "const" in node else []
            values |= dict.fromkeys(_literal(value) for value in node.get("enum", one))
    return tuple(values)


def kinds_at(schema: Node, path: Path, data: Any) -> frozenset[str]:
    """JSON types that are accepted at a path: number, boolean, string, array, object, null."""
    kinds = set()
    for start in _nodes_at(schema, path, data):
        for node in _variants(schema, start):
            one = [node["const"]] if "const" in node else []
            kinds |= {_json_type(value) for value in node.get("enum", one)}
            if "type" in node:
                kinds.add("number" if node["type"] == "integer" else node["type"])
    return frozenset(kinds)


def fields_at(schema: Node, path: Path, data: Any) -> tuple[str, ...]:
    """Names of the fields of the object at a path."""
    names: dict[str, None] = {}
    for start in _nodes_at(schema, path, data):
        for node in _variants(schema, start):
            names |= dict.fromkeys(node.get("properties", {}))
    return tuple(names)


def known_paths(schema: Node) -> tuple[str, ...]:
    """Every field of the document as a path, `scenes[].motion`, in the order of the schema."""
    return tuple(dict.fromkeys(_paths(schema, schema, "")))


def _paths(schema: Node, node: Node, prefix: str) -> Iterator[str]:
    for variant in _variants(schema, node):
        for name, member in variant.get("properties", {}).items():
            path = f"{prefix}.{name}" if prefix else name
            yield path
            yield from _paths(schema, member, path)
        if "items" in variant:
            yield from _paths(schema, variant["items"], f"{prefix}[]")


def _nodes_at(schema: Node, path: Path, data: Any) -> tuple[Node, ...]:
    nodes: tuple[Node, ...] = (schema,)
    for part in path:
        kind = data.get("type") if isinstance(data, dict) else None
        found: list[Node] = []
        for node in nodes:
            variants = tuple(_variants(schema, node))
            chosen = [v for v in variants if _kind_of(v) == kind] if isinstance(kind, str) else []
            for variant in chosen or variants:
                members = variant.get("properties", {})
                if isinstance(part, int) and "items" in variant:
                    found.append(variant["items"])
                elif part in members:
                    found.append(members[part])
                elif isinstance(variant.get("additionalProperties"), dict):
                    found.append(variant["additionalProperties"])
        nodes = tuple(found)
        data = _member(data, part)
    if nodes and isinstance(data, dict) and isinstance(data.get("type"), str):
        same = [v for node in nodes for v in _variants(schema, node) if _kind_of(v) == data["type"]]
        nodes = tuple(same) or nodes
    return nodes


def _member(data: Any, part: str | int) -> Any:
    if isinstance(data, dict):
        return data.get(part)
    if isinstance(data, list) and isinstance(part, int) and part < len(data):
        return data[part]
    return None


def _variants(schema: Node, node: Node) -> Iterator[Node]:
    """The alternatives of a node, references followed."""
    if "$ref" in node:
        yield from _variants(schema, schema["$defs"][node["$ref"].rpartition("/")[2]])
    elif "properties" not in node and ("anyOf" in node or "oneOf" in node):
        for variant in node.get("anyOf", node.get("oneOf", ())):
            yield from _variants(schema, variant)
    else:
        yield node


def _kind_of(node: Node) -> str | None:
    kind = node.get("properties", {}).get("type", {}).get("const")
    return kind if isinstance(kind, str) else None


def _phrase(node: Node) -> str:
    """What one alternative accepts; empty for closed sets, and for null: leaving out is usual."""
    if "const" in node or "enum" in node:
        return ""
    match node.get("type"):
        case "null":
            return ""
        case "boolean":
            return "true or false"
        case "integer" if node.get("minimum") == node.get("maximum"):
            return _number(node["minimum"])
        case "integer":
            even = "an even" if node.get("multipleOf") == 2 else "a"
            return f"{even} whole number{_range(node)}"
        case "number":
            return f"a number{_range(node)}"
        case "string":
            return _text_phrase(node)
        case "array":
            example = f", such as {node['examples'][0]}" if "examples" in node else ""
            return f"a list{_count(node, 'minItems', 'maxItems', 'items')}{example}"
    if names := ", ".join(node.get("properties", {})):
        return f"an object with the fields {names}"
    return f"an object of texts{_count(node, 'minProperties', 'maxProperties', 'fields')}"


def _text_phrase(node: Node) -> str:
    if examples := node.get("examples"):
        return f"text such as {examples[0]}"
    return f"text{_count(node, 'minLength', 'maxLength', 'characters')}"


def _range(node: Node) -> str:
    low = node.get("minimum", node.get("exclusiveMinimum"))
    high = node.get("maximum")
    if low is None or high is None:
        raise ValueError(f"a number without limits in the job document: {dict(node)}")
    above = " above" if "exclusiveMinimum" in node else " from"
    return f"{above} {_number(low)} to {_number(high)}"


def _number(value: float) -> str:
    return f"{int(value):,}" if value == int(value) else str(value)


def _count(node: Node, least: str, most: str, unit: str) -> str:
    low, high = node.get(least), node.get(most)
    if high is None:
        return f" of at least {low} {unit.removesuffix('s') if low == 1 else unit}" if low else ""
    if low == high:
        return f" of {low:,} {unit}"
    return f" of {low:,} to {high:,} {unit}" if low else f" of at most {high:,} {unit}"


def _json_type(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    return "number" if isinstance(value, int | float) else "string"


def _literal(value: Any) -> str:
    if isinstance(value, str):
        return f'"{value}"' if value[:1].isdigit() and "/" in value else value
    return str(value).lower()
