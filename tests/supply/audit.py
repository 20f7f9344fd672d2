"""Known weaknesses of what AIPROD needs, asked of PyPI by pip-audit: `make audit`.

`python -m tests.supply.audit` asks whether PyPI can be asked; with the path of pip-audit, it asks.
"""

import json
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import httpx
from pip._internal.models import index

from tests.supply.shipped import LOCKS, shipped

UNREACHABLE = 3
PYPI = index.PyPI.url.rstrip("/")  # private to pip, and the same for ten years
# Weaknesses of it are known since 2018. Who does not know them, as a mirror without this service,
# would find nothing anywhere.
WEAK = "/pypi/flask/0.5/json"
# An offline build may lose ten seconds here, of which starting takes one.
WAIT_S = 6.0


def is_reachable(base: str = PYPI) -> bool:
    """Whether the service answers, and knows weaknesses."""
    answers: list[bool] = []

    def ask() -> None:
        try:
            answer = httpx.get(base + WEAK, timeout=WAIT_S, follow_redirects=True)
            answers.append(answer.is_success and bool(answer.json()["vulnerabilities"]))
        except (httpx.HTTPError, ValueError, KeyError):
            answers.append(False)

    # Looking a name up has no time limit of its own.
    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(WAIT_S)
    return answers == [True]


def audit(program: str) -> int:
    """Asks about this environment and about every lock file; 1 when something is found, or
    when PyPI knows none of the packages, which pip-audit itself takes for good news."""
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder) / "environment.txt"
        pins = [f"{name}=={one.version}" for name, one in shipped().items()]
        here.write_text("\n".join(pins), encoding="utf-8")
        return max(_audit(program, here), *(_audit(program, lock) for lock in LOCKS), 0)


def _audit(program: str, requirements: Path) -> int:
    command = [
        program, "--requirement", str(requirements), "--no-deps", "--disable-pip",
        "--format", "json", "--progress-spinner", "off", "--timeout", "15",
    ]  # fmt: skip
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=300)
    try:
        found = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        say(f"{requirements.name}: pip-audit failed: {done.stderr.strip()[-500:]}")
        return 1
    weak = [one for one in found if one.get("vulns")]
    for one in weak:
        for weakness in one["vulns"]:
            cure = ", ".join(weakness["fix_versions"]) or "no version yet"
            say(f"{one['name']} {one['version']}: {weakness['id']}; mended in {cure}")
    unknown = sorted(one["name"] for one in found if "skip_reason" in one)
    audited = len(found) - len(unknown)
    also = f"; PyPI does not know {', '.join(unknown)}" if unknown else ""
    say(f"{requirements.name}: {audited} packages audited, {len(weak)} weak{also}")
    return 1 if weak or not audited else 0


def say(text: str) -> None:
    print(f"audit: {text}")  # noqa: T201


def main(arguments: list[str]) -> int:
    if arguments:
        return audit(arguments[0])
    if is_reachable():
        return 0
    say(f"not audited: the service cannot be reached ({PYPI})")
    return UNREACHABLE


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
