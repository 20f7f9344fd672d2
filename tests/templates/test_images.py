"""What the images are built from. `make try-images` builds them, as far as that goes here."""

import re
import runpy
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

REPOSITORY = Path(__file__).parents[2]
TEMPLATES = REPOSITORY / "templates"
LOCKING = runpy.run_path(str(TEMPLATES / "lock.py"))
NOT_IN_API: tuple[str, ...] = LOCKING["NOT_IN_API"]
# What is imported for a package, where that is not its name.
MODULES = {"opencv-python-headless": "cv2"}


def locked(name: str) -> Iterator[tuple[str, list[str]]]:
    """Pinned requirements of a lock file, each with its hashes."""
    text = (TEMPLATES / name).read_text(encoding="utf-8")
    for entry in re.split(r"\n(?=\S)", text.strip()):
        if not entry.startswith("#"):
            first, *hashes = entry.replace(" \\\n", "\n").splitlines()
            yield first.strip(), [one.strip() for one in hashes]


@pytest.mark.parametrize("name", ["build.lock", "pipeline.lock", "api.lock"])
def test_every_line_of_a_lock_is_one_version_with_hashes_and_no_address(name: str) -> None:
    entries = list(locked(name))

    assert entries
    for pinned, hashes in entries:
        assert re.fullmatch(r"[a-z0-9][a-z0-9._-]*(\[[a-z0-9,-]+\])?==[^=<>~ ]+( ; .+)?", pinned)
        assert hashes
        assert all(re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", one) for one in hashes)


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        pytest.param("build.lock", LOCKING["build_ranges"], id="what builds"),
        pytest.param("pipeline.lock", LOCKING["ranges"], id="pipeline"),
        pytest.param("api.lock", lambda: LOCKING["ranges"](NOT_IN_API), id="api"),
    ],
)
def test_a_lock_is_within_the_ranges_of_setup(name: str, wanted: Callable[[], list[str]]) -> None:
    versions = {}
    for pinned, _ in locked(name):
        requirement = Requirement(pinned)
        (only,) = requirement.specifier
        versions[canonicalize_name(requirement.name)] = Version(only.version)

    for text in wanted():
        requirement = Requirement(text)
        assert requirement.specifier.contains(versions[canonicalize_name(requirement.name)]), text


def test_the_api_has_nothing_that_only_makes_films() -> None:
    pinned = {canonicalize_name(Requirement(line).name) for line, _ in locked("api.lock")}

    assert pinned & set(NOT_IN_API) == set()
    assert pinned < {canonicalize_name(Requirement(one).name) for one, _ in locked("pipeline.lock")}


def test_the_api_starts_without_what_its_image_does_not_have() -> None:
    missing = {MODULES.get(name, name.replace("-", "_")) for name in NOT_IN_API}
    # None in `sys.modules` is how an import is told that there is no such module.
    program = f"import sys; sys.modules.update(dict.fromkeys({missing!r})); import pipeline.serve"

    ran = subprocess.run(
        [sys.executable, "-c", program],
        cwd=REPOSITORY, check=False, capture_output=True, text=True, timeout=60,
    )  # fmt: skip

    assert (ran.returncode, ran.stderr) == (0, "")


def test_beams_launcher_is_of_the_version_that_is_locked() -> None:
    (beam,) = (line for line, _ in locked("pipeline.lock") if line.startswith("apache-beam"))
    version = beam.partition("==")[2]
    image = f"apache/beam_python3.11_sdk:{version}"

    assert f"ARG BEAM_IMAGE={image}\n" in (TEMPLATES / "pipeline.Dockerfile").read_text()
    assert f"_BEAM_IMAGE: {image}\n" in (TEMPLATES / "cloudbuild.yaml").read_text()


def test_both_ways_to_build_begin_with_the_same_images() -> None:
    built = (TEMPLATES / "cloudbuild.yaml").read_text(encoding="utf-8")

    for name in ("pipeline", "api"):
        dockerfile = (TEMPLATES / f"{name}.Dockerfile").read_text(encoding="utf-8")
        for variable, image in re.findall(r"^ARG (\w+_IMAGE)=(\S+)$", dockerfile, re.M):
            assert f"  _{variable}: {image}\n" in built


def test_nothing_is_left_for_a_worker_to_install() -> None:
    dockerfile = (TEMPLATES / "pipeline.Dockerfile").read_text(encoding="utf-8")
    (set_here,) = re.findall(r"^ENV (.+?[^\\])$", dockerfile, re.M | re.S)
    variables = dict(pair.split("=") for pair in set_here.replace("\\\n", " ").split())

    assert variables["RUN_PYTHON_SDK_IN_DEFAULT_ENVIRONMENT"] == "1"
    assert variables["FLEX_TEMPLATE_PYTHON_PY_FILE"] == "/template/main.py"
    assert {name for name in variables if name.startswith("FLEX_TEMPLATE")} == {
        "FLEX_TEMPLATE_PYTHON_PY_FILE"
    }


def test_the_images_get_every_package_of_ours() -> None:
    wanted = {path.parent.name for path in REPOSITORY.glob("*/__init__.py")} - {"tests", "bench"}
    ignored = (REPOSITORY / ".dockerignore").read_text(encoding="utf-8").splitlines()

    assert [name for name in sorted(wanted) if f"!{name}" not in ignored] == []
