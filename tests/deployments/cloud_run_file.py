"""`cloud-run.yaml`, with what its first lines say put in, by the command that stands there."""

import re
import subprocess
from typing import Any

import yaml

from tests.deployments.configuration import DEPLOYMENTS
from tests.deployments.values import EDGE

FILE = DEPLOYMENTS / "cloud-run.yaml"
# All services with keys, under the names of the guide.
GUIDE = {
    "PROJECT": "aiprod-484120",
    "REGION": "europe-west1",
    "BUCKET": "aiprod-v33-assets",
    "RELEASE": "RELEASE",
    "DOMAIN": "DOMAIN",
    "EDGE_ADDRESS": EDGE,
    "WITHOUT": "",
    "KEYLESS": "",
}


def substituted(given: dict[str, str]) -> str:
    """The text that gcloud is given."""
    head = FILE.read_text(encoding="utf-8").partition("\napiVersion")[0]
    (command,) = re.findall(r"^#   (sed .+?) \|\n", head, re.M | re.S)
    done = subprocess.run(
        ["bash", "-euc", command.replace("\n#", "\n")],
        check=True, cwd=DEPLOYMENTS.parent, env=GUIDE | given, capture_output=True, text=True,
        timeout=30,
    )  # fmt: skip
    return done.stdout


def service(given: dict[str, str]) -> dict[str, Any]:
    """What is written there."""
    found: dict[str, Any] = yaml.safe_load(substituted(given))
    return found


def variables(written: dict[str, Any]) -> set[str]:
    """Names of what the API is given."""
    return {one["name"] for one in written["spec"]["template"]["spec"]["containers"][0]["env"]}
