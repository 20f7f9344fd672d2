"""The espeak-ng library in a program of its own: `python -m providers.espeak_process`.

espeak-ng is GPL-3.0, so it is loaded here and nowhere else; the rest of the project talks to this
program over pipes. Standard library only, so that it starts in a tenth of a second.

At the start it writes one JSON line, `{"version": "1.52.0", "voices": {tag: identifier},
"variants": {name: file}}`, or `{"missing": reason}` and ends. Then each JSON line on stdin,
`{"voice": identifier, "rate": words a minute, "pitch": 0..99, "range": 0..99, "text": ...}`, is
answered by the line `{"sample_rate_hz": 22050, "words": [[offset, sample], ...], "pcm_bytes": n}`
and n bytes of mono 16-bit little-endian PCM. Offsets count characters of the text from 0. It ends
when stdin does.

Each request is spoken by a fork of the untouched library, because espeak-ng carries state from
one utterance to the next: without it the same text twice in a row gives different samples.
"""

import ctypes
import importlib.util
import json
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

SYNCHRONOUS = 2  # espeak_AUDIO_OUTPUT: the callback gets the samples, in the calling thread
DONT_EXIT = 0x8000  # espeakINITIALIZE_DONT_EXIT: report missing data instead of calling exit()
UTF8 = 1  # espeakCHARS_UTF8, and neither SSML (0x10) nor phoneme input (0x100): text is text
RATE, PITCH, RANGE = 1, 3, 4  # espeak_PARAMETER
LIST_END, WORD = 0, 1  # espeak_EVENT_TYPE
DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG of prctl(2)
# Listed by 1.52.0 but silent: three come without a dictionary, Cherokee without its letters.
SILENT_VOICES = frozenset({"art/xex", "gmq/fo", "iro/chr", "trk/kaa"})


class _Voice(ctypes.Structure):
    _fields_ = (
        ("name", ctypes.c_char_p),
        ("languages", ctypes.c_void_p),  # (priority byte, zero-ended tag)..., zero byte
        ("identifier", ctypes.c_char_p),
        ("gender", ctypes.c_ubyte),
        ("age", ctypes.c_ubyte),
        ("variant", ctypes.c_ubyte),
        ("reserved", ctypes.c_ubyte),
        ("score", ctypes.c_int),
        ("spare", ctypes.c_void_p),
    )


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),  # characters, the first is 1
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),  # milliseconds
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", ctypes.c_char * 8),
    )


_SynthCallback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event)
)


class _Library:
    """The loaded and initialised library; collects what it says."""

    def __init__(self, folder: Path) -> None:
        suffix = ".dylib" if sys.platform == "darwin" else ".so"
        self._c = ctypes.CDLL(str(folder / f"libespeak-ng{suffix}"))
        self._c.espeak_Info.restype = ctypes.c_char_p
        self._c.espeak_ListVoices.restype = ctypes.POINTER(ctypes.POINTER(_Voice))
        data = str(folder / "espeak-ng-data").encode()
        self.sample_rate_hz = int(self._c.espeak_Initialize(SYNCHRONOUS, 0, data, DONT_EXIT))
        if self.sample_rate_hz <= 0:
            raise OSError(f"espeak-ng cannot read its data in {folder}")
        self.pcm = bytearray()
        self.words: list[tuple[int, int]] = []
        self._callback = _SynthCallback(self._collect)  # kept: ctypes does not hold it for C
        self._c.espeak_SetSynthCallback(self._callback)

    def _collect(self, samples: Any, count: int, events: Any) -> int:
        if samples and count > 0:
            self.pcm += ctypes.string_at(samples, 2 * count)
        index = 0
        while events[index].type != LIST_END:
            if events[index].type == WORD:
                self.words.append((events[index].text_position - 1, events[index].sample))
            index += 1
        return 0  # go on

    def version(self) -> str:
        return str(self._c.espeak_Info(None).decode())

    def voices(self) -> dict[str, str]:
        """Language tag or file name, in lower case -> identifier; the best voice of each tag."""
        ranked: dict[str, tuple[int, str]] = {}
        files: dict[str, str] = {}
        for voice in self._listed(None):
            identifier = voice.identifier.decode()
            if identifier in SILENT_VOICES:
                continue
            files.setdefault(identifier.rpartition("/")[2].lower(), identifier)
            for priority, tag in _languages(voice.languages):
                if tag not in ranked or priority < ranked[tag][0]:  # a tie goes to the first listed
                    ranked[tag] = (priority, identifier)
        return files | {tag: identifier for tag, (_, identifier) in ranked.items()}

    def variants(self) -> dict[str, str]:
        """Name or file name of each voice variant, in lower case -> its file name."""
        # The language "variant" is how espeak-ng asks for them.
        tag = ctypes.create_string_buffer(b"variant")
        wanted = _Voice(languages=ctypes.cast(tag, ctypes.c_void_p))
        files = {
            voice.name.decode(): voice.identifier.decode().rpartition("/")[2]
            for voice in self._listed(ctypes.byref(wanted))
        }
        return {name.lower(): file for name, file in files.items()} | {
            file.lower(): file for file in files.values()
        }

    def _listed(self, wanted: Any) -> Iterator[_Voice]:
        pointers = self._c.espeak_ListVoices(wanted)
        index = 0
        while pointers[index]:
            yield pointers[index].contents
            index += 1

    def speak(self, request: dict[str, Any]) -> None:
        if self._c.espeak_SetVoiceByName(request["voice"].encode()):
            raise ValueError(f"espeak-ng does not load its voice {request['voice']!r}")
        for parameter, value in (
            (RATE, request["rate"]),
            (PITCH, request["pitch"]),
            (RANGE, request["range"]),
        ):
            self._c.espeak_SetParameter(parameter, value, 0)
        text = request["text"].encode()
        failed = self._c.espeak_Synth(text, len(text) + 1, 0, 1, 0, UTF8, None, None)
        if failed:
            raise ValueError(f"espeak_Synth answers {failed}")


def _languages(address: int) -> Iterator[tuple[int, str]]:
    while priority := ctypes.c_ubyte.from_address(address).value:
        tag = ctypes.string_at(address + 1)
        yield priority, tag.decode().lower()
        address += len(tag) + 2


def _answer(library: _Library, request: dict[str, Any], out: IO[bytes]) -> None:
    library.speak(request)
    header = {
        "sample_rate_hz": library.sample_rate_hz,
        "words": library.words,
        "pcm_bytes": len(library.pcm),
    }
    out.write(json.dumps(header).encode() + b"\n")
    out.write(library.pcm)
    out.flush()


def _answer_in_fork(library: _Library, request: dict[str, Any], out: IO[bytes]) -> None:
    child = os.fork()
    if child == 0:
        try:
            if sys.platform == "linux":
                ctypes.CDLL(None).prctl(DIE_WITH_PARENT, signal.SIGKILL)
            _answer(library, request, out)
        except BaseException:
            sys.excepthook(*sys.exc_info())
            sys.stderr.flush()
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if status:
        # The answer may be cut in the middle: only a new process is at a known place again.
        code = os.waitstatus_to_exitcode(status)
        raise SystemExit(code if code > 0 else f"espeak-ng was killed by signal {-code}")


def main() -> None:
    """Serves requests until stdin ends."""
    # The library and its warnings may print: what they say must not fall between the answers.
    with os.fdopen(os.dup(1), "wb") as out:
        os.dup2(2, 1)
        found = importlib.util.find_spec("espeakng_loader")
        try:
            if found is None or found.origin is None:
                raise OSError("the package espeakng-loader is not installed")
            library = _Library(Path(found.origin).parent)
        except OSError as error:
            out.write(json.dumps({"missing": str(error)}).encode() + b"\n")
            return
        hello = {
            "version": library.version(),
            "voices": library.voices(),
            "variants": library.variants(),
        }
        out.write(json.dumps(hello).encode() + b"\n")
        out.flush()
        for line in sys.stdin.buffer:
            _answer_in_fork(library, json.loads(line), out)


if __name__ == "__main__":
    main()
