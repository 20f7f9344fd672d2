"""The same contract as the fake's, asked of the service itself, as this machine's account."""

import os
from contextlib import closing

import pytest

from providers.gemini.wire import VERTEX_KEY
from providers.google_speech import GoogleSpeech
from providers.takes import Line
from tests.providers.desk import Desk

TEXT = "Twice a day the sea forgets these rocks."


@pytest.mark.live
@pytest.mark.skipif(not os.environ.get(VERTEX_KEY), reason=f"{VERTEX_KEY} is not set")
def test_google_speech_keeps_its_contract() -> None:
    desk = Desk(os.environ[VERTEX_KEY])
    with closing(GoogleSpeech.configured(os.environ).open(desk.access)) as session:
        sound = session.speak(Line(TEXT, "en", None, 1.0))

    assert [at for at, _ in sound.marks] == [0, 6, 8, 12, 16, 20, 28, 34]
    assert sound.data[:4] == b"RIFF"
