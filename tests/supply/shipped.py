"""What AIPROD needs to run: packages that this environment has, without those of development."""

import re
from collections.abc import Iterator, Mapping
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement

LOCKS = sorted((Path(__file__).parents[2] / "templates").glob("*.lock"))


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def shipped(root: str = "aiprod") -> Mapping[str, Distribution]:
    """The packages that `root` requires, and what those require, by name; without `root`."""
    found: dict[str, Distribution] = {}
    seen, left = set(), [Requirement(root)]
    while left:
        wanted = left.pop()
        key = (canonical(wanted.name), *sorted(wanted.extras))
        if key in seen:
            continue
        seen.add(key)
        one = distribution(wanted.name)
        found[key[0]] = one
        left += _requirements(one, wanted.extras)
    del found[canonical(root)]
    return dict(sorted(found.items()))


def _requirements(one: Distribution, extras: set[str]) -> Iterator[Requirement]:
    for line in one.requires or ():
        requirement = Requirement(line)
        marker = requirement.marker
        if marker is None or any(marker.evaluate({"extra": extra}) for extra in ("", *extras)):
            yield requirement
