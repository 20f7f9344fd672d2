from pathlib import Path

import pytest

from jobs.elements import MAX_ELEMENT_BYTES, Ending, Outcome, Run, Video
from storage.artefacts import Artefacts
from storage.directory import DirectoryBlobs
from transforms.file_list import lightened, whole

RUN = Run("job", 1, 1, "media/ab/ab.json")


def outcome(variants: int) -> Outcome:
    files = {
        f"en-premium_spot-{number}/hls/file-{name}.mp4": f"media/ab/{number:064}.mp4"
        for number in range(variants)
        for name in range(24)
    }
    sizes = dict.fromkeys(files, 123_456_789)
    return Outcome(RUN, Ending.DONE, (), Video("media/m.json", files, 90, 3.0, sizes))


@pytest.fixture
def artefacts(tmp_path: Path) -> Artefacts:
    return Artefacts(DirectoryBlobs(tmp_path))


def test_files_of_many_variants_in_every_format_fit_into_an_element(artefacts: Artefacts) -> None:
    many = outcome(24)

    sent = lightened(many, artefacts)

    assert len(sent.to_bytes()) < MAX_ELEMENT_BYTES / 10
    assert whole(Outcome.from_bytes(sent.to_bytes()), artefacts) == many


def test_an_outcome_that_fits_is_sent_as_it_is(artefacts: Artefacts, tmp_path: Path) -> None:
    few = outcome(1)

    assert lightened(few, artefacts) is few
    assert whole(few, artefacts) is few
    assert not list(tmp_path.iterdir())


def test_a_list_of_files_that_is_gone_is_no_video_without_files(
    artefacts: Artefacts, tmp_path: Path
) -> None:
    sent = lightened(outcome(24), artefacts)
    (tmp_path / sent.video.listed).unlink()  # type: ignore[union-attr] # it has a video

    with pytest.raises(LookupError, match="is gone"):
        whole(sent, artefacts)
