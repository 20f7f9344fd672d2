import json
import stat
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.supply.audit import UNREACHABLE, audit, is_reachable
from tests.supply.shipped import LOCKS, shipped

FINDING = {"id": "PYSEC-2026-1", "fix_versions": ["9.9"], "aliases": [], "description": "bad"}


@contextmanager
def serving(status: int, body: bytes) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("status", "answer", "is_good"),
    [
        pytest.param(200, {"vulnerabilities": [FINDING]}, True, id="knows weaknesses"),
        pytest.param(200, {"vulnerabilities": []}, False, id="knows none of a weak package"),
        pytest.param(200, {"info": {}}, False, id="a mirror"),
        pytest.param(404, {}, False, id="knows no versions"),
        pytest.param(503, {}, False, id="out of order"),
    ],
)
def test_who_knows_no_weaknesses_is_not_asked(
    status: int, answer: dict[str, Any], is_good: bool
) -> None:
    with serving(status, json.dumps(answer).encode()) as base:
        assert is_reachable(base) is is_good


def test_a_service_that_nobody_runs_cannot_be_reached() -> None:
    with serving(200, b"") as base:
        pass

    assert not is_reachable(base)
    assert UNREACHABLE == 3  # which the Makefile lets pass


@pytest.fixture
def pip_audit(tmp_path: Path) -> Callable[[str], str]:
    """A program that answers as pip-audit 2.10 does; what it is given is in `asked`."""

    def make(printed: str) -> str:
        program = tmp_path / "pip-audit"
        program.write_text(
            f"#!{sys.executable} -IS\nimport sys\n"
            f"open({str(tmp_path / 'asked')!r}, 'a').write(open(sys.argv[2]).read())\n"
            f"print({printed!r})\n",
            encoding="utf-8",
        )
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        return str(program)

    return make


def told(*packages: dict[str, Any]) -> str:
    return json.dumps({"dependencies": packages, "fixes": []})


def test_a_weakness_is_told_with_its_cure_and_fails(
    pip_audit: Callable[[str], str], capsys: pytest.CaptureFixture[str]
) -> None:
    weak = {"name": "jinja2", "version": "2.4.1", "vulns": [FINDING]}

    assert audit(pip_audit(told(weak))) == 1

    assert "audit: jinja2 2.4.1: PYSEC-2026-1; mended in 9.9" in capsys.readouterr().out


def test_this_environment_and_every_image_are_audited(
    pip_audit: Callable[[str], str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = {"name": "jinja2", "version": "9.9", "vulns": []}
    unknown = {"name": "ours", "skip_reason": "Dependency not found on PyPI"}

    assert audit(pip_audit(told(good, unknown))) == 0

    asked = (tmp_path / "asked").read_text(encoding="utf-8")
    assert f"alembic=={shipped()['alembic'].version}" in asked
    assert all(lock.read_text(encoding="utf-8") in asked for lock in LOCKS)
    assert len(LOCKS) >= 2
    said = capsys.readouterr().out
    assert "api.lock: 1 packages audited, 0 weak; PyPI does not know ours" in said


def test_an_audit_of_packages_that_nobody_knows_fails(pip_audit: Callable[[str], str]) -> None:
    unknown = {"name": "alembic", "skip_reason": "Dependency not found on PyPI"}

    assert audit(pip_audit(told(unknown))) == 1


def test_an_audit_that_breaks_off_fails(
    pip_audit: Callable[[str], str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert audit(pip_audit("ERROR: no")) == 1

    assert "pip-audit failed" in capsys.readouterr().out
