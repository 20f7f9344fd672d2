"""Builds that were broken on purpose: chaos must notice each."""

import shutil
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
PACKAGES = ("api", "jobs", "media", "pipeline", "providers", "storage", "transforms")


@dataclass(frozen=True)
class Mutant:
    """One thing switched off: in a file, a text becomes another."""

    name: str
    changes: tuple[tuple[str, str, str], ...]


MUTANTS = (
    Mutant(
        "no sweeper",
        (
            (
                "api/background.py",
                "while not stop.wait(self._every_s):",
                "while not stop.wait(1e6):",
            ),
        ),
    ),
    Mutant(
        "no fencing",
        (
            (
                "storage/journal.py",
                "return JOBS.c.id == run.job_id, JOBS.c.token == run.token",
                "return JOBS.c.id == run.job_id, JOBS.c.token >= 0",
            ),
            ("storage/ledger.py", "or row.token != run.token or", "or"),
        ),
    ),
    Mutant(
        "no artefact check",
        (("transforms/perform.py", "if studio.artefacts.find(task.stage, key):", "if False:"),),
    ),
)


def mutated(mutant: Mutant, folder: Path) -> Path:
    """A copy of the product in which one thing is switched off."""
    for package in PACKAGES:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(REPOSITORY / package, folder / package, ignore=ignored)
    for name, text, instead in mutant.changes:
        path = folder / name
        source = path.read_text(encoding="utf-8")
        if source.count(text) != 1:
            raise ValueError(f"{mutant.name}: {name} has {text!r} not once")
        path.write_text(source.replace(text, instead), encoding="utf-8")
    return folder
