"""What the `gcloud` of this machine knows: groups, commands, flags. Nothing is run."""

import ast
import shutil
from pathlib import Path
from typing import Any

import pytest


def read_grammar() -> dict[str, Any]:
    """The tree of commands; skips the test where there is none."""
    program = shutil.which("gcloud")
    if program is None:
        pytest.skip("gcloud is not on this machine: its commands are not checked")
    path = Path(program).resolve().parents[1] / "data" / "cli" / "gcloud_completions.py"
    if not path.is_file():
        pytest.skip(f"this gcloud has no grammar at {path}: its commands are not checked")
    text = path.read_text(encoding="utf-8")
    found: dict[str, Any] = ast.literal_eval(text[text.index("= {") + 2 :])
    return found


def options(command: list[str]) -> dict[str, str]:
    """Flags with their values."""
    pairs = (word.partition("=") for word in command if word.startswith("--"))
    return {name: value for name, _, value in pairs}


def flags_of(grammar: dict[str, Any], command: list[str]) -> dict[str, Any]:
    """The flags that a command has.

    Raises:
      KeyError: There is no such command.
    """
    node, flags, words = grammar, dict(grammar["flags"]), list(command)
    while words and words[0] in node["commands"]:
        node = node["commands"][words.pop(0)]
        flags |= node["flags"]
    if node["commands"]:
        raise KeyError(f"{command} names a group, not a command")
    return flags
