from collections.abc import Callable
from pathlib import Path

import pytest

from jobs.elements import Ending, Outcome, Run, Task
from jobs.stages import Stage
from storage.artefacts import Artefacts, Origin
from storage.database import Database
from storage.directory import DirectoryBlobs
from storage.ledger import Ledger
from storage.remake import Remake

STAGES = [Stage.VOICE, Stage.MUSIC, Stage.RENDER, Stage.MIX, Stage.FINISH]
Claimed = Callable[..., Run]


@pytest.fixture
def artefacts(tmp_path: Path) -> Artefacts:
    made = Artefacts(DirectoryBlobs(tmp_path / "store"))
    for stage in STAGES:
        made.keep(stage, "key", Origin("local"), {"it": (stage.value.encode(), ".bin")}, {}, 1.0)
    return made


@pytest.fixture
def run(database: Database, claimed: Claimed) -> Run:
    run = claimed()
    Ledger(database).plan_parts(
        (Task(run, f"{stage.value}/0", stage, 1, True, "key", "plan", "", {}), 1)
        for stage in STAGES
    )
    return run


def kept(artefacts: Artefacts) -> set[Stage]:
    return {stage for stage in STAGES if artefacts.find(stage, "key")}


@pytest.mark.parametrize(
    ("stage", "left"),
    [
        pytest.param(Stage.SCRIPT, set(), id="everything"),
        pytest.param(Stage.VOICE, {Stage.MUSIC}, id="a voice, not the music beside it"),
        pytest.param(Stage.RENDER, {Stage.VOICE, Stage.MUSIC, Stage.MIX}, id="the picture"),
        pytest.param(Stage.FINISH, set(STAGES) - {Stage.FINISH}, id="the file"),
    ],
)
def test_what_follows_from_a_stage_is_forgotten(
    database: Database, artefacts: Artefacts, run: Run, stage: Stage, left: set[Stage]
) -> None:
    Ledger(database).settle(Outcome(run, Ending.FAILED))

    Remake(database, artefacts).forget("acme", run.job_id, stage)

    assert kept(artefacts) == left


def test_nothing_is_forgotten_while_somebody_works(
    database: Database, artefacts: Artefacts, run: Run
) -> None:
    assert Remake(database, artefacts).forget("acme", run.job_id, Stage.SCRIPT) == 0
    assert kept(artefacts) == set(STAGES)


def test_nothing_of_another_tenant_is_forgotten(
    database: Database, artefacts: Artefacts, run: Run
) -> None:
    Ledger(database).settle(Outcome(run, Ending.FAILED))

    assert Remake(database, artefacts).forget("other", run.job_id, Stage.SCRIPT) == 0
    assert kept(artefacts) == set(STAGES)
