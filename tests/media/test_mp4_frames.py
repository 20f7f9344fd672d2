from pathlib import Path

import pytest

from media.mp4_frames import picture_frames
from media.run import Workspace


@pytest.mark.parametrize(
    "options",
    [
        pytest.param(["-c:v", "libx264"], id="index behind"),
        pytest.param(["-c:v", "libx264", "-movflags", "+faststart"], id="index in front"),
        pytest.param(["-c:v", "rawvideo", "-f", "mov"], id="samples of one size"),
    ],
)
def test_frames_are_counted(space: Workspace, options: list[str]) -> None:
    space.run(["-f", "lavfi", "-i", "testsrc2=s=64x36:r=25", "-frames:v", "37", *options, "a.mp4"])

    assert picture_frames(space.folder / "a.mp4") == 37


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9, 0.999])
def test_a_file_that_is_cut_short_has_none(space: Workspace, share: float) -> None:
    space.run(["-f", "lavfi", "-i", "testsrc2=s=64x36:r=25:d=1", "-c:v", "libx264", "a.mp4"])
    content = (space.folder / "a.mp4").read_bytes()
    cut = space.folder / "cut.mp4"
    cut.write_bytes(content[: round(share * len(content))])

    assert picture_frames(cut) == 0


def test_a_box_too_large_for_32_bits_is_passed_over(tmp_path: Path) -> None:
    def box(kind: bytes, content: bytes) -> bytes:
        return (8 + len(content)).to_bytes(4, "big") + kind + content

    index = bytes(8) + (9).to_bytes(4, "big")
    for kind in (b"stsz", b"stbl", b"minf", b"mdia", b"trak", b"moov"):
        index = box(kind, index)
    media = (1).to_bytes(4, "big") + b"mdat" + (16 + 5).to_bytes(8, "big") + bytes(5)
    (tmp_path / "a.mp4").write_bytes(media + index)

    assert picture_frames(tmp_path / "a.mp4") == 9
