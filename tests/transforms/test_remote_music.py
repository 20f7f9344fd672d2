from collections.abc import Iterator
from dataclasses import replace

import pytest

from jobs.elements import Task
from jobs.stages import Stage
from media.timeline import SAMPLE_RATE_HZ
from providers.roster import Roster
from providers.suno import Suno
from tests.fakes.films import song_mp3
from tests.fakes.service import Fault
from tests.fakes.suno import LENGTHS_S, STEPS, FakeSuno
from tests.transforms.claimed import claimed
from transforms.perform import Made
from transforms.remote_music import compose_remotely
from transforms.studio import Studio, StudioConfig

SHORTER_S, LONGER_S = LENGTHS_S


@pytest.fixture
def fake() -> Iterator[FakeSuno]:
    with FakeSuno().serving() as service:
        yield service


@pytest.fixture
def opened(
    studio: StudioConfig, fake: FakeSuno, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Studio]:
    monkeypatch.setenv("SUNO_API_KEY", fake.key)
    waits: list[float] = []
    found = Studio(replace(studio, roster=Roster(suno=Suno(fake.url))), waits.append)
    yield found
    found.close()
    assert sum(waits) == 10.0 * (len(STEPS) - 1)


def composed(studio: Studio) -> Made:
    params = {"provider": "suno", "model": "V5", "prompt": "calm piano", "length_s": 30.0}
    task = Task(claimed(studio), "music", Stage.MUSIC, 1, True, "0" * 64, "", "", params)
    return compose_remotely(task, studio)


@pytest.mark.parametrize(
    ("broken_s", "taken_s"),
    [
        pytest.param(SHORTER_S, LONGER_S, id="the other one"),
        pytest.param(LONGER_S, SHORTER_S, id="the one that fits"),
    ],
)
def test_a_song_that_is_a_page_is_left_out(
    broken_s: float, taken_s: float, opened: Studio, fake: FakeSuno
) -> None:
    fake.plan(Fault(f"{broken_s}.mp3", body="<html>Please sign in</html>"))

    made = composed(opened)

    assert set(made.media) == {"audio"}
    assert made.facts["samples"] / SAMPLE_RATE_HZ == pytest.approx(taken_s, abs=0.1)
    assert made.facts["title"] == f"Song {LENGTHS_S.index(taken_s) + 1}"
    assert len(fake.charges) == 1


def test_both_songs_are_kept(opened: Studio, fake: FakeSuno) -> None:
    made = composed(opened)

    (name,) = [made.media[role] for role in made.media if role != "audio"]
    assert set(made.media) == {"audio", "track_2"}
    assert opened.blobs.read(str(name)) == song_mp3(SHORTER_S)
