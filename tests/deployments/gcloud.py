"""What the `gcloud` of this machine knows: commands, flags, messages. No command is run."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

# What `gcloud run services replace` does with a file before it asks anybody.
_PARSE = """
import json, sys
sys.path[:0] = [sys.argv[1], sys.argv[1] + "/third_party"]
from googlecloudsdk.api_lib.util import messages
from googlecloudsdk.generated_clients.apis.run.v1 import run_v1_messages
try:
    messages.DictToMessageWithErrorCheck(json.load(sys.stdin), run_v1_messages.Service)
except Exception as error:
    print(error)
"""


def root() -> Path:
    """Where gcloud is installed; skips the test where it is not."""
    program = shutil.which("gcloud")
    if program is None:
        pytest.skip("gcloud is not on this machine: nothing is checked against it")
    return Path(program).resolve().parents[1]


def refusal(service: dict[str, Any]) -> str:
    """What gcloud's own parser says against a service of Cloud Run; nothing when it takes it."""
    library = root() / "lib"
    if not (library / "googlecloudsdk" / "generated_clients" / "apis" / "run" / "v1").is_dir():
        pytest.skip(f"this gcloud has no messages of Cloud Run in {library}")
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", _PARSE, str(library)],
        check=True, input=json.dumps(service), capture_output=True, text=True, timeout=60,
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
