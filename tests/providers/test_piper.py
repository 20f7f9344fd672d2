"""With a program that speaks piper's command line: no voice file comes by pip."""

import io
import stat
import sys
import wave
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from jobs.casting import Clearance
from jobs.errors import (
    Charged,
    InvalidInput,
    ProviderAccess,
    ProviderError,
    ProviderRejected,
    ProviderUnusable,
)
from jobs.stages import Stage
from providers.piper import Piper, plain_line
from providers.takes import Line, Sound

LINE = Line("Twice\na day.", "en", None, 2.0)
PROGRAM = rf"""#!{sys.executable}
import argparse, re, sys, wave
parser = argparse.ArgumentParser()
for name in ("model", "output_file"):
    parser.add_argument(f"--{{name}}", required=True)
parser.add_argument("--length_scale", type=float, default=1.0)
options = parser.parse_args()
lines = sys.stdin.read().splitlines()
if lines == ["fail"]:
    sys.exit("the model is damaged")
if found := re.search(r"\[\[.*?\]\]", "".join(lines)):
    sys.exit(f"phonemes: {{found[0]}}")
if lines != ["mute"]:
    with wave.open(options.output_file, "wb") as file:
        file.setnchannels(1); file.setsampwidth(2); file.setframerate(22050)
        file.writeframes(bytes(2 * int(22050 * len(lines) * options.length_scale)))
"""


@pytest.fixture
def configured(tmp_path: Path) -> Callable[..., Piper]:
    program, voice = tmp_path / "piper", tmp_path / "amy.onnx"
    program.write_text(PROGRAM, encoding="utf-8")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    voice.touch()
    voice.with_name("amy.onnx.json").touch()

    def build(**more: str) -> Piper:
        given = {"AIPROD_PIPER": str(program), "AIPROD_PIPER_VOICE": str(voice), **more}
        return Piper.configured(given)

    return build


def speak(config: Piper, line: Line) -> Sound:
    session = config.open(None)  # type: ignore[arg-type]  # it needs no access
    try:
        return session.speak(line)
    finally:
        session.close()


def test_a_piece_is_one_utterance_at_the_rate_that_is_asked_for(
    configured: Callable[..., Piper],
) -> None:
    sound = speak(configured(), LINE)

    with wave.open(io.BytesIO(sound.data)) as file:
        assert file.getnframes() / file.getframerate() == pytest.approx(0.5)
    assert (sound.marks, sound.cost_usd) == ((), 0.0)


def test_it_sees_no_keys(
    configured: Callable[..., Piper], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ELEVENLABS_API_KEY", "secret-key")
    program = tmp_path / "printing"
    program.write_text(f'#!/bin/sh\nenv > "{tmp_path}/seen"\n', encoding="utf-8")
    program.chmod(0o755)

    with pytest.raises(ProviderUnusable):
        speak(configured(AIPROD_PIPER=str(program)), LINE)

    seen = (tmp_path / "seen").read_text(encoding="utf-8")
    assert "PATH=" in seen
    assert "secret-key" not in seen


def test_a_narration_cannot_speak_in_phonemes(configured: Callable[..., Piper]) -> None:
    sound = speak(configured(), replace(LINE, text="Say [[ bˈætmæn ]] and [[[x]]]."))

    assert sound.data


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param("One\r\n\ttwo \u2028three.", "One two three.", id="line ends"),
        pytest.param("a[0] [b]", "a[0] [b]", id="brackets of a text"),
        pytest.param("[[h ə]]", "[ [h ə]]", id="phonemes"),
        pytest.param("[[[[x]]", "[ [ [ [x]]", id="more than two"),
    ],
)
def test_a_narration_is_one_line_of_text(text: str, line: str) -> None:
    assert plain_line(text) == line


@pytest.mark.parametrize(
    ("line", "kind", "said"),
    [
        (replace(LINE, text="fail"), ProviderRejected, "exit code 1: the model is damaged"),
        (replace(LINE, text="mute"), ProviderUnusable, "wrote no speech"),
        (replace(LINE, speed=3.0), ProviderRejected, "0.5 to 2 of the natural rate, not at 3"),
        (replace(LINE, voice_id="bob"), ProviderRejected, "has the one voice of its file"),
    ],
)
def test_what_cannot_be_spoken_is_told(
    line: Line, kind: type[ProviderError], said: str, configured: Callable[..., Piper]
) -> None:
    with pytest.raises(kind, match=said) as caught:
        speak(configured(), line)

    assert caught.value.charged is Charged.NO


def test_a_program_that_is_gone_is_for_the_operator(configured: Callable[..., Piper]) -> None:
    with pytest.raises(ProviderAccess, match="cannot be started"):
        speak(replace(configured(), program="/nowhere/piper"), LINE)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"AIPROD_PIPER_VOICE": "/nowhere.onnx"}, "AIPROD_PIPER_VOICE is '/nowhere.onnx'; give a"),
        ({"AIPROD_PIPER": "/nowhere"}, "AIPROD_PIPER is '/nowhere', which is not an executable"),
        ({"AIPROD_PIPER_RIGHTS": "all"}, "AIPROD_PIPER_RIGHTS is 'all'; give personal or"),
    ],
)
def test_a_wrong_setting_is_told_by_name(
    more: dict[str, str], said: str, configured: Callable[..., Piper]
) -> None:
    with pytest.raises(InvalidInput) as caught:
        configured(**more)

    assert said in caught.value.message


@pytest.mark.parametrize("changed", ["amy.onnx", "amy.onnx.json"])
def test_another_voice_of_the_same_name_is_another_voice(
    changed: str, configured: Callable[..., Piper], tmp_path: Path
) -> None:
    def params() -> dict[str, object]:
        (choice,) = configured().choices(Stage.VOICE)
        return choice.params({"text": "Hi.", "language": "en", "voice_id": None, "speed": 1.0})

    before, again = params(), params()
    (tmp_path / changed).write_text("another", encoding="utf-8")

    assert (before == again, before == params()) == (True, False)


@pytest.mark.parametrize(
    ("rights", "clearance"),
    [("personal", Clearance.PERSONAL), ("commercial", Clearance.CLEAR)],
)
def test_the_file_decides_about_rights(
    rights: str, clearance: Clearance, configured: Callable[..., Piper]
) -> None:
    (choice,) = configured(AIPROD_PIPER_RIGHTS=rights).choices(Stage.VOICE)

    assert (choice.clearance, choice.is_automatic, choice.model) == (clearance, False, "amy")
