"""A short chaos; `make chaos` is the long one, and breaks the build on purpose, too."""

from pathlib import Path

import pytest

from tests.chaos.mutants import MUTANTS, Mutant, mutated
from tests.chaos.run import REPOSITORY, run
from tests.chaos.service import Victim

SEED = 20261124


def test_jobs_under_fire_come_out_once(tmp_path: Path) -> None:
    report = run(Victim(REPOSITORY, tmp_path / "data"), 10, 1.0, SEED, 400)

    assert report.broken == []
    assert report.statuses == {"done": 11}
    assert report.kills.pop("taken over") == 1
    assert sum(report.kills.values()) >= 3


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_what_the_long_chaos_breaks_is_there_to_be_broken(mutant: Mutant, tmp_path: Path) -> None:
    source = mutated(mutant, tmp_path / "source")

    for name, _, instead in mutant.changes:
        assert (source / name).read_text() != (REPOSITORY / name).read_text(), instead
