"""The same contract as the fake's, asked of the service itself. It costs nothing."""

import os
from contextlib import closing

import pytest

from providers.freesound import Freesound
from providers.service import Access
from tests.providers.desk import Desk
from tests.providers.reading import read


@pytest.mark.live
@pytest.mark.skipif(not os.environ.get(Freesound.KEY), reason=f"{Freesound.KEY} is not set")
def test_freesound_keeps_its_contract() -> None:
    desk = Desk(os.environ[Freesound.KEY])
    access = Access(desk.access.key, desk.access.renew, read)
    with closing(Freesound.configured(os.environ).open(access)) as session:
        sound = next(session.offers({"query": "door slam", "is_commercial": True})).bring()

    assert "/publicdomain/zero/" in sound.licence
    assert sound.attribution[0].endswith("License: Creative Commons 0")
    assert len(sound.data) > 2_000
