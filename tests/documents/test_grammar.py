"""Commands of gcloud and Terraform that pages tell to type, by the grammar of those programs."""

import re
import shutil
import subprocess
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from pipeline.launch import Target, build, drain, find, run, update
from tests.deployments.gcloud import flags_of, options, read_grammar
from tests.documents.told import Told, commands, told

TOLD = told()
JOB = Target("a-project", "europe-west1", "a-bucket", "regions/europe-west1/subnetworks/a")


def of(program: str) -> list[Told]:
    return [one for one in TOLD if one.words[0] == program]


def unknown_to_gcloud(grammar: dict[str, Any], one: Told) -> list[str]:
    """Why gcloud would not understand a command; nothing when it would."""
    words = list(one.words[1:])
    if "--" in words:
        words = words[: words.index("--")]  # the rest is for the program that it starts
    try:
        flags = flags_of(grammar, words)
    except KeyError as error:
        return [str(error)]
    wrong = [name for name in options(words) if name not in flags]
    for name, value in options(words).items():
        choices = flags.get(name)
        if isinstance(choices, list) and choices and value not in choices:
            wrong.append(f"{name}={value}")
    return wrong


@pytest.fixture(scope="module")
def grammar() -> dict[str, Any]:
    return read_grammar()


@pytest.mark.parametrize("page", sorted({one.page for one in of("gcloud")}))
def test_gcloud_knows_the_commands_and_their_flags(grammar: dict[str, Any], page: str) -> None:
    wrong = {
        one.line: said
        for one in of("gcloud")
        if one.page == page and (said := unknown_to_gcloud(grammar, one))
    }

    assert wrong == {}


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(build(JOB), id="template"),
        pytest.param(run(JOB), id="run"),
        pytest.param(update(replace(JOB, mapping='{"a": "b"}')), id="update"),
        pytest.param(find(JOB), id="find"),
        pytest.param(drain(JOB, "2026-02-04_id"), id="drain"),
    ],
)
def test_gcloud_knows_what_make_gives_it(grammar: dict[str, Any], command: list[str]) -> None:
    assert command[0] == "gcloud"
    assert unknown_to_gcloud(grammar, Told("Makefile", tuple(command), True)) == []


@cache
def terraform_help(*subcommand: str) -> str:
    program = shutil.which("terraform")
    if program is None:
        pytest.skip("terraform is not on this machine: its commands are not checked")
    return subprocess.run(
        [program, *subcommand, "-help"], check=True, capture_output=True, text=True, timeout=60
    ).stdout


def unknown_to_terraform(one: Told) -> list[str]:
    """Why Terraform would not understand a command; nothing when it would."""
    globally = [word for word in one.words[1:] if word.startswith("-chdir=")]
    name, *rest = (word for word in one.words[1:] if word not in globally)
    if not re.search(rf"^  {re.escape(name)} ", terraform_help(), re.M):
        return [name]
    # What apply plans is told of by the help of plan.
    told_of = terraform_help(name) + (terraform_help("plan") if name == "apply" else "")
    flags = [word.partition("=")[0] for word in rest if word.startswith("-")]
    return [flag for flag in flags if not re.search(rf"^ +{flag}\b", told_of, re.M)]


def test_terraform_knows_the_commands_and_their_flags() -> None:
    wrong = {one.line: said for one in of("terraform") if (said := unknown_to_terraform(one))}

    assert len(of("terraform")) > 4
    assert wrong == {}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        pytest.param("gcloud cloud-logging read", "group", id="no such group"),
        pytest.param("gcloud run deploy a --platfrom=b", "--platfrom", id="flag of gcloud"),
        pytest.param("terraform aply", "aply", id="command of terraform"),
        pytest.param("terraform apply -targets=a.b", "-targets", id="flag of terraform"),
    ],
)
def test_what_would_not_be_understood_is_seen(
    grammar: dict[str, Any], line: str, said: str
) -> None:
    (one,) = commands("page", f"```bash\n{line}\n```\n")
    found = (
        unknown_to_gcloud(grammar, one) if one.words[0] == "gcloud" else unknown_to_terraform(one)
    )

    assert said in " ".join(found)
