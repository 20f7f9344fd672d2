"""Every command that README and docs tell to type, in the order in which a page tells them."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

REPOSITORY = Path(__file__).parents[2]
RELEASED = {"CHANGELOG.md"}  # tells of commands of before, too
PAGES = sorted(
    page.relative_to(REPOSITORY).as_posix()
    for page in [*REPOSITORY.glob("*.md"), *REPOSITORY.glob("docs/**/*.md")]
    if page.name not in RELEASED
)
PROGRAMS = (
    *(
        "aiprod",
        "make",
        "python -m",
        "python3 -c",
        "curl",
        "gcloud",
        "terraform",
        "git",
        "jq",
        "sqlite3",
    ),
    *("pg_dump", "pg_restore", "createdb", "promtool", "openssl", "printf", "sed"),
)
PROGRAM = re.compile(rf"(?:\.venv/bin/)?((?:{'|'.join(PROGRAMS)}) .+)", re.S)
ASSIGNED = re.compile(r"""\w+=(?:"(?:[^"$]|\$(?!\())*"|'[^']*'|\$(?!\()|[^\s"'$(]+)*""")
CALLED = re.compile(r'\w+="?\$\((.+)\)"?')
# What a shell does by itself.
SHELL = re.compile(r"(?:export|unset|cd|rm|mktemp) .+")
# Commands of the guide that do not work, and what they are here.
WRONG = re.compile(r"^## What the guide got wrong\n.+?(?=^## )", re.M | re.S)
PARTS = re.compile(r"^```(\w*)\n(.*?)^```|(?<!`)`([^`]+)`(?!`)", re.M | re.S)


class Told(NamedTuple):
    """A command of a page. `is_whole`: a line of a block, which says all that is to be typed."""

    page: str
    words: tuple[str, ...]
    is_whole: bool

    @property
    def line(self) -> str:
        return " ".join(self.words)


def commands(page: str, text: str) -> Iterator[Told]:
    """The commands of a page: lines of its blocks, and what stands between backticks.

    Raises:
      ValueError: A line of a block for the shell is no program that PROGRAMS has.
    """
    for kind, block, mentioned in PARTS.findall(WRONG.sub("", text)):
        if mentioned:
            line = re.sub(r"\bN\b", "1", " ".join(mentioned.split()))
            if found := PROGRAM.fullmatch(_without_settings(line)):
                yield Told(page, _words(found[1]), False)
        elif kind in ("", "bash", "console"):
            for line in block.replace("\\\n", " ").splitlines():
                yield from _of_line(page, kind, line)


def _of_line(page: str, kind: str, line: str) -> Iterator[Told]:
    line = line.strip()
    if kind == "console":
        if not line.startswith("$ "):
            return  # what is answered
        line = line.removeprefix("$ ")
    line = re.sub(r"(?:^|\s+)# .*", "", line)
    for part in re.split(r" \| (?=\w+ )", line):
        called = _without_settings(part)
        if found := PROGRAM.fullmatch(called):
            yield Told(page, _words(found[1]), True)
        elif kind and called and not SHELL.fullmatch(called):
            raise ValueError(f"{page}: {part}")


def _without_settings(part: str) -> str:
    """What is called, without the variables before it; nothing when they are all that there is."""
    part = re.sub(r"^export (?=\w+=)", "", part)
    if called := CALLED.fullmatch(part):
        return called[1]
    while (given := ASSIGNED.match(part)) and given.end():
        part = part[given.end() :].strip()
    return part


def _words(line: str) -> tuple[str, ...]:
    command = re.split(r" (?:>|&|<|<<<) ?", line.removesuffix(" &"))[0]
    return tuple(shlex.split(command.removeprefix(".venv/bin/"), comments=True))


def told() -> list[Told]:
    """Every command of every page."""
    return [
        one
        for page in PAGES
        for one in commands(page, (REPOSITORY / page).read_text(encoding="utf-8"))
    ]
