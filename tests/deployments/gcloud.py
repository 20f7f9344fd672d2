"""What the `gcloud` of this machine knows: commands, flags, messages. No command is run."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

# What gcloud does with a file (`run services replace`, `builds submit`, `monitoring dashboards
# create`) before it asks anybody.
_PARSE = """
import importlib, json, sys
sys.path[:0] = [sys.argv[1], sys.argv[1] + "/third_party"]
from googlecloudsdk.api_lib.util import messages
api, version, name = sys.argv[2:]
module = f"googlecloudsdk.generated_clients.apis.{api}.{version}.{api}_{version}_messages"
kind = getattr(importlib.import_module(module), name)
try:
    messages.DictToMessageWithErrorCheck(json.load(sys.stdin), kind)
except Exception as error:
    print(error)
"""


def root() -> Path:
    """Where gcloud is installed; skips the test where it is not."""
    program = shutil.which("gcloud")
    if program is None:
        pytest.skip("gcloud is not on this machine: nothing is checked against it")
    return Path(program).resolve().parents[1]


def refusal(given: dict[str, Any], kind: str) -> str:
    """What gcloud's own parser says against a document; nothing when it takes it.

    Args:
      kind: API, version and message, such as `run.v1.Service`.
    """
    library = root() / "lib"
    api, version, name = kind.split(".")
    if not (library / "googlecloudsdk" / "generated_clients" / "apis" / api / version).is_dir():
        pytest.skip(f"this gcloud has no messages of {api} in {library}")
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", _PARSE, str(library), api, version, name],
        check=True, input=json.dumps(given), capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    return done.stdout.strip()


def read_grammar() -> dict[str, Any]:
    """The tree of commands; skips the test where there is none."""
    path = root() / "data" / "cli" / "gcloud_completions.py"
    if not path.is_file():
        pytest.skip(f"this gcloud has no grammar at {path}: its commands are not checked")
    text = path.read_text(encoding="utf-8")
    # A value of Python that is JSON as well, which is read ten times faster.
    found: dict[str, Any] = json.loads(text[text.index("= {") + 2 :])
    return found


def options(command: list[str]) -> dict[str, str]:
    """Flags with their values."""
    pairs = (word.partition("=") for word in command if word.startswith("--"))
    return {name: value for name, _, value in pairs}


def flags_of(grammar: dict[str, Any], command: list[str]) -> dict[str, Any]:
    """The flags that a command has.

    Raises:
      KeyError: There is no such command.
    """
    node, flags, words = grammar, dict(grammar["flags"]), list(command)
    while words and words[0] in node["commands"]:
        node = node["commands"][words.pop(0)]
        flags |= node["flags"]
    if node["commands"]:
        raise KeyError(f"{command} names a group, not a command")
    return flags
