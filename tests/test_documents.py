import contextlib
import json
import re
from pathlib import Path
from typing import get_args

import pytest
import typer
from sqlalchemy.pool import QueuePool

from api.settings import Settings as ApiSettings
from pipeline.cli import app
from pipeline.flex_template import PARAMETERS
from pipeline.ingest import read_job_file
from pipeline.machines import HARNESS_THREADS, MACHINES, ONE_PROCESS
from pipeline.options import Settings
from pipeline.workshop import studio_config
from storage.audit import Action

REPOSITORY = Path(__file__).parents[1]
README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
OPTIONS = (REPOSITORY / "pipeline" / "options.py").read_text(encoding="utf-8")
API_SETTINGS = (REPOSITORY / "api" / "settings.py").read_text(encoding="utf-8")
API = (REPOSITORY / "docs" / "api.md").read_text(encoding="utf-8")
EXAMPLES = sorted((REPOSITORY / "examples").glob("*.json"))


@pytest.mark.parametrize("command", sorted(typer.main.get_command(app).commands))  # type: ignore[attr-defined] # a group
def test_every_command_is_in_the_readme(command: str) -> None:
    assert f"aiprod {command}" in README or f"`{command}`" in README


@pytest.mark.parametrize(
    "variable", sorted(set(re.findall(r"AIPROD_[A-Z]+|LOG_LEVEL", OPTIONS)))
)  # fmt: skip
def test_every_setting_is_in_the_readme(variable: str) -> None:
    assert variable in README


@pytest.mark.parametrize("variable", sorted(set(re.findall(r"`([A-Z_]{4,})`", API_SETTINGS))))
def test_every_setting_of_the_api_is_in_its_documentation(variable: str) -> None:
    assert f"`{variable}`" in API or f"`{variable}`" in README


def test_connections_are_counted_as_processes_open_them(tmp_path: Path) -> None:
    said = (REPOSITORY / "docs" / "operations.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$", said, re.M)
    settings = Settings.from_environment(
        {"AIPROD_DATA": str(tmp_path), "DATABASE_URL": "postgresql://db/a", "AIPROD_WORKERS": "3"}
    )
    with contextlib.closing(studio_config(settings, tmp_path).open()) as studio:
        pool = studio.ledger.database.engine.pool
        assert isinstance(pool, QueuePool)
        beside = pool.size() - settings.workers

    assert f"| API | {ApiSettings.pool_size} |" in said
    assert f"| worker beside it | `AIPROD_WORKERS` + {beside} |" in said
    assert len(rows) == 4
    for instances, pool_size, workers, total in (map(int, row) for row in rows):
        assert total == instances * (pool_size + workers + beside)


def test_machines_are_told_as_they_are() -> None:
    told = (REPOSITORY / "docs" / "dataflow.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(\w+)` \| `(.+?)` \|", told, re.M))
    extra = {"number_of_worker_harness_threads": HARNESS_THREADS, "experiments": ONE_PROCESS}

    wanted = {**MACHINES, **extra}
    assert {name: rows.get(name) for name in wanted} == {
        name: str(value) for name, value in wanted.items()
    }


@pytest.mark.parametrize("name", sorted(PARAMETERS))
def test_every_option_of_the_pipeline_is_documented(name: str) -> None:
    names = ("streaming.md", "reprocessing.md", "dataflow.md")
    pages = [(REPOSITORY / "docs" / page).read_text() for page in names]

    assert any(f"`--{name}" in page or f"`{name}" in page for page in pages)


def test_every_audited_action_is_in_the_manual_and_no_other() -> None:
    manual = (REPOSITORY / "docs" / "security.md").read_text(encoding="utf-8")
    _, _, chapter = manual.partition("## Audit log")

    told = set(re.findall(r"`([a-z_]+\.[a-z_]+)`", chapter.partition("\n## ")[0]))

    assert told == set(get_args(Action))


def test_every_folder_is_in_the_architecture() -> None:
    described = (REPOSITORY / "docs" / "architecture.md").read_text(encoding="utf-8")
    packages = {path.parent.name for path in REPOSITORY.glob("*/__init__.py")}

    assert [name for name in sorted(packages) if f"`{name}/`" not in described] == []


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_is_a_valid_job(path: Path) -> None:
    assert read_job_file(path).job.title


def test_the_job_in_the_readme_is_a_valid_document(tmp_path: Path) -> None:
    shown = re.search(r"```json\n(.+?)```", README, re.S)
    assert shown is not None
    document = json.loads(shown[1])
    picture = EXAMPLES[0].parent / "media" / "shore.jpg"
    (tmp_path / "kettle.jpg").write_bytes(picture.read_bytes())
    (tmp_path / "tea.json").write_text(json.dumps(document))

    assert read_job_file(tmp_path / "tea.json").job.title == "Tea"


def test_committed_files_are_small() -> None:
    media = [*REPOSITORY.glob("examples/media/*"), *REPOSITORY.glob("docs/images/*")]

    assert [path.name for path in media if path.stat().st_size > 200_000] == []
