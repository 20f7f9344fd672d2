"""Which videos are found finished: those that lie there whole, if a run would make nothing."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

import pytest

from jobs.elements import Problem
from jobs.errors import ErrorCode
from jobs.stages import Stage
from jobs.submission import job_id
from jobs.wire import plain, to_json
from media.run import ffmpeg_version, find_ffmpeg
from pipeline.delivered import delivered
from pipeline.options import Settings
from pipeline.rendered import Rendered
from providers.roster import configured
from tests.pipeline.kept import Document, Store, document, scene, submission

JOB = document(scene("One."), scene("Two."))


@dataclass(frozen=True)
class House:
    """A data folder and an output folder."""

    folder: Path

    @property
    def settings(self) -> Settings:
        return Settings.from_environment({"AIPROD_DATA": str(self.folder / "data")})

    @property
    def store(self) -> Store:
        encoder = ffmpeg_version(find_ffmpeg(None))
        return Store(self.folder / "data", self.settings.roster.casting(), encoder)

    @property
    def video(self) -> Path:
        (found,) = (self.folder / "out").glob("*/final.mp4")
        return found

    def found(self, given: Document = JOB, settings: Settings | None = None) -> Rendered | None:
        handed_in = submission(given)
        out = self.folder / "out"
        return delivered(job_id("job", handed_in), handed_in, out, settings or self.settings)

    def deliver(self, given: Document = JOB, notes: tuple[Problem, ...] = ()) -> None:
        """As a run of this job does. A part that a note is about has failed."""
        handed_in, store = submission(given), self.store
        earlier = store.keep(given, failed={Stage(note.stage) for note in notes})
        folder = self.folder / "out" / job_id("job", handed_in)
        folder.mkdir(parents=True)
        (folder / "final.mp4").write_bytes(b"a video")
        manifest = {
            "id": folder.name,
            "submission": sha256(to_json(handed_in)).hexdigest(),
            "files": {"final.mp4": sha256(b"a video").hexdigest()},
            "parts": [
                {"stage": row.stage, "key": row.key, "status": row.status}
                for row in earlier.parts.values()
            ],
            "notes": [plain(note) for note in notes],
        }
        (folder / "manifest.json").write_text(json.dumps(manifest))


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def test_a_video_that_is_there_whole_is_found(house: House) -> None:
    house.deliver()

    found = house.found()

    assert found
    assert (found.made, found.reused, found.videos) == (0, 8, ("final.mp4",))


def _gone(house: House) -> None:
    house.video.unlink()


def _changed(house: House) -> None:
    house.video.write_bytes(b"a videO")


def _without_manifest(house: House) -> None:
    (house.video.parent / "manifest.json").unlink()


def _part_gone(house: House) -> None:
    (narration, *_) = (house.folder / "data" / "parts" / "voice").iterdir()
    narration.unlink()


def _media_gone(house: House) -> None:
    (finish,) = (house.folder / "data" / "parts" / "finish").iterdir()
    (blob,) = json.loads(finish.read_bytes())["media"].values()
    (house.folder / "data" / blob).unlink()


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(_gone, id="a file is gone"),
        pytest.param(_changed, id="a file was changed"),
        pytest.param(_without_manifest, id="nobody knows what it is"),
        pytest.param(_part_gone, id="a part is gone"),
        pytest.param(_media_gone, id="the media of a part is gone"),
    ],
)
def test_what_is_not_whole_is_not_found(house: House, spoil: Callable[[House], None]) -> None:
    house.deliver()

    spoil(house)

    assert house.found() is None


def test_another_job_is_not_found(house: House) -> None:
    house.deliver()

    assert house.found({**JOB, "metadata": {"client": "Ann"}}) is None


def test_what_another_ffmpeg_encoded_is_not_found(house: House) -> None:
    house.deliver()
    other = house.folder / "ffmpeg"
    other.write_text("#!/bin/sh\necho ffmpeg version 1\n")
    other.chmod(0o755)

    assert house.found(settings=replace(house.settings, ffmpeg=str(other))) is None


def test_what_a_service_makes_that_is_configured_by_now_is_not_found(house: House) -> None:
    house.deliver()
    roster = configured({"ELEVENLABS_API_KEY": "a-key"})

    assert house.found(settings=replace(house.settings, roster=roster)) is None


@pytest.mark.parametrize(
    ("retryable", "is_found"),
    [pytest.param(False, True, id="for good"), pytest.param(True, False, id="this time")],
)
def test_what_was_left_out_for_good_is_not_looked_for_again(
    house: House, retryable: bool, is_found: bool
) -> None:
    job = document(scene("One.", effects=[{"query": "purple"}]))
    note = Problem(Stage.EFFECT.value, ErrorCode.NO_MATCH, "no sound is called purple", retryable)
    house.deliver(job, (note,))

    assert bool(house.found(job)) is is_found
