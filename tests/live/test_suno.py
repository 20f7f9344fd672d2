"""The same contract as the fake's, asked of the reseller itself: some cents, and minutes."""

import os
import time
from contextlib import closing

import pytest

from providers.service import Access, Call
from providers.suno import Suno
from providers.takes import Music
from tests.providers.desk import Desk
from tests.providers.reading import read


def slept(seconds: float) -> float:
    time.sleep(seconds)
    return seconds


@pytest.mark.live
@pytest.mark.skipif(not os.environ.get(Suno.KEY), reason=f"{Suno.KEY} is not set")
def test_suno_keeps_its_contract() -> None:
    desk = Desk(os.environ[Suno.KEY])
    access = Access(desk.access.key, desk.access.renew, read)
    with closing(Suno.configured(os.environ).open(access)) as session:
        call = Call("call-1", None, desk.started.append, slept)
        sound = session.compose(Music("calm piano", 30.0), call)

    assert desk.started == [sound.request_id]
    assert len(sound.data) > 100_000
    assert len(sound.others) == 1
