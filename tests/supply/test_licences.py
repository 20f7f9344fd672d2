import re
from email.message import Message
from pathlib import Path

import pytest

from tests.supply.licences import EXCEPTIONS, fits, refused, stated
from tests.supply.shipped import LOCKS, canonical, shipped


def test_what_is_needed_goes_with_our_licence() -> None:
    assert refused() == {}


def test_exceptions_are_of_packages_that_are_needed_and_would_be_refused() -> None:
    needed = shipped()

    assert set(EXCEPTIONS) <= needed.keys()
    assert not any(fits(text) for name in EXCEPTIONS for text in stated(needed[name].metadata))


@pytest.mark.parametrize(
    "lock", [one for one in LOCKS if one.stem != "build"], ids=lambda p: p.stem
)
def test_what_an_image_has_is_looked_at(lock: Path) -> None:
    installed = re.findall(r"^([\w.-]+)(?:\[.*?\])?==", lock.read_text(encoding="utf-8"), re.M)

    assert installed
    assert {canonical(name) for name in installed} <= shipped().keys()


def test_tools_of_development_are_not_shipped() -> None:
    needed = shipped()

    assert "apache-beam" in needed
    assert {"pytest", "ruff", "mypy", "aiprod"}.isdisjoint(needed)


@pytest.mark.parametrize(
    ("text", "is_good"),
    [
        pytest.param("MIT", True, id="one"),
        pytest.param("GPL-3.0-only", False, id="one that does not fit"),
        pytest.param("MIT AND GPL-3.0-only", False, id="both hold"),
        pytest.param("MIT OR GPL-3.0-only", True, id="a choice"),
        pytest.param("GPL-3.0-only OR MIT AND ISC", True, id="and binds tighter"),
        pytest.param("MPL-2.0 AND (Apache-2.0 OR MIT)", False, id="a choice within"),
        pytest.param("BSD-3-Clause AND (GPL-3.0-only OR MIT)", True, id="a good choice within"),
        pytest.param("ISC License (ISCL)", True, id="a name with parentheses"),
        pytest.param("", False, id="none"),
    ],
)
def test_expressions_are_read(text: str, is_good: bool) -> None:
    assert fits(text) is is_good


def test_an_expression_stands_before_what_older_fields_say() -> None:
    metadata = Message()
    metadata["License-Expression"] = "GPL-3.0-only"
    metadata["Classifier"] = "License :: OSI Approved :: MIT License"

    assert list(stated(metadata)) == ["GPL-3.0-only"]
