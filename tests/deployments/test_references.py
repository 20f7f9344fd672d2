"""Everything that the Terraform files refer to exists."""

import re
from collections.abc import Iterator
from typing import Any

from tests.deployments.configuration import Configuration, references, texts


def dangling(configuration: Configuration, schema: dict[str, Any]) -> Iterator[str]:
    """References that lead nowhere, with where they are."""
    for where, value in configuration.everything():
        for text in texts(value):
            for reference in references(text):
                if fault := _fault(configuration, schema, reference, text):
                    yield f"{where}: {reference} {fault}"


def _fault(
    configuration: Configuration, schema: dict[str, Any], reference: str, text: str
) -> str | None:
    head, _, rest = reference.partition(".")
    if head == "var":
        return None if rest in configuration.variables else "is not declared"
    if head == "local":
        return None if rest in configuration.locals else "is not declared"
    kind, blocks = (
        ("data", configuration.data) if head == "data" else ("resource", configuration.resources)
    )
    plain = reference.removeprefix("data.")
    found = re.fullmatch(r"(\w+)\.(\w+)(\[.+\])?(?:\.(\w+))?", plain)
    assert found, reference
    type_name, name, index, attribute = found.groups()
    body = blocks.get((type_name, name))
    if body is None:
        return "does not exist"
    is_whole = text.strip() == f"${{{reference}}}" and attribute is None  # as in depends_on
    is_many = "count" in body or "for_each" in body
    if is_many != bool(index) and not is_whole:
        return "is one of many, and none is chosen" if is_many else "is a single one"
    known = schema[kind][type_name]
    if attribute and attribute not in known["arguments"] and attribute not in known["attributes"]:
        return "has no such attribute"
    return None


def test_every_reference_leads_somewhere(
    configuration: Configuration, schema: dict[str, Any]
) -> None:
    assert list(dangling(configuration, schema)) == []


def test_everything_that_is_declared_is_used(configuration: Configuration) -> None:
    used = {
        reference
        for _, value in configuration.everything()
        for text in texts(value)
        for reference in references(text)
    }
    providers = {"var.project", "var.region"}  # of versions.tf
    declared = {f"var.{name}" for name in configuration.variables} | {
        f"local.{name}" for name in configuration.locals
    }

    assert declared - used - providers == set()


def test_every_variable_is_described_typed_and_checked(configuration: Configuration) -> None:
    free = {"input_buckets"}  # names of buckets of others: whatever Google has let them be

    for name, body in configuration.variables.items():
        assert body["description"].endswith("."), name
        assert "type" in body, name
        assert (
            name in free
            or body["validation"][0]["error_message"].startswith(f"{name} is")
            or (body["validation"][0]["error_message"].startswith(f"{name} are"))
        ), name
