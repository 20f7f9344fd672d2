import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jobs.accepted import known_paths
from jobs.document import job_from, job_schema
from jobs.languages import spoken_languages

DOCS = Path(__file__).parents[2] / "docs"


def test_the_published_schema_is_the_one_in_force() -> None:
    published = (DOCS / "job.schema.json").read_text(encoding="utf-8")

    # To publish it again: aiprod schema > docs/job.schema.json
    assert published == json.dumps(job_schema(), indent=2, ensure_ascii=False) + "\n"


def test_every_field_is_described_in_the_schema() -> None:
    schema = job_schema()
    owners = [("Job", schema), *schema["$defs"].items()]
    fields = [(f"{name}.{field}", node) for name, owner in owners for field, node in of(owner)]

    assert len(fields) > 50
    assert [name for name, node in fields if not described(schema, node)] == []


def pages() -> str:
    return "".join((DOCS / name).read_text(encoding="utf-8") for name in ("job.md", "brand.md"))


def test_every_field_is_explained_in_the_documentation() -> None:
    page = pages()

    assert [path for path in known_paths(job_schema()) if f"`{path}`" not in page] == []


def test_every_choice_is_named_in_the_documentation() -> None:
    page = pages()
    choices = {
        str(value) for node in job_schema()["$defs"].values() for value in node.get("enum", ())
    }

    assert len(choices) > 40
    assert {value for value in choices if f"`{value}`" not in page} == set()


def test_every_language_is_listed_in_the_documentation() -> None:
    page = (DOCS / "job.md").read_text(encoding="utf-8")

    rows = {f"| `{row.tag}` | {row.name} |" for row in spoken_languages()}
    assert {row for row in rows if row not in page} == set()


def test_the_examples_in_the_documentation_are_jobs() -> None:
    page = (DOCS / "job.md").read_text(encoding="utf-8")

    examples = re.findall(r"```json\n(.*?)```", page, re.S)
    assert [job_from(json.loads(example)).title for example in examples] == [None, "Tide pools"]


def test_the_brand_kit_in_the_documentation_is_one() -> None:
    page = (DOCS / "brand.md").read_text(encoding="utf-8")

    named, kit = map(json.loads, re.findall(r"```json\n(.*?)```", page, re.S))
    brand = job_from({**named, "brand": kit}).brand
    assert brand
    assert brand.model_dump(exclude_unset=True, mode="json") == kit


def test_changing_the_schema_one_got_changes_no_other() -> None:
    job_schema()["properties"].clear()

    assert "prompt" in job_schema()["properties"]


def of(owner: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    yield from owner.get("properties", {}).items()


def described(schema: dict[str, Any], node: dict[str, Any]) -> bool:
    # pydantic leaves out a description that only repeats that of the part it refers to.
    part = schema["$defs"].get(node.get("$ref", "").rpartition("/")[2], {})
    return bool(node.get("description") or part.get("description"))
