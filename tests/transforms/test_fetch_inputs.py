import io
from collections.abc import Iterator
from dataclasses import replace

import pytest
from PIL import Image

from jobs.document import job_from, job_json
from jobs.elements import Run, Script
from jobs.errors import UnsupportedMedia
from jobs.submission import Submission
from storage.intake import Intake, Request
from tests.fakes.gcs import FakeGcs
from transforms.fetch_inputs import fetch_inputs
from transforms.studio import Studio, StudioConfig


def picture() -> bytes:
    buffer = io.BytesIO()
    Image.effect_noise((40, 20), 60).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeGcs]:
    with FakeGcs("acme-media").serving() as fake:
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", fake.url)
        yield fake


@pytest.fixture
def opened(studio: StudioConfig, bucket: FakeGcs) -> Iterator[Studio]:
    found = replace(studio, input_buckets=("acme-media",)).open()
    yield found
    found.close()


def script(studio: Studio, *names: str) -> bytes:
    """The script of a claimed job, with a picture of that bucket in each scene."""
    scenes = [
        {"narration": "One.", "visual": {"type": "image", "uri": f"gs://acme-media/{name}"}}
        for name in names
    ]
    job = job_from({"scenes": scenes})
    submission = Submission(job.model_dump(mode="json"))
    Intake(studio.ledger.database).submit(
        Request("acme", "job", submission, None, None, None, "0" * 64, None)
    )
    claim = studio.ledger.claim("job")
    assert claim is not None
    run = Run("job", 1, claim.token, studio.artefacts.keep_json(submission))
    return Script(run, studio.artefacts.keep_media((job_json(job), ".json"))).to_bytes()


def test_fetched_files_become_part_of_the_submission(opened: Studio, bucket: FakeGcs) -> None:
    bucket.bucket.insert({"name": "a.png"}, "image/png", picture(), None)

    (element,) = fetch_inputs(script(opened, "a.png", "a.png"), opened)

    claimed = opened.ledger.claimed("job", Script.from_bytes(element).run.token)
    assert claimed is not None
    assert claimed.submission.count("gs://acme-media/a.png") == 3  # two scenes and one file


def test_a_damaged_picture_is_told_of_with_its_place(opened: Studio, bucket: FakeGcs) -> None:
    bucket.bucket.insert({"name": "a.png"}, "image/png", picture(), None)
    bucket.bucket.insert({"name": "b.png"}, "image/png", picture()[:40], None)

    with pytest.raises(UnsupportedMedia) as caught:
        list(fetch_inputs(script(opened, "a.png", "b.png"), opened))

    assert caught.value.message == ("scenes[1].visual.uri: the picture is damaged: it ends early")
