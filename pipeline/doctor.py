"""What this machine has and lacks, and how to get it."""

import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from jobs.child_environment import child_environment
from jobs.errors import AiprodError, ToolMissing
from media.fonts import script_coverage
from media.run import find_ffmpeg
from pipeline.accounts import Speaker, account, read_key
from pipeline.emulator import find as find_emulator
from pipeline.options import Settings
from providers.gemini.tokens import Tokens
from providers.gemini.wire import VERTEX_KEY
from providers.piper import Piper
from storage.service_keys import ServiceKeys

_FILTERS = (
    "ass", "ebur128", "alimiter", "blackdetect", "freezedetect", "photosensitivity", "bwdif",
    "zscale", "tonemap",
)  # fmt: skip
_ENCODERS = ("libx264", "aac")
_NOTO = "fonts-noto-core fonts-noto-cjk fonts-noto-color-emoji"


@dataclass(frozen=True)
class Finding:
    """One thing looked at. `remedy`: how to get it, when it is missing."""

    name: str
    is_good: bool
    is_needed: bool
    detail: str
    remedy: str = ""


def examine(settings: Settings) -> Iterator[Finding]:
    """Looks at everything the local product uses, one thing after the other."""
    yield Finding("Python", sys.version_info >= (3, 11), True, platform.python_version())
    yield from _ffmpeg(settings)
    yield _voice()
    yield from _fonts()
    yield _emulator()
    yield from _services(settings)
    setpriv = shutil.which("setpriv")
    yield Finding(
        "setpriv", setpriv is not None, False, setpriv or "missing",
        "" if setpriv else "util-linux has it; without it FFmpeg may outlive a killed worker",
    )  # fmt: skip
    free = shutil.disk_usage(settings.data if settings.data.exists() else ".").free
    yield Finding(
        "Disk", free > 2 * 2**30, False, f"{free / 2**30:.1f} GiB free",
        "" if free > 2 * 2**30 else "a minute of video takes about 0.2 GiB while it is made",
    )  # fmt: skip


def _ffmpeg(settings: Settings) -> Iterator[Finding]:
    try:
        program = find_ffmpeg(settings.ffmpeg)
        said = {
            question: subprocess.run(
                [program, "-hide_banner", question],
                capture_output=True, text=True, timeout=20, check=True, stdin=subprocess.DEVNULL,
                env=child_environment(),
            ).stdout
            for question in ("-version", "-filters", "-encoders")
        }  # fmt: skip
    except (AiprodError, OSError, subprocess.SubprocessError) as error:
        yield Finding(
            "FFmpeg", False, True, str(error), "make setup, or AIPROD_FFMPEG=/path/to/ffmpeg"
        )
        return
    yield Finding("FFmpeg", True, True, said["-version"].splitlines()[0])
    filters = {line.split()[1] for line in said["-filters"].splitlines() if len(line.split()) > 2}
    encoders = {line.split()[1] for line in said["-encoders"].splitlines() if len(line.split()) > 2}
    lacking = [f for f in _FILTERS if f not in filters] + [
        e for e in _ENCODERS if e not in encoders
    ]
    yield Finding(
        "FFmpeg parts", not lacking, True,
        "missing: " + ", ".join(lacking) if lacking else "all filters and encoders are there",
        "use the FFmpeg that comes by pip: unset AIPROD_FFMPEG" if lacking else "",
    )  # fmt: skip


def _services(settings: Settings) -> Iterator[Finding]:
    """Whether the keys of services can be read, and what accounts have left that can be asked."""
    keys, tokens = ServiceKeys(settings.project, dict(settings.key_versions)), Tokens()
    for name, hire in settings.roster.hired():
        if isinstance(hire, Piper):
            yield Finding(name, True, False, hire.says)  # it has no key
            continue
        try:
            if isinstance(hire, Speaker):
                found = account(hire, keys, tokens)
                wrong = "; ".join(found.warnings)
                remedy = "see docs/providers.md" if wrong else ""
                yield Finding(name, not wrong, False, wrong or found.says, remedy)
            else:
                read_key(hire, keys, tokens)
                kind = "a token" if hire.key_name == VERTEX_KEY else "its key"
                yield Finding(name, True, False, f"{kind} can be read")
        except AiprodError as error:
            yield Finding(name, False, False, error.message, f"look at {hire.key_name}")


def _emulator() -> Finding:
    # Only `make stream` and the tests of streaming need it.
    name = "Pub/Sub emulator"
    try:
        found = find_emulator(None, None)
    except ToolMissing as error:
        return Finding(name, False, False, "for `make stream`", error.message)
    return Finding(name, True, False, str(found.jar))


def _voice() -> Finding:
    from providers.espeak import Espeak
    from providers.speech import SpeechRequest

    try:
        with Espeak().open() as session:
            speech = session.speak(SpeechRequest(text="one two", voice="en-us"))
    except AiprodError as error:
        return Finding("Voice", False, True, error.message, "make setup")
    return Finding("Voice", True, True, speech.model)


def _fonts() -> Iterator[Finding]:
    for script, font in script_coverage().items():
        yield Finding(
            f"Font: {script}", font is not None, script == "Latin", font or "missing",
            "" if font else f"Debian: apt-get install {_NOTO}",
        )  # fmt: skip
