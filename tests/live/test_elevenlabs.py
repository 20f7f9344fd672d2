"""The same contract as the fake's, asked of the service itself. It costs some cents."""

import os
from contextlib import closing

import pytest

from providers.elevenlabs.client import ElevenLabs
from providers.takes import Line, Music
from tests.providers.desk import Desk

TEXT = "Twice a day the sea forgets these rocks."


@pytest.mark.live
@pytest.mark.skipif(not os.environ.get(ElevenLabs.KEY), reason=f"{ElevenLabs.KEY} is not set")
def test_elevenlabs_keeps_its_contract() -> None:
    desk = Desk(os.environ[ElevenLabs.KEY])
    with closing(ElevenLabs.configured(os.environ).open(desk.access)) as session:
        before = session.subscription()
        spoken = session.speak(Line(TEXT, "en", None, 1.0))
        sound = session.effect({"query": "a single drop of water"})
        music = session.compose(Music("calm piano", 5.0), desk.call())

    assert before.characters > 0
    assert [at for at, _ in spoken.marks] == list(range(len(TEXT)))
    assert 1.5 < spoken.marks[-1][1] < 8
    assert spoken.request_id
    assert spoken.cost_usd is not None
    assert len(sound.data) > 5_000
    assert len(music.data) > 50_000
