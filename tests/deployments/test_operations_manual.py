"""The gcloud commands of docs/operations.md."""

import re
import shlex

from tests.deployments.configuration import DEPLOYMENTS
from tests.deployments.gcloud import flags_of, options, read_grammar

PAGE = (DEPLOYMENTS.parent / "docs" / "operations.md").read_text(encoding="utf-8")


def test_gcloud_knows_the_commands_and_their_flags() -> None:
    grammar = read_grammar()
    found = re.findall(r"(?:`|^)gcloud ([^`\n]+)", PAGE.replace("\\\n", " "), re.M)
    commands = [shlex.split(command) for command in found]

    assert len(commands) > 15
    assert [
        (command[:3], name)
        for command in commands
        for name in {*options(command)} - flags_of(grammar, command).keys()
    ] == []
