"""What does not go with rows, or without: a sentence and exit code 2, before anything."""

import pytest
from typer.testing import CliRunner

from pipeline.cli import app


@pytest.mark.parametrize("command", ["render", "plan", "submit"])
def test_wrong_rows_cannot_be_left_out_where_there_are_none(command: str) -> None:
    ran = CliRunner().invoke(app, [command, "card.json", "--skip-wrong-rows"])

    assert ran.exit_code == 2
    assert ran.stderr == "aiprod: --skip-wrong-rows goes with --rows, and there are no rows\n"
