"""`make lock`: writes the lock files, with hashes, from the ranges in setup.py.

Versions that are there already are kept where they fit; remove a file to have its newest.
"""

import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from importlib.metadata import requires
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]
HERE = REPOSITORY / "templates"
# What only makes films, which the API image does not do.
NOT_IN_API = (
    *("apache-beam", "budoux", "espeakng-loader", "font-roboto", "imageio-ffmpeg"),
    *("opencv-python-headless", "scipy"),
)
HEAD = "# By `make lock`. Python 3.11 on Linux with glibc, x86_64 and arm64 alike.\n"


def ranges(without: Sequence[str] = ()) -> list[str]:
    """Requirements of setup.py, as it was installed, but those of these names."""
    wanted = [one for one in requires("aiprod") or () if "extra ==" not in one]
    return [one for one in wanted if re.split(r"[\[<>=!~ ]", one)[0] not in without]


def build_ranges() -> list[str]:
    """What the build of our package needs, and that of packages which come as source."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    wanted: list[str] = project["build-system"]["requires"]
    return wanted


def lock(name: str, requirements: Sequence[str]) -> None:
    """Writes one lock file. Raises `SystemExit` when it would not be the same on arm64."""
    path = HERE / name
    texts = []
    for machine in ("x86_64", "aarch64"):
        with tempfile.TemporaryDirectory() as folder:
            made = Path(folder) / name
            if path.exists():
                made.write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
            subprocess.run(
                [
                    *(sys.executable, "-m", "uv", "pip", "compile", "-", "--quiet"),
                    *("--no-config", "--no-header", "--no-annotate", "--no-emit-index-url"),
                    *("--generate-hashes", "--python-version=3.11"),
                    *(f"--python-platform={machine}-manylinux_2_36", f"--output-file={made}"),
                ],
                input="\n".join(requirements),
                text=True,
                check=True,
            )
            texts.append(made.read_text(encoding="utf-8"))
    if texts[0] != texts[1]:
        sys.exit(f"{name}: x86_64 and arm64 need different packages; write one file for each")
    path.write_text(HEAD + texts[0], encoding="utf-8")


if __name__ == "__main__":
    lock("build.lock", build_ranges())
    lock("pipeline.lock", ranges())
    lock("api.lock", ranges(NOT_IN_API))
