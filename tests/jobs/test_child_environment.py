import ast
from pathlib import Path

import pytest

from jobs.child_environment import child_environment

REPOSITORY = Path(__file__).parents[2]
PACKAGES = ("jobs", "providers", "media", "storage", "transforms", "pipeline", "api")
# The worker beside the API is ours.
OURS = {"pipeline/worker_child.py"}


@pytest.mark.parametrize(
    ("name", "is_seen"),
    [
        ("PATH", True),
        ("LC_ALL", True),
        ("FONTCONFIG_FILE", True),
        ("GEMINI_API_KEY", False),
        ("VERTEX_ACCESS_TOKEN", False),
        ("GOOGLE_APPLICATION_CREDENTIALS", False),
        ("DATABASE_URL", False),
        ("AIPROD_API_KEY", False),
        ("SOME_TOKEN_THAT_NOBODY_THOUGHT_OF", False),
    ],
)
def test_a_program_sees_only_what_it_needs(name: str, is_seen: bool) -> None:
    assert child_environment({name: "value"}) == ({name: "value"} if is_seen else {})


def test_every_program_is_started_with_an_environment_that_is_chosen() -> None:
    unchosen = [
        f"{path.relative_to(REPOSITORY)}:{node.lineno}"
        for package in PACKAGES
        for path in (REPOSITORY / package).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "subprocess"
        and not any(given.arg == "env" for given in node.keywords)
    ]

    assert {place.partition(":")[0] for place in unchosen} == OURS
