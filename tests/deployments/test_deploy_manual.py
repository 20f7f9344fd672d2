"""What docs/deploy.md says of the guide's commands, and of the files."""

import re
from typing import Any

import pytest

from tests.deployments.configuration import DEPLOYMENTS, TERRAFORM, Configuration
from tests.deployments.gcloud import flags_of, read_grammar

PAGE = (DEPLOYMENTS.parent / "docs" / "deploy.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def grammar() -> dict[str, Any]:
    return read_grammar()


@pytest.mark.parametrize(
    ("command", "flag"),
    [
        pytest.param("cloud-logging read", None, id="reading logs"),
        pytest.param("monitoring read", None, id="reading metrics"),
        pytest.param("monitoring metrics-descriptors list", None, id="listing metrics"),
        pytest.param("logging read", "--follow", id="following logs"),
        pytest.param("logging read", "--sort-by", id="sorting logs"),
        pytest.param("run deploy", "--platform", id="naming the platform"),
    ],
)
def test_gcloud_does_not_know_what_the_page_says_it_does_not(
    grammar: dict[str, Any], command: str, flag: str | None
) -> None:
    if flag is None:
        with pytest.raises(KeyError):
            flags_of(grammar, command.split())
    else:
        assert flag not in flags_of(grammar, command.split())


def test_targets_of_the_first_step_exist(configuration: Configuration) -> None:
    targets = re.findall(r"-target=(\w+)\.(\w+)", PAGE)

    assert targets
    assert [one for one in targets if one not in configuration.resources] == []


def test_files_and_variables_that_the_page_names_exist(configuration: Configuration) -> None:
    files = set(re.findall(r"`([\w-]+\.(?:tf|yaml))`", PAGE)) - {"cloud-run.yaml"}
    given = re.search(r"```hcl\n(.+?)```", PAGE, re.S)
    assert given is not None
    without_default = {
        name for name, body in configuration.variables.items() if "default" not in body
    }

    assert [name for name in sorted(files) if not (TERRAFORM / name).is_file()] == []
    assert without_default - {"release"} <= set(re.findall(r"^(\w+) +=", given[1], re.M))
    assert set(re.findall(r"^(\w+) +=", given[1], re.M)) <= configuration.variables.keys()
