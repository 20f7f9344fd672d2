"""Every `aiprod ...` and `make ...` that a page tells to type: that it would be understood."""

import pytest

from tests.documents.told import commands, told
from tests.documents.understood import refusal

TOLD = [one for one in told() if one.words[0] in ("aiprod", "make")]


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

    said = sorted(refusal(one.words, is_whole=one.is_whole) for one in mentioned)
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
    ((_page, words, is_whole),) = commands("page", f"```console\n$ {line}  # why\n```\n")

    assert said in refusal(words, is_whole=is_whole)
