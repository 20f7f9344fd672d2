import os
from collections.abc import Callable
from pathlib import Path

import pytest

from jobs.slate import Slate
from jobs.stages import Stage
from storage.artefacts import Artefacts, Origin, Record, is_intact
from storage.directory import DirectoryBlobs

KEY = Slate().key(Stage.VOICE, {"text": "hello"})


@pytest.fixture
def artefacts(tmp_path: Path) -> Artefacts:
    return Artefacts(DirectoryBlobs(tmp_path))


def test_what_was_kept_is_found_with_its_media_and_facts(artefacts: Artefacts) -> None:
    artefacts.keep(
        Stage.VOICE, KEY, Origin("espeak"), {"audio": (b"RIFF", ".wav")}, {"samples": 3}, 1.5
    )

    record = artefacts.find(Stage.VOICE, KEY)

    assert record is not None
    assert (record.facts, record.seconds, record.origin.provider) == ({"samples": 3}, 1.5, "espeak")
    assert artefacts.blobs.read(record.media["audio"]) == b"RIFF"


def test_the_first_record_of_a_key_stays(artefacts: Artefacts) -> None:
    first = artefacts.keep(Stage.VOICE, KEY, Origin("a"), {"audio": (b"1", ".wav")}, {}, 0)

    second = artefacts.keep(Stage.VOICE, KEY, Origin("b"), {"audio": (b"2", ".wav")}, {}, 0)

    assert second == first


def test_equal_media_is_stored_once(artefacts: Artefacts, tmp_path: Path) -> None:
    path = tmp_path / "take.wav"
    path.write_bytes(b"same")

    assert artefacts.keep_media(path) == artefacts.keep_media((b"same", ".wav"))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(b"same", True, id="as it was"),
        pytest.param(b"sane", False, id="a byte changed"),
        pytest.param(b"sam", False, id="cut short"),
    ],
)
def test_damaged_media_is_told_wherever_it_was_copied_to(
    artefacts: Artefacts, tmp_path: Path, content: bytes, expected: bool
) -> None:
    name = artefacts.keep_media((b"same", ".wav"))
    copy = tmp_path / "download.tmp"
    copy.write_bytes(content)

    assert is_intact(copy, name) is expected


@pytest.mark.parametrize(
    ("asked", "is_renewed"),
    [
        pytest.param(lambda artefacts: artefacts.find(Stage.VOICE, KEY), True, id="to use it"),
        pytest.param(lambda artefacts: artefacts.look_up(Stage.VOICE, KEY), False, id="to know"),
    ],
)
def test_what_is_found_is_as_good_as_new(
    artefacts: Artefacts, tmp_path: Path, asked: Callable[[Artefacts], Record], is_renewed: bool
) -> None:
    artefacts.keep(Stage.VOICE, KEY, Origin("a"), {"audio": (b"one", ".wav")}, {}, 0)
    files = [path for path in tmp_path.rglob("*.*") if path.is_file()]
    for path in files:
        os.utime(path, (1000, 1000))

    record = asked(artefacts)

    assert record.key == KEY
    assert [path.stat().st_mtime > 1000 for path in files] == [is_renewed] * 2


def test_a_part_whose_media_is_gone_is_made_again(artefacts: Artefacts) -> None:
    first = artefacts.keep(Stage.VOICE, KEY, Origin("a"), {"audio": (b"one", ".wav")}, {}, 0)
    artefacts.blobs.delete(first.media["audio"])

    lost = artefacts.find(Stage.VOICE, KEY)
    second = artefacts.keep(Stage.VOICE, KEY, Origin("a"), {"audio": (b"two", ".wav")}, {}, 0)

    assert lost is None
    assert artefacts.find(Stage.VOICE, KEY) == second
    assert artefacts.blobs.read(second.media["audio"]) == b"two"
