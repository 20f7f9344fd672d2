from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from jobs.elements import Run, Task
from jobs.errors import ProviderRejected
from jobs.message import Ring
from jobs.stages import Stage
from jobs.submission import Submission
from jobs.words import Word
from media.wave import samples_of
from providers.elevenlabs.client import ElevenLabs
from providers.roster import Roster
from storage.intake import Intake, Request
from tests.fakes.elevenlabs import SECONDS_A_CHARACTER, FakeElevenLabs
from transforms.admit_jobs import admit
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


def spoken(studio: Studio, text: str) -> Made:
    request = Request("acme", "job", Submission({}), None, None, None, "0" * 64, None)
    Intake(studio.ledger.database).submit(request)
    run = admit(Ring("job"), studio)
    assert run is not None
    return _speak(studio, run, text)


def _speak(studio: Studio, run: Run, text: str) -> Made:
    params = {
        "provider": "elevenlabs", "model": "eleven_multilingual_v2", "text": text,
        "language": "en", "voice_id": None, "speed": 1.0,
    }  # fmt: skip
    task = Task(run, "voice/000", Stage.VOICE, 1, True, "0" * 64, "", "narration", params)
    with studio.space(run) as space:
        return speak_remotely(task, studio, space)


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


def test_speech_that_is_far_too_short_is_paid_for_twice_and_not_used(
    opened: Studio, fake: FakeElevenLabs
) -> None:
    text = "All of this is swallowed, though it takes some seconds to say."

    with pytest.raises(ProviderRejected, match=r"1\.0 s of speech for a text that takes about"):
        spoken(opened, text)

    assert len(fake.charges) == 2
