"""The same contract as the fake's, asked of the service itself. It costs some cents."""

import io
import os
import wave
from dataclasses import replace

import pytest
from PIL import Image

from providers.gemini.client import Gemini
from providers.gemini.plan import check_plan
from providers.takes import Commission, Line, Scenery
from tests.providers.gemini_desk import Desk, session_of


@pytest.mark.live
@pytest.mark.skipif(not os.environ.get(Gemini.KEY), reason=f"{Gemini.KEY} is not set")
def test_gemini_keeps_its_contract() -> None:
    config = replace(Gemini.configured(os.environ), largest_image="1K")
    text = "The kettle boils. Tea is ready in four minutes."

    with session_of(config, Desk(os.environ[Gemini.KEY])) as session:
        written = session.plan(Commission("How to make tea", "en", 2))
        picture = session.draw(Scenery("a kettle on a stove, no lettering", 1280, 720))
        sound = session.speak(Line(text, "en", None, 1.0))

    assert check_plan(written.text, 2).mistakes == ()
    assert written.cost_usd is not None
    assert 0 < written.cost_usd < 0.2
    across, down = Image.open(io.BytesIO(picture.data)).size
    assert across / down == pytest.approx(16 / 9, abs=0.03)
    with wave.open(io.BytesIO(sound.data)) as file:
        assert 1.5 < file.getnframes() / file.getframerate() < 8
    assert sound.cost_usd is not None
