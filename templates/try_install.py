"""`make try-images`: the steps of the Dockerfiles, in a bare Debian, without Docker.

Reads the Dockerfiles themselves, so that what is tried is what is built. Needs root, debootstrap
(Debian's package) and a network, and takes minutes. Three things differ from a real build: the base
image is Debian with its own Python 3.11 in its place, stages are not layered, and what comes from
other images (Beam's launcher, that of Flex Templates) is not there, so nothing starts as a worker
of Dataflow.
"""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, suppress
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]
USER = "10001:10001"
CERTIFICATES = "etc/ssl/certs/ca-certificates.crt"
# Text in each script that fonts are added for; none may be missing from the picture.
SCRIPTS = "Tide, прилив, المد, גאות, ज्वार, அலை, 潮汐, 파도, \N{WATER WAVE}"
JOB = {
    "title": "Trial",
    "scenes": [
        {"narration": "One wave.", "visual": {"type": "title", "text": SCRIPTS}},
    ],
    "music": None,
    "output": {"height": 144, "fps": 24, "quality": "draft"},
}


def instructions(text: str) -> Iterator[tuple[str, str]]:
    """Instructions of a Dockerfile, by word and rest; continued lines are joined."""
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    for line in "\n".join(lines).replace("\\\n", " ").splitlines():
        word, _, rest = line.strip().partition(" ")
        yield word.upper(), re.sub(r"\s+", " ", rest.strip())


class Root:
    """A folder with a Debian in it, in which commands run as in an image."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.work = "/"
        self.variables = {"PATH": "/usr/local/bin:/usr/local/sbin:/usr/bin:/usr/sbin:/bin:/sbin"}

    def start(self) -> None:
        """A minimal Debian, and in /usr/local what the base image has there: `python`, `pip`."""
        self.folder.mkdir(parents=True)
        subprocess.run(
            [
                "/usr/bin/env", "debootstrap", "--variant=minbase",
                "--include=python3,python3-venv,ca-certificates", "bookworm", str(self.folder),
            ],
            check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        for name in ("etc/resolv.conf", "etc/hosts", CERTIFICATES):
            shutil.copy(Path("/") / name, self.folder / name)
        self.run(["python3", "-m", "venv", "--copies", "/usr/local"])

    def run(self, command: Sequence[str], user: str = "0:0") -> None:
        """Runs a command to its end. Raises `CalledProcessError`."""
        subprocess.run(self.inside(command, user), env=self._environment(user), check=True)

    def inside(self, command: Sequence[str], user: str) -> list[str]:
        """The command as it is started from outside, with mounts that end with it."""
        script = (
            f'mount --bind /dev "$0/dev" && mount -t proc proc "$0/proc" && root="$0" '
            f'&& exec chroot --userspec={user} --groups= "$root" '
            f'sh -c \'cd "$0" && exec "$@"\' {self.work} "$@"'
        )
        # Its own processes, too: whatever a command leaves behind ends with it.
        return [
            "unshare", "--mount", "--pid", "--fork", "--kill-child",
            "sh", "-c", script, str(self.folder), *command,
        ]  # fmt: skip

    def _environment(self, user: str) -> dict[str, str]:
        reach = dict.fromkeys(("PIP_CERT", "SSL_CERT_FILE"), f"/{CERTIFICATES}")
        home = "/root" if user == "0:0" else "/home/aiprod"
        proxies = {name: value for name, value in os.environ.items() if "proxy" in name.lower()}
        quiet = {"PIP_QUIET": "1", "PIP_ROOT_USER_ACTION": "ignore", "LANG": "C.UTF-8"}
        return {**proxies, **reach, **quiet, "HOME": home, **self.variables}

    def environment(self, more: Mapping[str, str]) -> dict[str, str]:
        """What a command of the image is started with."""
        return {**self._environment(USER), **more}

    def copy(self, context: Path, names: Sequence[str]) -> None:
        """COPY from the build context."""
        *sources, target = names
        into = self.folder / self.work.strip("/") / target
        if target.startswith("/"):
            into = self.folder / target.strip("/")
        for source in sources:
            path = context / source
            if path.is_dir():
                shutil.copytree(path, into, dirs_exist_ok=True)
            else:
                goal = into / path.name if target.endswith("/") else into
                goal.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, goal)


def build(root: Root, dockerfile: Path, context: Path) -> dict[str, list[str]]:
    """Does what a Dockerfile says; returns its CMD and the command of its HEALTHCHECK."""
    commands: dict[str, list[str]] = {}
    for word, rest in instructions(dockerfile.read_text(encoding="utf-8")):
        begun = time.monotonic()
        if word == "WORKDIR":
            root.work = rest
            (root.folder / rest.strip("/")).mkdir(parents=True, exist_ok=True)
        elif word == "COPY" and not rest.startswith("--from"):
            root.copy(context, rest.split())
        elif word == "ENV":
            root.variables |= dict(pair.split("=", 1) for pair in rest.split())
        elif word == "RUN":
            root.run(["sh", "-c", rest])
        elif word == "CMD":
            commands["CMD"] = json.loads(rest)
        elif word == "HEALTHCHECK":
            commands[word] = json.loads(rest.partition(" CMD ")[2])
        else:
            sys.stdout.write(f"  not tried: {word} {rest[:80]}\n")
            continue
        sys.stdout.write(f"  {time.monotonic() - begun:6.1f} s  {word} {rest[:80]}\n")
        sys.stdout.flush()
    return commands


def build_context(folder: Path) -> Path:
    """What .dockerignore lets through."""
    for line in (REPOSITORY / ".dockerignore").read_text(encoding="utf-8").splitlines():
        if not line.startswith("!"):
            continue
        path = REPOSITORY / line[1:]
        if path.is_dir():
            ignore = shutil.ignore_patterns("__pycache__")
            shutil.copytree(path, folder / path.name, ignore=ignore)
        else:
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, folder)
    return folder


def render(root: Root) -> None:
    """A job, rendered by the user that is not root, with every script drawn."""
    begun = time.monotonic()
    home = root.folder / "home/aiprod"
    (home / "job.json").write_text(json.dumps(JOB), encoding="utf-8")
    root.work = "/home/aiprod"
    root.run(["aiprod", "render", "job.json", "--out", "out"], USER)
    (found,) = home.glob("out/*/manifest.json")
    missing = json.loads(found.read_text(encoding="utf-8"))["quality"]["missing_glyphs"]
    if missing:
        sys.exit(f"no font draws {missing}")
    sys.stdout.write(f"  {time.monotonic() - begun:6.1f} s  rendered as {USER}, all glyphs drawn\n")


def launch(root: Root) -> None:
    """The file that the launcher of the Flex Template starts, as far as its first refusal."""
    begun = time.monotonic()
    file = root.variables["FLEX_TEMPLATE_PYTHON_PY_FILE"]
    command = root.inside(["python", file, "--runner=DataflowRunner"], USER)
    ran = subprocess.run(
        command, env=root.environment({}), check=False, capture_output=True, text=True
    )
    if ran.returncode != 2 or not ran.stderr.startswith("pipeline: --subscription is missing"):
        sys.exit(f"{file} ends with {ran.returncode}: {ran.stderr}")
    sys.stdout.write(f"  {time.monotonic() - begun:6.1f} s  {file} starts the pipeline\n")


def answer(root: Root, command: Sequence[str], check: Sequence[str]) -> None:
    """The service, started as the image starts it, but on loopback, and asked how it is by the
    image's own health check."""
    begun = time.monotonic()
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        variables = root.environment({"PORT": str(free.getsockname()[1])})
    process = subprocess.Popen(
        root.inside([*command, "--host", "127.0.0.1"], USER), env=variables, start_new_session=True
    )
    try:
        healthy = False
        while not healthy and process.poll() is None and time.monotonic() < begun + 60:
            asked = subprocess.run(
                root.inside(check, USER), env=variables, check=False, stderr=subprocess.DEVNULL
            )
            healthy = asked.returncode == 0
    finally:
        # With all that it started: whoever changes the user is no longer ended with its parent.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    if not healthy:
        sys.exit("the API does not answer")
    sys.stdout.write(f"  {time.monotonic() - begun:6.1f} s  the API answers as {USER}\n")


def main() -> None:
    """Tries both images, or those named after the folder; what was made there stays."""
    if os.geteuid() != 0 or not shutil.which("debootstrap"):
        sys.exit("make try-images needs root and debootstrap: apt-get install debootstrap")
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "/tmp/aiprod-images")  # noqa: S108
    if folder.exists():
        sys.exit(f"{folder} is there already; remove it, or name another")
    context = build_context(folder / "context")
    for name in sys.argv[2:] or ("api", "pipeline"):
        sys.stdout.write(f"{name}:\n")
        root = Root(folder / name)
        begun = time.monotonic()
        root.start()
        sys.stdout.write(f"  {time.monotonic() - begun:6.1f} s  bare Debian\n")
        commands = build(root, REPOSITORY / "templates" / f"{name}.Dockerfile", context)
        if name == "api":
            answer(root, commands["CMD"], commands["HEALTHCHECK"])
        else:
            launch(root)
            render(root)


if __name__ == "__main__":
    main()
