"""Every field of the job document, and what is made again when it changes."""

import contextlib
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from api.forecast import Desk
from api.reuse import Earlier, Fate, PartPlan, plan_parts
from api.shelf import Shelf
from jobs.document import Job, apply_overrides, job_from, job_json
from jobs.message import Ring
from jobs.named_files import files_of
from jobs.slate import LOCAL_TENANT, Slate
from jobs.stages import Stage
from jobs.submission import InputFile, Submission
from media.fonts import Weight, font_set
from media.run import Workspace, ffmpeg_version, find_ffmpeg
from pipeline.execute import execute
from pipeline.renderings import Renderings
from providers.roster import configured
from storage.artefacts import Artefacts
from storage.catalogue import Catalogue
from storage.database import open_database
from storage.directory import DirectoryBlobs
from storage.intake import Intake
from storage.rows import PartRow, RunRow
from tests.pipeline.field_matrix import (
    BASES,
    NOTHING,
    ROWS,
    Row,
    fields_of,
    table,
    told,
)
from tests.pipeline.test_graph import studio_in
from tests.warm import REPOSITORY
from transforms.studio import StudioConfig

# Named by some rows; none of them is asked for anything.
KEYS = ("ELEVENLABS_API_KEY", "GEMINI_API_KEY", "FREESOUND_API_KEY", "SUNO_API_KEY")
SERVICES = configured(dict.fromkeys(KEYS, "a-key"))
CHANGED = [row for row in ROWS if row.change]
RENDERED = [row for row in ROWS if row.is_rendered]


@dataclass(frozen=True)
class Shop:
    """Where jobs were rendered: its store, and their files by uri."""

    config: StudioConfig
    files: dict[str, InputFile]

    def submission(self, document: dict[str, Any], change: str = "") -> Submission:
        changed = apply_overrides(document, [change] if change else [])
        plain = json.loads(job_json(job_from(changed)))
        return Submission(plain, tuple(self.files[file.uri] for file in files_of(plain)))

    def render(self, submissions: dict[str, Submission]) -> None:
        with contextlib.closing(open_database(self.config.database_url)) as database:
            for job_id, submission in submissions.items():
                Intake(database).put(job_id, submission, None)
        execute([Ring(job_id).to_bytes() for job_id in submissions], self.config)

    def parts(self, job_id: str) -> dict[str, PartRow]:
        with contextlib.closing(open_database(self.config.database_url)) as database:
            rows = Catalogue(database).parts(LOCAL_TENANT, job_id, 1)
        return {row.task_id: row for row in rows}

    def desk(self) -> Desk:
        encoder = ffmpeg_version(find_ffmpeg(None))
        artefacts = Artefacts(DirectoryBlobs(Path(self.config.store)))
        return Desk(
            Shelf(artefacts), Slate(), SERVICES.casting(), Renderings(encoder, artefacts.blobs)
        )

    def earlier(self, base: str) -> Earlier:
        submission = self.submission(BASES[base])
        return Earlier(RunRow(base, 1, submission, {}), self.parts(base))

    def plan(self, row: Row) -> tuple[PartPlan, ...]:
        submission = self.submission(row.document, row.change)
        return plan_parts(self.desk(), submission, self.earlier(row.base))


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """Both documents, rendered."""
    config = studio_in(tmp_path_factory.mktemp("matrix"))
    shop = Shop(config, dict(_files(config, tmp_path_factory.mktemp("files"))))
    shop.render({base: shop.submission(document) for base, document in BASES.items()})
    return shop


def _files(config: StudioConfig, folder: Path) -> Iterator[tuple[str, InputFile]]:
    space = Workspace(find_ffmpeg(None), folder, wall_s=60)
    for name, source in (("tide.mp4", "testsrc2=s=64x36:d=6"), ("ebb.mp4", "testsrc=s=64x36:d=6")):
        space.run(
            ["-f", "lavfi", "-i", source, "-f", "lavfi", "-i", "sine=200:d=6",
             "-pix_fmt", "yuv420p", name]
        )  # fmt: skip
    space.run(["-f", "lavfi", "-i", "sine=300:d=2", "said.wav"])
    (folder / "said.srt").write_text("1\n00:00:00,000 --> 00:00:01,000\nGone.\n")
    for name, color in (("logo.png", "#c02040"), ("mark.png", "#20c040")):
        Image.new("RGBA", (80, 40), color).save(folder / name)
    media = REPOSITORY / "examples" / "media"
    artefacts = Artefacts(DirectoryBlobs(Path(config.store)))
    for uri, kind, path in (
        ("gull.jpg", "image", media / "gulls.jpg"),
        ("crab.jpg", "image", media / "pool.jpg"),
        ("tide.mp4", "clip", folder / "tide.mp4"),
        ("ebb.mp4", "clip", folder / "ebb.mp4"),
        ("said.wav", "sound", folder / "said.wav"),
        ("said.srt", "captions", folder / "said.srt"),
        ("logo.png", "image", folder / "logo.png"),
        ("mark.png", "image", folder / "mark.png"),
        ("brand.ttf", "font", font_set("en", Weight.REGULAR).main().path),
        ("bold.ttf", "font", font_set("en", Weight.BOLD).main().path),
    ):
        yield uri, InputFile(artefacts.keep_media(path), uri, kind)


@pytest.fixture(scope="module")
def rendered(shop: Shop, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """A copy, in which the changed documents are rendered that have to be."""
    folder = tmp_path_factory.mktemp("rendered")
    shutil.copytree(shop.config.store, folder / "data")
    copy = Shop(studio_in(folder), shop.files)
    copy.render({job_of(row): copy.submission(row.document, row.change) for row in RENDERED})
    return copy


def job_of(row: Row) -> str:
    return f"changed-{RENDERED.index(row)}"


def made(plans: tuple[PartPlan, ...]) -> str:
    return told([(part.stage, part.fate is not Fate.REUSED) for part in plans])


def test_every_field_has_a_row_and_every_row_a_field() -> None:
    assert sorted(row.field for row in ROWS) == sorted(fields_of(Job))


@pytest.mark.parametrize("base", BASES)
def test_nothing_is_made_again_when_nothing_changes(shop: Shop, base: str) -> None:
    plans = plan_parts(shop.desk(), shop.submission(BASES[base]), shop.earlier(base))

    assert {part.task_id: part.told for part in plans} == dict.fromkeys(shop.parts(base), "reused")


@pytest.mark.parametrize("row", CHANGED, ids=lambda row: row.field)
def test_a_field_makes_again_what_depends_on_it_and_says_so(shop: Shop, row: Row) -> None:
    plans = shop.plan(row)

    reasons = {reason for part in plans for reason in part.because}
    assert made(plans) == row.made
    assert reasons == (set(row.because) if made(plans) != NOTHING else set())


@pytest.mark.parametrize("row", RENDERED, ids=lambda row: row.field)
def test_a_render_makes_what_was_planned(shop: Shop, rendered: Shop, row: Row) -> None:
    planned = {part.task_id: part.fate is Fate.REUSED for part in shop.plan(row)}

    parts = rendered.parts(job_of(row)).values()

    assert {part.task_id: part.status == "cached" for part in parts} == planned
    assert {part.status for part in parts} <= {"cached", "done"}
    assert told([(Stage(part.stage), part.status == "done") for part in parts]) == row.made


def test_the_page_is_what_the_rows_say() -> None:
    page = REPOSITORY / "docs" / "field-matrix.md"

    assert page.read_text(encoding="utf-8") == table(), "run `make matrix`"
