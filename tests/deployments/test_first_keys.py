"""Steps 3 and 6 of docs/deploy.md, as a shell takes them, with a program in the place of gcloud."""

import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest

from tests.deployments.configuration import DEPLOYMENTS

PAGE = (DEPLOYMENTS.parent / "docs" / "deploy.md").read_text(encoding="utf-8")
# Notes what it is given, arguments and files, and answers as the cloud would.
GCLOUD = """#!/bin/bash
echo "$*" >> "$NOTES/arguments"
for given in "$@"; do
  case $given in
    --flags-file=*) cp "${given#*=}" "$NOTES/flags" ;;
    --data-file=*) cp "${given#*=}" "$NOTES/url"
      stat -c %a "$(dirname "${given#*=}")" > "$NOTES/mode" ;;
  esac
done
case "$*" in
  "sql instances describe"*) echo 10.8.1.2 ;;
  "compute zones list"*) echo europe-west1-c ;;
  "secrets versions access"*) cat "$NOTES/url" ;;
esac
"""
AIPROD = """#!/bin/bash
echo "$DATABASE_URL" > "$NOTES/asked"
"""


def blocks(step: str) -> str:
    """The commands of a step."""
    text = PAGE.partition(f"**{step}. ")[2].partition("\n**")[0].partition("\n## ")[0]
    return "".join(re.findall(r"```bash\n(.+?)```", text, re.S))


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    """What was called, after step 3 in one shell and step 6 in another."""
    programs = {"bin/gcloud": GCLOUD, ".venv/bin/aiprod": AIPROD}
    for name, text in programs.items():
        program = tmp_path / name
        program.parent.mkdir(parents=True)
        program.write_text(text)
        program.chmod(0o755)
    environment = {
        "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}", "NOTES": str(tmp_path),
        "TMPDIR": str(tmp_path), "PROJECT": "p", "REGION": "europe-west1",
    }  # fmt: skip
    for step in "36":
        subprocess.run(
            ["/bin/bash", "-euc", blocks(step) + 'echo "${DATABASE_URL-unset}" > $NOTES/left'],
            check=True, cwd=tmp_path, env=environment, timeout=60,
        )  # fmt: skip
    return tmp_path


def test_the_password_is_in_no_argument_and_in_no_file_that_is_left(notes: Path) -> None:
    flags, url = (notes / "flags").read_text(), (notes / "url").read_text()
    password = flags.removeprefix("--password: ").strip()
    left = list(notes.glob("tmp.*"))

    assert re.fullmatch(r"[0-9a-f]{48}", password)
    assert url == f"postgresql://aiprod:{password}@10.8.1.2/aiprod?sslmode=require"
    assert password not in (notes / "arguments").read_text()
    assert (notes / "mode").read_text() == "700\n"
    assert left == []


def test_keys_are_made_through_the_tunnel_and_the_shell_forgets_it(notes: Path) -> None:
    asked = (notes / "asked").read_text().strip()
    tunnel = next(
        line for line in (notes / "arguments").read_text().splitlines() if " ssh " in line
    )
    words = shlex.split(tunnel)

    assert asked == (notes / "url").read_text().replace("@10.8.1.2/", "@127.0.0.1:5433/")
    assert words[words.index("-L") + 1] == "5433:10.8.1.2:5432"
    assert "--zone=europe-west1-c" in words
    assert (notes / "left").read_text() == "unset\n"
