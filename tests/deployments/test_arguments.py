"""Everything in the Terraform files is what Google's provider accepts, by its own schema."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.deployments.configuration import (
    TERRAFORM,
    Body,
    Configuration,
    read_configuration,
)
from tests.deployments.derive_schema import derive

META = {"count", "depends_on", "for_each", "lifecycle", "provider"}
KINDS = {"string": str, "number": (int, float), "bool": bool}


def mistakes(body: Body, accepted: Body, where: str) -> Iterator[str]:
    """What a block has that is not accepted, and what it lacks."""
    arguments = accepted["arguments"]
    for name, value in body.items():
        at = f"{where}.{name}"
        if name not in arguments:
            yield f"{at} is not accepted"
        elif "type" in arguments[name]:
            yield from _wrong_value(value, arguments[name], at)
        elif not isinstance(value, list):
            yield f"{at} is a block, not an argument"
        else:
            if arguments[name]["most"] == 1 and len(value) > 1:
                yield f"{at} may be there once"
            for block in value:
                is_dynamic = "for_each" in block
                inner = {key: block[key] for key in block if not (is_dynamic and key == "for_each")}
                yield from mistakes(inner, arguments[name], at)
    for name, argument in arguments.items():
        if argument.get("required") and name not in body:
            yield f"{where}.{name} is missing"


def _wrong_value(value: Any, argument: Body, at: str) -> Iterator[str]:
    """Literals of another type. Of expressions Terraform alone knows the type (test_plan.py)."""
    kind = argument["type"]
    if isinstance(value, str) and "${" in value:
        return
    if kind == "string" and value not in argument.get("values", [value]):
        yield f"{at} is {value!r}, and not one of {', '.join(argument['values'])}"
    if kind.startswith("list("):
        if not isinstance(value, list):
            yield f"{at} is no list"
        elif any(isinstance(one, dict) for one in value):
            yield f"{at} is an argument, not a block"
    elif kind.startswith("map("):
        if not isinstance(value, dict):
            yield f"{at} is no map"
    elif not isinstance(value, KINDS[kind]):
        # Terraform takes "2" for a number; nobody should have to know that.
        yield f"{at} is {value!r}, and not a {kind}"


def test_every_block_and_argument_is_known_and_none_is_missing(
    configuration: Configuration, schema: dict[str, Any]
) -> None:
    found = []
    for kind, blocks in (("resource", configuration.resources), ("data", configuration.data)):
        for (type_name, name), body in blocks.items():
            given = {key: value for key, value in body.items() if key not in META}
            found += mistakes(given, schema[kind][type_name], f"{type_name}.{name}")

    assert found == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param('topic = "t"', ["x.name is missing"], id="a required argument is missing"),
        pytest.param(
            'topic = "t"\nname = "n"\nack_deadline = 10',
            ["x.ack_deadline is not accepted"],
            id="an argument that does not exist",
        ),
        pytest.param(
            'topic = "t"\nname = "n"\nack_deadline_seconds = "ten"',
            ["x.ack_deadline_seconds is 'ten', and not a number"],
            id="a literal of another type",
        ),
        pytest.param(
            'topic = "t"\nname = "n"\nretry_policy = "10s"',
            ["x.retry_policy is a block, not an argument"],
            id="an argument where a block is",
        ),
        pytest.param(
            'topic = "t"\nname = "n"\nretry_policy {}\nretry_policy {}',
            ["x.retry_policy may be there once"],
            id="a block twice",
        ),
        pytest.param(
            'topic = "t"\nname = "n"\npush_config {\n oidc_token {}\n push_endpoint = "e"\n}',
            ["x.push_config.oidc_token.service_account_email is missing"],
            id="a required argument of a block in a block",
        ),
        pytest.param(
            'topic = "t"\nname = "n"\ndynamic "retry_policy" {\n for_each = [1]\n'
            " content {\n  minimum = 1\n }\n}",
            ["x.retry_policy.minimum is not accepted"],
            id="an argument of a dynamic block",
        ),
    ],
)
def test_mistakes_are_found(
    tmp_path: Path, schema: dict[str, Any], text: str, said: list[str]
) -> None:
    (tmp_path / "x.tf").write_text(f'resource "google_pubsub_subscription" "x" {{\n{text}\n}}\n')
    body = read_configuration(tmp_path).resources["google_pubsub_subscription", "x"]

    assert list(mistakes(body, schema["resource"]["google_pubsub_subscription"], "x")) == said


def test_values_that_the_provider_does_not_know_are_found(schema: dict[str, Any]) -> None:
    accepted = schema["resource"]["google_compute_global_address"]

    assert list(mistakes({"name": "n", "address_type": "INNER"}, accepted, "x")) == [
        "x.address_type is 'INNER', and not one of EXTERNAL, INTERNAL"
    ]


def test_the_schema_is_of_what_is_used_and_of_the_version_that_is_asked_for(
    configuration: Configuration, schema: dict[str, Any]
) -> None:
    used = configuration.used()
    asked = re.findall(r'version = "~> (\d+\.\d+)"', (TERRAFORM / "versions.tf").read_text())

    assert set(schema["resource"]) == {name for _, kind, name in used if kind == "resource"}
    assert set(schema["data"]) == {name for _, kind, name in used if kind == "data"}
    assert schema["versions"].keys() == {"google", "google-beta"}
    for version in schema["versions"].values():
        assert {version.rsplit(".", 1)[0]} == set(asked)


def test_the_schema_is_what_the_packages_say(
    configuration: Configuration, schema: dict[str, Any], pytestconfig: pytest.Config
) -> None:
    wheels = sorted((pytestconfig.rootpath / "build" / "providers").glob("*.whl"))
    if not wheels:
        pytest.skip("the packages of the schema are not here; `make provider-schema` gets them")

    assert derive(wheels, configuration.used()) == schema
