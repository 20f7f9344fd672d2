"""Piper: a voice in a file of the user's, spoken by its own program on this machine.

Piper is under the GPL: it is run as a program, and nothing of it is imported.
"""

import contextlib
import hashlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from jobs.casting import Choice, Clearance
from jobs.child_environment import child_environment
from jobs.errors import (
    Charged,
    InvalidInput,
    ProviderAccess,
    ProviderRejected,
    ProviderUnavailable,
    ProviderUnusable,
)
from jobs.stages import Stage
from providers.service import Access
from providers.takes import Line, Sound

NAME = "piper"
SLOWEST, FASTEST = 0.5, 2.0
LONGEST_PIECE = 2_500
START_S, SECONDS_A_CHARACTER = 30.0, 0.2  # a slow machine speaks some ten characters a second


@dataclass(frozen=True)
class Piper:
    """Configuration.

    Attributes:
      program: What is run; by its name, or a path.
      voice: The file of the voice (`.onnx`), with its `.onnx.json` beside it.
      digest: SHA-256 of both, since two voices may have one name.
      is_personal: Whether the voice may not be used commercially: that is up to its file.
    """

    program: str
    voice: str
    digest: str
    is_personal: bool = True
    most_open: int = 1000  # of this machine, whose tasks are limited anyway

    KEY: ClassVar[str] = "AIPROD_PIPER_VOICE"

    @classmethod
    def configured(cls, variables: Mapping[str, str]) -> "Piper":
        """From settings `AIPROD_PIPER_...`. Raises `InvalidInput` naming one that is wrong."""
        voice = Path(variables.get(cls.KEY, "")).absolute()
        about = voice.with_name(f"{voice.name}.json")
        if not voice.is_file() or not about.is_file():
            raise InvalidInput(
                f"{cls.KEY} is {variables.get(cls.KEY, '')!r}; give a voice file (.onnx) with its "
                ".onnx.json beside it"
            )
        named = variables.get("AIPROD_PIPER", "piper")
        program = shutil.which(named)
        if program is None:
            raise InvalidInput(f"AIPROD_PIPER is {named!r}, which is not an executable program")
        rights = variables.get("AIPROD_PIPER_RIGHTS", "personal")
        if rights not in ("personal", "commercial"):
            raise InvalidInput(f"AIPROD_PIPER_RIGHTS is {rights!r}; give personal or commercial")
        return cls(
            str(Path(program).absolute()), str(voice), _digest(voice, about), rights == "personal"
        )

    @property
    def licence(self) -> str:
        """The terms under which it speaks."""
        return f"as the voice file says ({'personal' if self.is_personal else 'commercial'} use)"

    @property
    def key_name(self) -> str:
        """It has no key; this is the variable that configures it."""
        return self.KEY

    @property
    def says(self) -> str:
        """What is configured, for people: its files were looked at, its program was not run."""
        use = "not for commercial use" if self.is_personal else "commercial use allowed"
        return f"{Path(self.voice).stem}, by {self.program}, {use}"

    @property
    def longest_piece(self) -> int:
        """Characters of a narration that are spoken at once."""
        return LONGEST_PIECE

    def choices(self, stage: Stage) -> Iterator[Choice]:
        """What it can be cast for: only where it is named, since a voice has one language."""
        if stage is Stage.VOICE:
            clearance = Clearance.PERSONAL if self.is_personal else Clearance.CLEAR
            yield Choice(
                NAME, Path(self.voice).stem, ("text", "language", "voice_id", "speed"),
                {"voice": self.digest}, is_automatic=False, clearance=clearance,
            )  # fmt: skip

    def quote_usd(self, stage: Stage, params: Mapping[str, Any]) -> float:  # noqa: ARG002 all alike
        """It costs nothing."""
        return 0.0

    def open(self, access: Access) -> "PiperSession":  # noqa: ARG002 it needs none
        """A session, which starts the program for each piece."""
        return PiperSession(self)


class PiperSession:
    """Runs the program. Safe for several threads."""

    def __init__(self, config: Piper) -> None:
        self._config = config

    def speak(self, line: Line) -> Sound:
        """Speaks a piece: WAV as the voice makes it, without times of its words.

        Raises:
          ProviderError: Of the kind. Nothing is charged.
        """
        if line.voice_id is not None:
            raise ProviderRejected(
                f"{NAME} has the one voice of its file; leave voice_id out",
                charged=Charged.NO,
                provider=NAME,
            )
        if not SLOWEST <= line.speed <= FASTEST:
            raise ProviderRejected(
                f"{NAME} speaks at {SLOWEST:g} to {FASTEST:g} of the natural rate, not at "
                f"{line.speed:g}",
                charged=Charged.NO,
                provider=NAME,
            )
        with tempfile.TemporaryDirectory(prefix="piper-") as folder:
            path = Path(folder) / "speech.wav"
            self._run(line, path)
            if not path.is_file() or path.stat().st_size <= 44:
                raise ProviderUnusable(f"{NAME} wrote no speech", charged=Charged.NO, provider=NAME)
            return Sound(path.read_bytes(), ".wav", cost_usd=0.0)

    def close(self) -> None:
        """Nothing runs between two pieces."""

    def _run(self, line: Line, path: Path) -> None:
        command = [
            self._config.program,
            *("--model", self._config.voice),
            *("--output_file", str(path)),
            *("--length_scale", f"{1 / line.speed:.4f}"),
        ]
        limit_s = START_S + SECONDS_A_CHARACTER * len(line.text)
        try:
            child = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE, start_new_session=True, env=child_environment(),
            )  # fmt: skip
        except OSError as error:
            raise ProviderAccess(
                f"{NAME} cannot be started: {error.strerror}", charged=Charged.NO, provider=NAME
            ) from error
        with child:
            try:
                _, said = child.communicate(f"{plain_line(line.text)}\n".encode(), limit_s)
            except subprocess.TimeoutExpired as error:
                raise ProviderUnavailable(
                    f"{NAME} had not spoken after {limit_s:g} s", charged=Charged.NO, provider=NAME
                ) from error
            finally:
                if child.poll() is None:
                    with contextlib.suppress(ProcessLookupError):
                        os.killpg(child.pid, signal.SIGKILL)
        if child.returncode:
            last = said.decode("utf-8", "replace").strip().splitlines()[-1:] or ["no message"]
            raise ProviderRejected(
                f"{NAME} ended with exit code {child.returncode}: {last[0][:200]}",
                charged=Charged.NO,
                provider=NAME,
            )


def _digest(*paths: Path) -> str:
    """Of files that have some 60 MB together, and are read in a fraction of a second.

    Raises:
      InvalidInput: One cannot be read.
    """
    found = hashlib.sha256()
    for path in paths:
        try:
            with path.open("rb") as file:
                found.update(hashlib.file_digest(file, "sha256").digest())
        except OSError as error:
            raise InvalidInput(f"{path} cannot be read: {error.strerror}") from error
    return found.hexdigest()


def plain_line(text: str) -> str:
    """The text as one line that is nothing but text.

    One line is one utterance: line ends within a piece would part it. What stands in `[[` and `]]`
    is phonemes to the program (`_PHONEME_BLOCK_PATTERN` of piper-tts): with a space between them,
    brackets are signs again, which have no sound.
    """
    return re.sub(r"\[(?=\[)", "[ ", " ".join(text.split()))
