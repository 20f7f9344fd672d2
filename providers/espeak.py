"""The local voice: espeak-ng in a helper process, with the time of every word."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from jobs.child_environment import child_environment
from jobs.errors import InvalidInput, TimedOut, ToolFailed, ToolMissing
from providers.speech import Speech, SpeechRequest
from providers.spoken_text import is_speakable, spoken_text
from providers.tokens import units
from providers.voice_polish import SAMPLE_RATE_HZ, polished, wav_bytes
from providers.word_times import Loudness, timed_words

WORDS_PER_MINUTE = 165  # a narrator's rate at speed 1; the library's own is 175
TIMEOUT_PER_CHARACTER_S = 0.02  # Chinese, the slowest, takes 0.7 ms on one free core
STDERR_TAIL_BYTES = 64 * 1024
MAX_CHARACTERS = 5_000  # as in the job document; in Chinese it is 25 minutes of sound


@dataclass(frozen=True)
class Espeak:
    """Configuration of the local voice.

    Attributes:
      timeout_s: Limit of starting the helper and of a short request, which take 0.1 s; a machine
        that is encoding video may be tens of times slower. Long texts get more, see below.
    """

    timeout_s: float = 30.0

    def open(self) -> "EspeakSession":
        """Starts the helper.

        Raises:
          ToolMissing: The espeak-ng library is not installed.
          ToolFailed, TimedOut: The helper did not start.
        """
        return EspeakSession(self)


@dataclass(frozen=True)
class _Delivery:
    variant: str
    pitch: int  # 0..99, 50 is the variant's own
    pitch_range: int  # 0..99, 50 is the variant's own; more is livelier


# "max" damps the formants above the fifth, where the buzz is, and moves none: every language keeps
# its vowels, stress and tones, which the variants with more character change. A little lower and
# livelier than the library's own setting, which reads like a list.
_NARRATOR = _Delivery("max", 46, 70)
_TONAL_NARRATOR = _Delivery("max", 46, 50)  # pitch is spelling here: leave its range alone
_TONAL = frozenset({"aav", "sit", "tai"})  # families in identifiers: Vietnamese, Chinese, Thai
_AS_NAMED = _Delivery("", 50, 50)


class EspeakSession:
    """A running helper. Several threads may speak at once; they take turns."""

    def __init__(self, config: Espeak) -> None:
        self._config = config
        self._turn = threading.Lock()
        self._closed = False
        self._helper = _Helper(config.timeout_s)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends the helper."""
        with self._turn:
            self._closed = True
            self._helper.stop()

    @property
    def voices(self) -> tuple[str, ...]:
        """What `SpeechRequest.voice` may be: language tags and names, sorted, in lower case."""
        return tuple(sorted(self._helper.voices))

    @property
    def variants(self) -> tuple[str, ...]:
        """What may follow the plus sign of a `voice_id`, sorted, in lower case."""
        return tuple(sorted(self._helper.variants))

    def speak(self, request: SpeechRequest) -> Speech:
        """Speaks one narration; the same request always gives the same bytes.

        `request.voice_id` is a voice with or without a variant, such as `en-us+f3`, or a variant
        alone, such as `+f3`.

        Raises:
          InvalidInput: There is nothing to speak, the text is too long, or a voice is unknown.
          ToolFailed: The helper died; the next call starts another.
          TimedOut: It did not answer within the time limit; the next call starts another.
        """
        if len(request.text) > MAX_CHARACTERS:
            raise InvalidInput(
                f"{len(request.text)} characters in one narration: the local voice accepts at "
                f"most {MAX_CHARACTERS}"
            )
        spoken = spoken_text(request.text)
        if not is_speakable(spoken.text):
            raise InvalidInput(f"nothing to speak in {request.text[:40]!r}: no letter or digit")
        voice, delivery = self._voice(request)
        header, pcm, model = self._said(spoken.text, voice, delivery, request.speed)
        rate_hz = header["sample_rate_hz"]
        clip = polished(pcm, rate_hz)
        if clip is None:
            raise InvalidInput(
                f"nothing to speak: the voice {request.voice!r} has no sound for "
                f"{request.text[:40]!r}"
            )
        duration_s = len(clip.samples) / SAMPLE_RATE_HZ
        events = [
            (spoken.source[offset], max(0.0, sample / rate_hz - clip.cut_s))
            for offset, sample in header["words"]
            if 0 <= offset < len(spoken.source)
        ]
        return Speech(
            wav=wav_bytes(clip.samples),
            words=timed_words(
                request.text,
                units(request.text),
                events,
                Loudness.of(clip.samples, SAMPLE_RATE_HZ),
                duration_s,
            ),
            duration_s=duration_s,
            provider="espeak",
            model=model,
        )

    def _said(
        self, text: str, voice: str, delivery: _Delivery, speed: float
    ) -> tuple[dict[str, Any], bytes, str]:
        """What the helper says of a text, its samples, and the name of what spoke."""
        with self._turn:
            if self._closed:
                raise ValueError("this session is closed")
            if not self._helper.is_running():
                self._helper.stop()
                self._helper = _Helper(self._config.timeout_s)
            header, pcm = self._helper.ask(
                {
                    "voice": voice,
                    "rate": round(WORDS_PER_MINUTE * speed),
                    "pitch": delivery.pitch,
                    "range": delivery.pitch_range,
                    "text": text,
                }
            )
            return header, pcm, f"espeak-ng {self._helper.version}"

    def _voice(self, request: SpeechRequest) -> tuple[str, _Delivery]:
        """Name of the voice in the library, and how it speaks."""
        name, plus, variant = (request.voice_id or "").partition("+")
        identifier = self._helper.voices.get((name or request.voice).lower())
        if identifier is None:
            raise InvalidInput(f"the local voice has no voice {name or request.voice!r}")
        if not request.voice_id:
            tonal = identifier.partition("/")[0] in _TONAL
            delivery = _TONAL_NARRATOR if tonal else _NARRATOR
            return f"{identifier}+{delivery.variant}", delivery
        if not plus:
            return identifier, _AS_NAMED
        file = self._helper.variants.get(variant.lower())
        if file is None:
            raise InvalidInput(
                f"the local voice has no variant {variant!r}, asked for by {request.voice_id!r}"
            )
        return f"{identifier}+{file}", _AS_NAMED


class _Helper:
    """One run of `providers.espeak_process`."""

    def __init__(self, timeout_s: float) -> None:
        self._timeout_s = timeout_s
        try:
            self._child = subprocess.Popen(
                [sys.executable, "-m", "providers.espeak_process"],
                cwd=Path(__file__).parents[1],  # where `providers` is found, installed or not
                env=child_environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,  # a process group, so that its fork dies with it
            )
        except OSError as error:
            raise ToolMissing(f"the espeak helper cannot be started: {error}") from error
        self._stderr = _Tail(_pipe(self._child.stderr))
        try:
            hello = self._exchange(b"", timeout_s)[0]
            if "missing" in hello:
                raise ToolMissing(f"espeak-ng is missing ({hello['missing']}): run `make setup`")
        except BaseException:
            self.stop()
            raise
        self.version: str = hello["version"]
        self.voices: dict[str, str] = hello["voices"]
        self.variants: dict[str, str] = hello["variants"]

    def is_running(self) -> bool:
        return self._child.poll() is None

    def ask(self, request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        try:
            return self._exchange(
                json.dumps(request).encode() + b"\n",
                self._timeout_s + TIMEOUT_PER_CHARACTER_S * len(request["text"]),
            )
        except BaseException:  # after half an answer nobody knows what the next bytes are
            self.stop()
            raise

    def stop(self) -> None:
        self._kill()
        self._child.wait()
        for pipe in (self._child.stdin, self._child.stdout):
            with contextlib.suppress(OSError):  # unsent bytes of a request nobody reads
                _pipe(pipe).close()
        self._stderr.wait()

    def _exchange(self, message: bytes, limit_s: float) -> tuple[dict[str, Any], bytes]:
        expired = threading.Event()

        def expire() -> None:
            expired.set()
            self._kill()

        # Killing ends a blocked write as well as a blocked read.
        limit = threading.Timer(limit_s, expire)
        limit.start()
        try:
            return self._answer(message)
        except (OSError, EOFError) as error:
            if expired.is_set():
                raise TimedOut(
                    f"the espeak helper did not answer within {limit_s:g} s and was stopped"
                ) from error
            raise self._failure() from error
        finally:
            limit.cancel()
            limit.join()

    def _answer(self, message: bytes) -> tuple[dict[str, Any], bytes]:
        stdin, stdout = _pipe(self._child.stdin), _pipe(self._child.stdout)
        stdin.write(message)
        stdin.flush()
        line = stdout.readline()
        if not line.endswith(b"\n"):
            raise EOFError("no answer")
        header = json.loads(line)
        size = header.get("pcm_bytes", 0)
        pcm = stdout.read(size)
        if len(pcm) < size:
            raise EOFError("half an answer")
        return header, pcm

    def _failure(self) -> ToolFailed:
        self._kill()
        code = self._child.wait()
        tail = self._stderr.wait()
        last = next((line for line in reversed(tail.splitlines()) if line.strip()), "no message")
        how = f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
        return ToolFailed(f"the espeak helper died ({how}): {last.strip()[:300]}", stderr_tail=tail)

    def _kill(self) -> None:
        if self._child.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._child.pid, signal.SIGKILL)


class _Tail:
    """Reads a pipe to its end in a thread; keeps the last 64 kB."""

    def __init__(self, pipe: IO[bytes]) -> None:
        self._pipe = pipe
        self._kept = bytearray()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        with self._pipe as pipe:
            for line in pipe:
                self._kept += line
                del self._kept[:-STDERR_TAIL_BYTES]

    def wait(self) -> str:
        self._thread.join()
        return self._kept.decode("utf-8", "replace")


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise ValueError("this process was started without that pipe")
    return pipe
