from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from jobs.elements import Run, Task
from jobs.errors import (
    Cancelled,
    InvalidInput,
    RightsRefused,
    ToolFailed,
)
from jobs.stages import Stage
from jobs.words import Word
from media.run import find_ffmpeg
from media.wave import samples_of
from providers.elevenlabs.client import ElevenLabs
from providers.roster import Roster
from storage.artefacts import content_name
from storage.intake import Intake
from tests.fakes.elevenlabs import SECONDS_A_CHARACTER, FakeElevenLabs
from tests.fakes.service import Fault
from tests.transforms.claimed import claimed
from tests.transforms.ended import WAIT_S, calls_have_ended
from transforms.perform import Made
from transforms.remote_voice import speak_remotely
from transforms.studio import Studio, StudioConfig

# Of 3,800 characters, of which 2,500 are spoken at a time.
LONG = " ".join(f"This is sentence number {number} of a long story." for number in range(80))


@pytest.fixture
def fake() -> Iterator[FakeElevenLabs]:
    with FakeElevenLabs().serving() as service:
        yield service


@pytest.fixture
def opened(
    studio: StudioConfig, fake: FakeElevenLabs, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Studio]:
    monkeypatch.setenv("ELEVENLABS_API_KEY", fake.key)
    found = replace(studio, roster=Roster(elevenlabs=ElevenLabs(fake.url))).open()
    yield found
    found.close()


def spoken(studio: Studio, text: str, clearance: str = "clear") -> Made:
    return _speak(studio, claimed(studio, "job"), text, clearance)


def _speak(studio: Studio, run: Run, text: str, clearance: str = "clear") -> Made:
    params = {
        "provider": "elevenlabs", "model": "eleven_multilingual_v2", "text": text,
        "language": "en", "voice_id": None, "speed": 1.0, "clearance": clearance,
    }  # fmt: skip
    task = Task(run, "voice/000", Stage.VOICE, 1, True, "0" * 64, "", "narration", params)
    return speak_remotely(task, studio)


def test_words_stay_exact_where_a_long_narration_is_joined(
    opened: Studio, fake: FakeElevenLabs
) -> None:
    made = spoken(opened, LONG)

    words = [Word(**word) for word in made.facts["words"]]
    assert len(fake.charges) == 2
    assert " ".join(word.text for word in words) == LONG
    assert max(abs(word.start_s - word.at * SECONDS_A_CHARACTER) for word in words) < 0.05


def test_a_joint_does_not_click(opened: Studio, fake: FakeElevenLabs) -> None:
    audio = spoken(opened, LONG).media["audio"]

    assert isinstance(audio, tuple)
    samples = samples_of(audio[0])
    (first, _second) = fake.charges
    joint = round(len(first.what.removeprefix("speech eleven_multilingual_v2 ")) * 0.07 * 48_000)
    steps = np.abs(np.diff(samples))
    around = steps[joint - 480 : joint + 480].max()
    assert len(samples) == pytest.approx(len(LONG) * 0.07 * 48_000, rel=1e-3)
    assert around <= np.quantile(steps, 0.999)


def test_what_comes_after_its_run_was_cancelled_is_kept(
    opened: Studio, fake: FakeElevenLabs
) -> None:
    fake.plan(Fault(held=True))
    run = claimed(opened, "job")

    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(_speak, opened, run, "Hello there.")
        assert fake.holding.wait(WAIT_S)
        Intake(opened.ledger.database).cancel("acme", "job")
        with pytest.raises(Cancelled):
            waiting.result(WAIT_S)
    fake.go_on.set()
    calls_have_ended()
    _speak(opened, claimed(opened, "another"), "Hello there.")

    assert len(fake.charges) == 1
    assert [call.status for call in opened.calls.of_run(run)] == ["paid"]


def test_a_worker_with_other_rights_than_were_planned_with_makes_nothing(
    opened: Studio, fake: FakeElevenLabs
) -> None:
    with pytest.raises(
        RightsRefused, match=r"other rights \(clear\) on this worker than .*personal"
    ):
        spoken(opened, "Twice a day.", "personal")

    assert fake.journal == []


def ill(folder: Path, at_once: str, tries: int = 1) -> str:
    """An FFmpeg that ends by a shell command so many times, and then is well."""
    program, count = folder / "ill-ffmpeg", folder / "count"
    program.write_text(
        "#!/bin/sh\n"
        f'echo >> "{count}"\n'
        f'[ "$(wc -l < "{count}")" -le {tries} ] && {at_once}\n'
        f'exec "{find_ffmpeg(None)}" "$@"\n'
    )
    program.chmod(0o755)
    return str(program)


def test_an_ffmpeg_that_fails_by_chance_costs_nothing(
    opened: Studio, fake: FakeElevenLabs, tmp_path: Path
) -> None:
    config = replace(opened.config, ffmpeg=ill(tmp_path, "exit 1"))

    with closing(config.open()) as studio:
        run = claimed(studio, "job")
        _speak(studio, run, "Hello there.")

    assert len(fake.charges) == 1
    assert [call.status for call in opened.calls.of_run(run)] == ["paid"]


@pytest.mark.parametrize(
    ("at_once", "tries", "message"),
    [
        pytest.param("kill -9 $$", 1, "killed by signal SIGKILL", id="killed"),
        pytest.param("exit 1", 99, "does not decode a WAV file of our own", id="broken"),
    ],
)
def test_what_ffmpeg_could_not_read_is_read_again_and_not_bought_again(
    at_once: str, tries: int, message: str, opened: Studio, fake: FakeElevenLabs, tmp_path: Path
) -> None:
    run = claimed(opened, "job")
    config = replace(opened.config, ffmpeg=ill(tmp_path, at_once, tries))
    with closing(config.open()) as studio, pytest.raises(ToolFailed, match=message):
        _speak(studio, run, "Hello there.")

    made = _speak(opened, run, "Hello there.")

    assert made.facts["samples"] > 0
    assert len(fake.charges) == 1
    assert [call.status for call in opened.calls.of_run(run)] == ["paid"]


def test_what_came_is_there_when_there_was_no_place_to_work_in(
    opened: Studio, fake: FakeElevenLabs, tmp_path: Path
) -> None:
    run = claimed(opened, "job")
    (tmp_path / "file").write_text("no folder")
    config = replace(opened.config, scratch=str(tmp_path / "file"))
    with closing(config.open()) as studio, pytest.raises(InvalidInput, match="cannot work in"):
        _speak(studio, run, "Hello there.")

    _speak(opened, run, "Hello there.")

    assert len(fake.charges) == 1


def test_what_was_bought_is_kept_as_it_came(opened: Studio, fake: FakeElevenLabs) -> None:
    run = claimed(opened, "job")

    made = _speak(opened, run, "Hello there.").media["audio"]

    (call,) = opened.calls.of_run(run)
    record = opened.artefacts.find(Stage.VOICE, call.key)
    assert record is not None
    assert isinstance(made, tuple)
    assert record.media["audio"] != content_name(*made)
    assert record.facts["call"] == call.id
