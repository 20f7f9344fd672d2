import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from jobs.casting import Casting
from jobs.errors import InvalidInput
from media.fonts import font_set
from pipeline.ingest import named_files, read_job_file
from providers.roster import Roster

SCENES = [{"narration": "Low water."}]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "kit").mkdir()
    Image.new("RGBA", (8, 8)).save(tmp_path / "kit" / "logo.png")
    (tmp_path / "kit" / "brand.ttf").write_bytes(font_set("en").main().path.read_bytes())
    return tmp_path


def job_in(folder: Path, brand: Any, kit: Any = None) -> Path:
    (folder / "job.json").write_text(json.dumps({"scenes": SCENES, "brand": brand}))
    if kit is not None:
        (folder / "kit" / "brand.json").write_text(kit if isinstance(kit, str) else json.dumps(kit))
    return folder / "job.json"


def casting() -> Casting:
    return Roster().casting()


def test_paths_in_a_brand_file_start_at_it(folder: Path) -> None:
    kit = {"logo": {"uri": "logo.png"}, "fonts": {"titles": "brand.ttf", "captions": "Any Font"}}

    file = read_job_file(job_in(folder, "kit/brand.json", kit))

    assert file.job.brand
    assert file.job.brand.logo
    assert file.job.brand.logo.uri == "kit/logo.png"
    assert file.job.brand.fonts.captions == "Any Font"
    stored = {one.original: (one.kind, Path(one.blob).suffix) for one in named_files(file).inputs}
    assert stored == {
        "kit/logo.png": ("image", ".picture"),
        "kit/brand.ttf": ("font", ".font"),
    }


def test_a_brand_file_may_be_set_and_changed_from_the_command_line(folder: Path) -> None:
    path = job_in(folder, None, {"logo": {"uri": "logo.png"}})

    named = read_job_file(path, ["brand=kit/brand.json"])
    changed = read_job_file(job_in(folder, "kit/brand.json"), ["brand.logo.corner=top_left"])

    assert named.job.brand
    assert named.job.brand.logo
    assert changed.job.brand
    assert changed.job.brand.logo
    assert changed.job.brand.logo.corner.value == "top_left"


@pytest.mark.parametrize(
    ("brand", "kit", "sentence"),
    [
        pytest.param(
            "none.json", None, "job.json: brand: none.json cannot be read: No such file", id="none"
        ),
        pytest.param("kit", None, "job.json: brand: kit cannot be read: Is a dir", id="folder"),
        pytest.param(
            "https://a.example/b.json",
            None,
            "job.json: brand is https://a.example/b.json: give the path of a JSON file",
            id="address",
        ),
        pytest.param("kit/brand.json", "[1]", "brand.json is not a brand kit", id="list"),
        pytest.param("kit/brand.json", "{", "brand.json: ", id="broken"),
        pytest.param(
            "kit/brand.json",
            {"logo": "logo.png"},
            'brand.logo is "logo.png": give an object with the fields uri, corner',
            id="logo by path",
        ),
        pytest.param(
            "kit/brand.json",
            {"fonts": {"titles": "logo.png.ttf"}},
            "brand.fonts.titles: there is no file kit/logo.png.ttf",
            id="no font file",
        ),
        pytest.param(
            {"fonts": {"titles": "No Such Font Anywhere"}},
            None,
            "brand.fonts.titles: the font No Such Font Anywhere is not installed here: give ",
            id="no family",
        ),
    ],
)
def test_what_is_wrong_with_a_brand_file_is_told(
    folder: Path, brand: Any, kit: Any, sentence: str
) -> None:
    with pytest.raises(InvalidInput) as raised:
        read_job_file(job_in(folder, brand, kit), casting=casting())

    assert sentence in raised.value.message


def test_a_picture_is_no_font(folder: Path) -> None:
    (folder / "kit" / "logo.png").rename(folder / "kit" / "logo.ttf")

    with pytest.raises(InvalidInput, match=r"logo.ttf is not a font that can be drawn"):
        read_job_file(job_in(folder, {"fonts": {"captions": "kit/logo.ttf"}}))
