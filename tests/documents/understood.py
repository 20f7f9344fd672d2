"""Whether a line that calls `aiprod` or `make` would be understood. Nothing is run."""

import re
from functools import cache
from typing import Any

import typer

from pipeline.cli import app
from tests.documents.told import REPOSITORY

MAKEFILE = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
TARGETS = set(re.findall(r"^([a-z-]+):", MAKEFILE, re.M))
UsageError: Any = typer.BadParameter.__bases__[0]  # typer has a click of its own


@cache
def _program() -> Any:
    return typer.main.get_command(app)


def parsed(words: tuple[str, ...], *, is_whole: bool) -> None:
    """Reads a command line as `aiprod` does, and runs nothing.

    Raises:
      typer.BadParameter, or what it derives from: It would not be understood.
    """
    command = _program()
    rest = list(words)
    while rest and hasattr(command, "commands"):
        name = rest.pop(0)
        if name not in command.commands:
            raise typer.BadParameter(f"no command {name}")
        command = command.commands[name]
    if hasattr(command, "commands"):
        if is_whole:
            raise typer.BadParameter("a group, not a command")
        return
    try:
        command.make_context(command.name, rest)
    except UsageError as error:
        if is_whole or type(error).__name__ != "MissingParameter":
            raise


def refusal(words: tuple[str, ...], *, is_whole: bool) -> str:
    """What speaks against a command line; nothing when it is understood."""
    program, *rest = words
    if program == "aiprod":
        try:
            parsed(tuple(rest), is_whole=is_whole)
        except UsageError as error:
            return error.format_message()
        return ""
    variables = {word.partition("=")[0] for word in rest if "=" in word}
    unknown = {word for word in rest if "=" not in word} - TARGETS
    unknown |= {name for name in variables if not re.search(rf"[(,]{name}\)", MAKEFILE)}
    return f"the Makefile has no {', '.join(sorted(unknown))}" if unknown else ""


def needs_more(words: tuple[str, ...]) -> bool:
    """Whether that is a group of commands, or lacks an argument."""
    try:
        parsed(words, is_whole=True)
    except UsageError:
        return True
    return False
