"""Every `aiprod ...` and `make ...` that a page tells to type: that it would be understood."""

import re
import shlex
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import typer

from pipeline.cli import app

REPOSITORY = Path(__file__).parents[1]
PAGES = [*REPOSITORY.glob("*.md"), *REPOSITORY.glob("docs/**/*.md")]
MAKEFILE = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
TARGETS = set(re.findall(r"^([a-z-]+):", MAKEFILE, re.M))
PROGRAM = re.compile(r"(?:\$ )?(?:\w+=\S+ )*(?:\.venv/bin/)?((?:aiprod|make) .+)")
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.M | re.S)
UsageError: Any = typer.BadParameter.__bases__[0]  # typer has a click of its own
RELEASED = {"CHANGELOG.md"}  # tells of commands of before, too


class Told(NamedTuple):
    """A command of a page. `is_whole`: a line of a block, which says all that is to be typed."""

    page: str
    words: tuple[str, ...]
    is_whole: bool


def commands(name: str, text: str) -> set[Told]:
    """The commands of a page: lines of its blocks, and what stands between backticks."""
    found = set()
    blocks = [block for kind, block in BLOCK.findall(text) if kind in ("", "bash", "console")]
    prose = BLOCK.sub("", text)
    lines = [(line, True) for line in "\n".join(blocks).replace("\\\n", " ").splitlines()]
    mentioned = re.findall(r"`([^`]+)`", prose)
    lines += [(re.sub(r"\bN\b", "1", " ".join(told.split())), False) for told in mentioned]
    for line, is_whole in lines:
        if match := PROGRAM.fullmatch(line.strip()):
            words = shlex.split(match[1].partition(" > ")[0], comments=True)
            found.add(Told(name, tuple(words), is_whole))
    return found


TOLD = sorted(
    told
    for page in PAGES
    if page.name not in RELEASED
    for told in commands(page.relative_to(REPOSITORY).as_posix(), page.read_text(encoding="utf-8"))
)


def parsed(words: tuple[str, ...], *, is_whole: bool) -> None:
    """Reads a command line as `aiprod` does, and runs nothing.

    Raises:
      typer.BadParameter, or what it derives from: It would not be understood.
    """
    command: Any = typer.main.get_command(app)
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


@pytest.mark.parametrize("page", sorted({told.page for told in TOLD}))
def test_commands_of_a_page_are_understood(page: str) -> None:
    wrong = {
        " ".join(told.words): said
        for told in TOLD
        if told.page == page and (said := refusal(told.words, is_whole=told.is_whole))
    }

    assert wrong == {}


def test_a_command_that_is_mentioned_needs_no_arguments_but_its_options_exist() -> None:
    mentioned = commands("page", "`aiprod jobs show` and `aiprod jobs show --dokument`")

    said = sorted(refusal(words, is_whole=is_whole) for _, words, is_whole in mentioned)
    assert said[0] == ""
    assert "--dokument" in said[1]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        pytest.param("aiprod jobs lits", "no command lits", id="command"),
        pytest.param("aiprod jobs", "a group", id="group alone"),
        pytest.param("aiprod jobs list --stat done", "--stat", id="option"),
        pytest.param("aiprod jobs list --limit none", "valid integer", id="value"),
        pytest.param("aiprod jobs show", "JOB", id="missing argument"),
        pytest.param("make rnu", "rnu", id="target"),
        pytest.param("make serve FAKED=1", "FAKED", id="variable"),
    ],
)
def test_a_command_that_would_not_be_understood_is_seen(line: str, said: str) -> None:
    ((_page, words, is_whole),) = commands("page", f"```bash\n$ {line}  # why\n```\n")

    assert said in refusal(words, is_whole=is_whole)
