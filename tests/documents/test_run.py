"""Every documented command that can be run on this machine is run, page by page, in its order."""

import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from tests.documents.reasons import NOT_RUN, reason
from tests.documents.sandbox import Sandbox, opened, write_files
from tests.documents.told import REPOSITORY, Told, told
from tests.documents.understood import needs_more

# A mention that lacks what it needs, such as `aiprod jobs show`, is no command to run: it is read.
TOLD = [
    one
    for one in told()
    if reason(one.line) is None
    and (one.is_whole or one.words[0] != "aiprod" or not needs_more(one.words[1:]))
]
MAY_FAIL = {
    "aiprod doctor": 1,  # something that is needed is not on this machine
    "make dataflow-update SINCE=HEAD~1": 2,  # make's: the last commit has changed the graph
}


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    folder = tmp_path_factory.mktemp("reader")
    write_files(folder)
    with opened(folder) as running:
        running.make_done(4)
        yield running


@pytest.fixture(scope="module")
def was_run() -> set[tuple[str, ...]]:
    """What another page has told before: commands that are alike are run once."""
    return set()


@pytest.fixture(scope="module")
def has_history() -> bool:
    """Whether git knows the commit before this one."""
    asked = ["/usr/bin/env", "git", "rev-parse", "--quiet", "--verify", "HEAD~1"]
    return subprocess.run(asked, cwd=REPOSITORY, check=False, capture_output=True).returncode == 0


@pytest.mark.parametrize("page", sorted({one.page for one in TOLD}))
def test_commands_of_a_page_do_what_it_says(
    sandbox: Sandbox, was_run: set[tuple[str, ...]], has_history: bool, page: str
) -> None:
    failed = []
    for one in TOLD:
        alike = tuple(word.replace("re-...", "ID").removesuffix("...") for word in one.words)
        if one.words[0] == "make" and not one.is_whole:
            alike = ("mentioned", *alike)
        if one.page != page or alike in was_run:
            continue
        was_run.add(alike)
        if not has_history and (one.words[0] == "git" or "SINCE=HEAD~1" in one.words):
            sys.stdout.write(f"no commit of before is here: {one.line} is not run\n")
            continue
        if shutil.which(one.words[0]) is None and one.words[0] != "aiprod":
            sys.stdout.write(f"{one.words[0]} is not on this machine: {one.line} is not run\n")
            continue
        started = time.monotonic()
        ran = sandbox.run(asked_of(one))
        took_s = time.monotonic() - started
        sys.stdout.write(f"{took_s:5.1f} s  {ran.code}  {ran.line}\n{ran.said}\n")
        if ran.code not in (0, MAY_FAIL.get(one.line)):
            failed.append((ran.line, ran.code, ran.said[-400:]))
    sandbox.calm()

    assert failed == []


def asked_of(one: Told) -> Told:
    """What is run: of what asks before it begins, with the answer."""
    is_asking = "--before" in one.words or (
        one.words[1] == "reprocess" and not {"--list", "--dry-run", "--rollback"} & {*one.words}
    )
    if is_asking and "--yes" not in one.words:
        return one._replace(words=(*one.words, "--yes"))
    return one


def test_reasons_name_files_that_exist_and_commands_that_are_told() -> None:
    lines = [one.line for one in told()]
    named = [name for why in NOT_RUN.values() for name in re.findall(r"\[(.+?)\]", why)]

    assert [name for name in named if not (REPOSITORY / name).exists()] == []
    assert [one for one in NOT_RUN if not any(f"{line} ".startswith(one) for line in lines)] == []
