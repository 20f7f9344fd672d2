from pathlib import Path

import pytest
import typer

from pipeline.operator_commands import dlq_app, keys_app, webhooks_app
from pipeline.service_commands import jobs_app

DOCUMENT = (Path(__file__).parents[2] / "docs" / "cli.md").read_text(encoding="utf-8")
EVERYWHERE = {"--help", "--json", "--url"}

GROUPS = {"jobs": jobs_app, "keys": keys_app, "dlq": dlq_app, "webhooks": webhooks_app}
COMMANDS = {
    f"aiprod {group} {name}": command
    for group, app in GROUPS.items()
    for name, command in typer.main.get_command(app).commands.items()  # type: ignore[attr-defined] # a group
}


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_and_option_is_in_the_document(command: str) -> None:
    line = "\n".join(line for line in DOCUMENT.splitlines() if f"`{command}" in line)
    options = {option for parameter in COMMANDS[command].params for option in parameter.opts}

    named = {option for option in options if option.startswith("--")} - EVERYWHERE
    assert line
    assert {option for option in named if option not in line} == set()
