"""What is made of a finished video, each read back by what did not write it."""

import io
from fractions import Fraction
from pathlib import Path

import pytest
from PIL import Image

from jobs.errors import QualityMissed
from media.chapters import Chapter
from media.format_gate import AV1, H264, Picture, check_file
from media.packets import list_packets
from media.podcast import make_podcast
from media.poster import make_poster
from media.preview import excerpts, make_preview, preview_size
from media.run import Workspace
from media.sheet import CELL, GAP, LABEL, clock, make_sheet, sheet_frames
from media.webm import make_webm
from tests.media.films import write_film

RATE = Fraction(30)


@pytest.fixture
def film(space: Workspace) -> Path:
    return write_film(space, 90, keys="1")


def said(space: Workspace, path: Path) -> str:
    """What FFmpeg says of a file."""
    return space.run(["-i", path.name, "-map", "0", "-c", "copy", "-f", "null", "-"]).stderr_tail


def sound_of(space: Workspace, path: Path) -> bytes:
    """The encoded sound of a file."""
    copied = ["-i", path.name, "-map", "0:a", "-c", "copy", "-f", "data", "pipe:1"]
    return space.run(copied, capture=True).stdout


def test_webm_has_every_frame_the_sound_and_the_colours_of_the_film(
    space: Workspace, film: Path
) -> None:
    path = make_webm(space, film, RATE, "draft", "Sea & sky", 2)

    check_file(space, path, Picture(90, (128, 72), AV1), Fraction(3))
    assert "Audio: opus, 48000 Hz, stereo" in said(space, path)
    assert ": Sea & sky" in said(space, path)


def test_webm_is_the_same_whatever_cores_there_are(space: Workspace, film: Path) -> None:
    files = [make_webm(space, film, RATE, "draft", None, cores).read_bytes() for cores in (1, 2)]

    assert files[0] == files[1]


def test_the_sound_alone_is_that_of_the_film_with_cover_title_and_chapters(
    space: Workspace, film: Path
) -> None:
    chapters = (Chapter(0, 45, "Ebb; = #1"), Chapter(45, 90, "Flood\\2"))
    cover = make_poster(space, film, 0.5)

    path = make_podcast(space, film, cover, "Tide", chapters, RATE)

    told = said(space, path)
    check_file(space, path, None, Fraction(3))
    assert sound_of(space, path) == sound_of(space, film)
    assert "Chapter #0:1: start 1.500000, end 3.000000" in told
    assert all(f": {one.title}\n" in told for one in chapters)
    assert "128x72" in told
    assert "(attached pic)" in told
    assert ": Tide\n" in told


def test_a_film_without_chapters_gives_sound_without(space: Workspace, film: Path) -> None:
    path = make_podcast(space, film, make_poster(space, film, 0.5), None, (), RATE)

    assert "Chapter" not in said(space, path)
    assert [track.kind for track in list_packets(space, path)] == ["audio", "video"]


@pytest.mark.parametrize(
    ("kind", "frames"), [pytest.param("gif", 37, id="gif"), pytest.param("webp", 45, id="webp")]
)
def test_a_preview_moves_repeats_and_lasts_as_long_as_what_it_shows(
    space: Workspace, film: Path, kind: str, frames: int
) -> None:
    path = make_preview(space, film, kind, (128, 72), excerpts((), 90, RATE))

    with Image.open(path) as picture:
        assert picture.size == (128, 72)
        assert abs(picture.n_frames - frames) <= 1
        assert picture.info["loop"] == 0
        first = picture.convert("RGB").tobytes()
        picture.seek(frames // 2)
        assert picture.convert("RGB").tobytes() != first


@pytest.mark.parametrize(
    ("clear", "frames", "shown"),
    [
        pytest.param([(12, 48)], 60, [(0, 2)], id="a short film is shown whole"),
        pytest.param([], 300, [(0, 6)], id="nothing clear: the beginning"),
        pytest.param(
            [(12, 300), (330, 600)], 660, [(3.7, 3), (14, 3)], id="two scenes, three seconds each"
        ),
        pytest.param(
            [(60 * n, 60 * n + 30) for n in range(8)],
            480,
            [(0, 1), (4, 1), (8, 1), (12, 1)],
            id="every second of eight scenes, as long as they are clear",
        ),
    ],
)
def test_a_preview_shows_the_middles_of_scenes(
    clear: list[tuple[int, int]], frames: int, shown: list[tuple[float, float]]
) -> None:
    found = excerpts(clear, frames, RATE)

    assert [(float(one.start_s), float(one.length_s)) for one in found] == shown


@pytest.mark.parametrize(
    ("size", "small"),
    [
        pytest.param((1920, 1080), (480, 270), id="wide"),
        pytest.param((1080, 1920), (270, 480), id="tall"),
        pytest.param((256, 144), (256, 144), id="never larger than the film"),
        pytest.param((1080, 1350), (384, 480), id="portrait"),
    ],
)
def test_a_preview_is_at_most_480_pixels(size: tuple[int, int], small: tuple[int, int]) -> None:
    assert preview_size(size) == small


def test_a_contact_sheet_has_the_very_frames_that_it_tells_the_times_of(
    space: Workspace, film: Path
) -> None:
    shown = (11, 33, 56, 78)

    path = make_sheet(space, film, (128, 72), shown, RATE)

    with Image.open(path) as sheet:
        assert sheet.size == (GAP + 4 * (CELL + GAP), 2 * GAP + 180 + LABEL)
        for number, frame in enumerate(shown):
            left = GAP + number * (CELL + GAP)
            found = sheet.crop((left, GAP, left + CELL, GAP + 180))
            near = [
                difference(found, frame_of(space, film, one))
                for one in (frame - 2, frame, frame + 2)
            ]
            assert near[1] == min(near)


def frame_of(space: Workspace, film: Path, frame: int) -> Image.Image:
    drawn = space.run(
        [
            "-i", film.name, "-vf", f"select=eq(n\\,{frame}),scale={CELL}:180:flags=area",
            "-frames:v", "1", "-f", "image2", "-c:v", "bmp", "pipe:1",
        ],
        capture=True,
    ).stdout  # fmt: skip
    return Image.open(io.BytesIO(drawn)).convert("RGB")


def difference(one: Image.Image, other: Image.Image) -> int:
    pairs = zip(one.convert("RGB").tobytes(), other.tobytes(), strict=True)
    return sum(abs(a - b) for a, b in pairs)


@pytest.mark.parametrize(
    ("frames", "clear", "shown"),
    [
        pytest.param(240, [], (30, 90, 150, 210), id="evenly"),
        pytest.param(240, [(0, 80), (100, 240)], (30, 100, 150, 210), id="not in a transition"),
        pytest.param(240, [(0, 10)], (9, 90, 150, 210), id="nothing clear near"),
        pytest.param(2, [], (0, 1), id="two frames"),
    ],
)
def test_frames_of_a_sheet_are_spread(
    frames: int, clear: list[tuple[int, int]], shown: tuple[int, ...]
) -> None:
    assert sheet_frames(frames, RATE, clear) == shown


def test_a_long_film_has_24_frames_on_its_sheet() -> None:
    assert len(sheet_frames(100_000, RATE, [])) == 24


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        pytest.param(Fraction(15, 2), "0:07.5", id="seconds"),
        pytest.param(Fraction(83), "1:23.0", id="minutes"),
        pytest.param(Fraction(3723), "1:02:03.0", id="hours"),
    ],
)
def test_times_are_told_as_people_write_them(seconds: Fraction, told: str) -> None:
    assert clock(seconds) == told


def test_a_file_that_is_cut_short_is_refused(space: Workspace, film: Path) -> None:
    whole = make_webm(space, film, RATE, "draft", None, 1)
    whole.write_bytes(whole.read_bytes()[:-2000])

    with pytest.raises(QualityMissed, match=r"final\.webm"):
        check_file(space, whole, Picture(90, (128, 72), AV1), None)


@pytest.mark.parametrize(
    ("frames", "size", "says"),
    [
        pytest.param(91, (128, 72), "90 frames instead of 91", id="frames"),
        pytest.param(90, (64, 36), "128x72 instead of 64x36", id="size"),
        pytest.param(90, (128, 72), "the picture is not av1: h264", id="codec"),
    ],
)
def test_what_a_picture_misses_is_told(
    space: Workspace, film: Path, frames: int, size: tuple[int, int], says: str
) -> None:
    with pytest.raises(QualityMissed, match=says):
        check_file(space, film, Picture(frames, size, AV1), None)


def test_a_copy_is_counted_without_being_decoded(space: Workspace, film: Path) -> None:
    check_file(space, film, Picture(90, (128, 72), H264), None, decoding=False)

    with pytest.raises(QualityMissed, match="90 frames instead of 91"):
        check_file(space, film, Picture(91, (128, 72), H264), None, decoding=False)


def test_sound_of_another_length_is_refused(space: Workspace, film: Path) -> None:
    with pytest.raises(QualityMissed, match=r"-1\.0"):
        check_file(space, film, None, Fraction(4))
