import re
from typing import Any

import pytest

from jobs.document import job_from
from tests.api.service import Service


@pytest.fixture
def document(embedded: Service) -> dict[str, Any]:
    """The OpenAPI document."""
    found: dict[str, Any] = embedded.anonymous.get("/openapi.json").json()
    return found


def operations(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        f"{method.upper()} {path}": operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }


def test_every_route_says_what_it_is_for(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    for name, operation in operations(document).items():
        assert operation["summary"], name
        assert operation["description"], name


def test_every_route_with_a_key_documents_its_refusals(document: dict[str, Any]) -> None:
    for name, operation in operations(document).items():
        if operation.get("security"):
            assert {"401", "403", "422", "429", "503"} <= operation["responses"].keys(), name


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    def references(node: Any) -> set[str]:
        if isinstance(node, list):
            return set().union(*map(references, node))
        if not isinstance(node, dict):
            return set()
        here = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
        return here.union(*map(references, node.values()))

    found = references(document)

    assert len(found) > 10
    for reference in found:
        node = document
        for name in reference.removeprefix("#/").split("/"):
            assert name in node, reference
            node = node[name]


def test_links_lead_to_routes_with_their_parameters(document: dict[str, Any]) -> None:
    by_id = {one["operationId"]: one for one in operations(document).values()}

    for link in links(document):
        taken = {parameter["name"] for parameter in by_id[link["operationId"]]["parameters"]}
        assert set(link["parameters"]) <= taken


def test_a_link_leads_to_every_route_that_wants_an_id(document: dict[str, Any]) -> None:
    led_to = {link["operationId"] for link in links(document)}

    assert {
        operation["operationId"]
        for operation in operations(document).values()
        if any(parameter["in"] == "path" for parameter in operation.get("parameters", ()))
    } - {"suno_calls_back"} <= led_to  # it has its address from the worker


def links(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        link
        for operation in operations(document).values()
        for response in operation["responses"].values()
        for link in response.get("links", {}).values()
    ]


def test_every_body_has_an_example(document: dict[str, Any]) -> None:
    for name, operation in operations(document).items():
        for content in operation.get("requestBody", {}).get("content", {}).values():
            assert content["examples"], name


@pytest.mark.parametrize("example", ["small", "told"])
def test_the_examples_are_jobs_that_are_taken_in(
    embedded: Service, document: dict[str, Any], example: str
) -> None:
    body = operations(document)["POST /v1/jobs"]["requestBody"]["content"]["application/json"]
    job = body["examples"][example]["value"]

    assert job_from(job)
    assert embedded.client.post("/v1/jobs", json=job).status_code == 202


def test_the_document_says_what_a_retry_makes_anew(document: dict[str, Any]) -> None:
    described = document["components"]["schemas"]["RetryRequest"]["properties"]["from"]

    assert "Makes the parts of this stage anew" in described["description"]


def test_nothing_is_loaded_from_the_internet(embedded: Service) -> None:
    assert [embedded.anonymous.get(path).status_code for path in ("/docs", "/redoc")] == [404, 404]


def test_every_route_is_in_the_manual(document: dict[str, Any], manual: str) -> None:
    told = set(re.findall(r"`(?:GET|POST|DELETE) (/[^`?]*)", manual))

    assert {re.sub(r"\{\w+\}", "{}", path) for path in document["paths"]} <= {
        re.sub(r"\{\w+\}", "{}", path) for path in told
    }


@pytest.fixture
def manual(pytestconfig: pytest.Config) -> str:
    return (pytestconfig.rootpath / "docs" / "api.md").read_text(encoding="utf-8")
