from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from jobs.elements import Task
from jobs.errors import ProviderUnusable
from jobs.stages import Stage
from media.wave import pcm_wave
from providers.freesound import MOST_OFFERS, Freesound
from providers.roster import Roster
from tests.fakes.freesound import CATALOGUE, FakeFreesound
from tests.fakes.service import Fault
from tests.transforms.claimed import claimed
from transforms.perform import Made
from transforms.remote_effect import sound_remotely
from transforms.studio import Studio, StudioConfig

QUERY = "ocean waves"
GONE = Fault(path=".mp3", status=404, body="no such file")


@pytest.fixture
def fake() -> Iterator[FakeFreesound]:
    with FakeFreesound().serving() as service:
        # In this order: alike but for how often they were fetched.
        service.catalogue = tuple(
            replace(CATALOGUE[1], id=900 + n, name=f"wave {n}", downloads=5000 - n)
            for n in range(5)
        )
        yield service


@pytest.fixture
def opened(
    studio: StudioConfig, fake: FakeFreesound, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Studio]:
    monkeypatch.setenv("FREESOUND_API_KEY", fake.key)
    found = replace(studio, roster=Roster(freesound=Freesound(fake.url))).open()
    yield found
    found.close()


def found(studio: Studio) -> Made:
    task = Task(
        claimed(studio), "effect/000.00", Stage.EFFECT, 1, False, "0" * 64, "", "effect",
        {"provider": "freesound", "model": "search", "query": QUERY, "is_commercial": False,
         "clearance": "personal"},
    )  # fmt: skip
    return sound_remotely(task, studio)


def test_the_best_sound_is_taken(opened: Studio) -> None:
    made = found(opened)

    assert made.origin.request_id == "900"
    assert "left" not in made.facts


@pytest.mark.parametrize(
    ("preview", "why"),
    [
        pytest.param(b"<html>Gone fishing</html>", "not a sound that can be decoded", id="a page"),
        pytest.param(pcm_wave(np.zeros((48_000, 2), np.float32)), "it is silent", id="silent"),
        pytest.param(pcm_wave(np.ones((480, 2), np.float32)), "less than 50 ms", id="too short"),
    ],
)
def test_the_next_best_is_taken_when_the_best_cannot_be_used(
    preview: bytes, why: str, opened: Studio, fake: FakeFreesound
) -> None:
    fake.previews[900] = preview

    made = found(opened)

    assert made.origin.request_id == "901"
    assert made.origin.attribution.startswith("wave 1 by bob -- https://freesound.org/s/901/")
    (left,) = made.facts["left"]
    assert (left["provider"], left["code"]) == ("freesound", "provider_unusable")
    assert left["why"].startswith("'wave 0' (https://freesound.org/s/900/): freesound sent ")
    assert why in left["why"]


def test_the_next_best_is_taken_when_the_best_cannot_be_fetched(
    opened: Studio, fake: FakeFreesound
) -> None:
    fake.plan(GONE)

    made = found(opened)

    assert made.origin.request_id == "901"
    (left,) = made.facts["left"]
    assert left["code"] == "provider_unavailable"
    assert "answered 404" in left["why"]


def test_after_three_the_best_is_tried_again(opened: Studio, fake: FakeFreesound) -> None:
    fake.plan(GONE, times=3)

    made = found(opened)

    previews = [asked.path[-15:] for asked in fake.journal if asked.path.endswith(".mp3")]
    assert made.origin.request_id == "900"
    assert len(previews) == 4


def test_sounds_that_cannot_be_used_are_fetched_twice_at_most(
    opened: Studio, fake: FakeFreesound
) -> None:
    fake.previews.update({900 + n: b"<html>Gone fishing</html>" for n in range(5)})

    with pytest.raises(ProviderUnusable):
        found(opened)

    previews = [asked.path for asked in fake.journal if asked.path.endswith(".mp3")]
    assert len(set(previews)) == MOST_OFFERS
    assert sorted(previews) == sorted(2 * list(set(previews)))
